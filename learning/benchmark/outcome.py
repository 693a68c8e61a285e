"""What came of one question of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.errors import ErrorClass


@dataclass(frozen=True, slots=True)
class AttemptMade:
    """One attempt, as it is kept and shown. `error_class` is empty where its rows were the answer."""

    number: int
    strategy: str
    sql: str
    error_class: str = ""
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking the task `task`.

    `sql` gave the answer, empty where none did. `score` is the grader's, 0..1; `is_right`: it is 1, and
    `is_first_right`: the first attempt was right already. `why` says what is not right, or why there is no answer, in
    words for a person. `seconds` are those of the agent, with waiting for the model, without grading. `signals` are
    what is known of the answer before it is graded (learning.confidence.signals), `confidence` is reckoned from them
    alone; None where there is no answer, or nothing known of it.
    """

    task: str
    difficulty: str
    category: str
    sql: str
    attempts: tuple[AttemptMade, ...]
    score: float
    is_right: bool
    is_first_right: bool
    why: str
    seconds: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    signals: Mapping[str, Any] = field(default_factory=dict)
    confidence: float | None = None

    @property
    def ran(self) -> bool:
        """Whether some SQL ran in the end."""
        return bool(self.sql)

    @property
    def first_ran(self) -> bool:
        """Whether the first SQL was valid: it ran, with rows or without."""
        return bool(self.attempts) and self.first_error in ("", ErrorClass.EMPTY_RESULT)

    @property
    def first_error(self) -> str:
        """The class of the first attempt's error, or empty."""
        return self.attempts[0].error_class if self.attempts else ErrorClass.OTHER


def judged(outcomes: Iterable[Outcome]) -> list[tuple[float, bool]]:
    """Of those with a confidence, what it is and whether they are right."""
    return [(one.confidence, one.is_right) for one in outcomes if one.confidence is not None]
