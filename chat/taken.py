"""How what was typed was taken: as a question, or as a remark on the answer above it."""

from __future__ import annotations

from dataclasses import dataclass

from chat import corrections
from chat.models import Conversation, Turn
from learning.models import Remark


@dataclass(frozen=True)
class Taken:
    """`words` are what was typed, empty where that is the question.

    `can_switch`: it can be taken the other way. `replaced`: it has been. `is_rule`: the team takes remarks as rules.
    """

    words: str = ""
    can_switch: bool = False
    replaced: bool = False
    is_rule: bool = False

    @property
    def as_remark(self) -> bool:
        return bool(self.words)


def of(turn: Turn, can_switch: bool = False) -> Taken:
    """`can_switch` of a question; a remark always can."""
    is_rule = bool(turn.remark and turn.remark.state == Remark.State.ACCEPTED)
    return Taken(turn.typed, not turn.replaced and (bool(turn.typed) or can_switch), turn.replaced, is_rule)


def could_be_remark(conversation: Conversation, turn: Turn) -> bool:
    """Whether a question could as well be a remark: it follows an answer and is not asked for another one."""
    is_question = not turn.typed and not turn.replaced and turn.episode.retry_of_id is None
    return is_question and corrections.above(conversation, turn) is not None
