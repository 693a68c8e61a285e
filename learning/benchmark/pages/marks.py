"""How a question of a run stands, as it is shown."""

from __future__ import annotations

from enum import StrEnum

from learning.models import EvaluatedQuestion, Evaluation


def known(evaluation: Evaluation) -> str:
    """How its questions stand, a letter for each: without all that came of them, as it is asked every second."""
    return "".join(map(Mark.of, evaluation.questions.only("evaluation", "state", "is_right", "sql")))


class Mark(StrEnum):
    """One letter for each, so that a browser can say in an address how all questions stood when it last looked."""

    WAITING = "w"
    ASKING = "a"
    RIGHT = "r"
    WRONG = "x"
    NO_ANSWER = "n"
    SKIPPED = "s"

    @classmethod
    def of(cls, question: EvaluatedQuestion) -> Mark:
        match question.state:
            case EvaluatedQuestion.State.ASKING:
                return cls.ASKING
            case EvaluatedQuestion.State.SKIPPED:
                return cls.SKIPPED
            case EvaluatedQuestion.State.DONE if question.is_right:
                return cls.RIGHT
            case EvaluatedQuestion.State.DONE:
                return cls.WRONG if question.sql else cls.NO_ANSWER
        return cls.WAITING

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def icon(self) -> str:
        return _ICONS[self]

    @property
    def is_over(self) -> bool:
        """Whether there is something to look at."""
        return self not in (Mark.WAITING, Mark.ASKING)

    @property
    def is_failed(self) -> bool:
        return self in (Mark.WRONG, Mark.NO_ANSWER)


_WORDS = {
    Mark.WAITING: "Waiting",
    Mark.ASKING: "Asking",
    Mark.RIGHT: "Right",
    Mark.WRONG: "Wrong",
    Mark.NO_ANSWER: "No answer",
    Mark.SKIPPED: "Not graded",
}
_ICONS = {
    Mark.WAITING: "clock",
    Mark.ASKING: "clock",
    Mark.RIGHT: "check",
    Mark.WRONG: "close",
    Mark.NO_ANSWER: "minus",
    Mark.SKIPPED: "warning",
}
