"""One generated SQL and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.errors import ErrorClass
from agent.policy import Decision
from agent.reading import DoubtKind, Reading
from agent.repairs import Strategy
from agent.rewards import Reward
from agent.wanted_tables import is_request

_GIVES_UP_WITHOUT_SQL = 2
_ADVICE = "Say what is wrong with it, or ask with the names of the tables and columns that are meant."


@dataclass
class Attempt:
    """What one attempt came to. `error_class` is None while it runs and when it answered.

    `spoiled` says that the endpoint broke off, `taught` which reward the policy knows of, `is_given` that whoever
    drives the episode wrote its SQL, `is_diagnosed` that a model was asked what went wrong. `talk` is the reply where
    it held no usable SQL. `readings`: what `sql` was chosen from, in the order in which they were made; `reading`
    is the chosen one.
    """

    number: int
    strategy: Strategy
    decision: Decision | None = None
    sql: str = ""
    error_class: ErrorClass | None = None
    message: str = ""
    hint: str = ""
    diagnosis: str = ""
    spoiled: bool = False
    is_given: bool = False
    is_diagnosed: bool = False
    talk: str | None = None
    readings: list[Reading] = field(default_factory=list)
    reading: Reading | None = None
    likelihood: float | None = None
    reward: Reward = field(default_factory=lambda: Reward(0.0, {}))
    taught: float | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def doubts(self) -> frozenset[DoubtKind]:
        return frozenset(doubt.kind for doubt in self.reading.doubts) if self.reading else frozenset()

    def take(self, reading: Reading) -> None:
        """This is its SQL, and what became of it."""
        self.reading = reading
        self.sql, self.error_class, self.message = reading.sql, reading.error_class, reading.message

    @property
    def failure(self) -> ErrorClass:
        """The error class of an attempt that is known to have failed."""
        return self.error_class or ErrorClass.OTHER


def streak(attempts: Sequence[Attempt]) -> int:
    """How many of the last ones, all in a row, met the error class of the very last."""
    classes = [attempt.error_class for attempt in reversed(attempts)]
    return next((count for count, error_class in enumerate(classes) if error_class is not classes[0]), len(classes))


def writes_no_sql(attempts: Sequence[Attempt]) -> bool:
    """Whether the model only talks: there is no more to expect of it. To ask for tables, each time for others, is not
    only talk."""
    recent = attempts[-_GIVES_UP_WITHOUT_SQL:]
    if len(recent) < _GIVES_UP_WITHOUT_SQL or any(attempt.sql for attempt in recent):
        return False
    said = [attempt.talk or "" for attempt in recent]
    return len(set(said)) < len(said) or not all(map(is_request, said))


def why_given_up(attempts: Sequence[Attempt]) -> str:
    """The sentence that ends an episode of these attempts, all of which failed."""
    last = attempts[-1]
    if not last.sql:
        return last.message
    if last.error_class is ErrorClass.REJECTED:
        every = all(attempt.error_class is ErrorClass.REJECTED for attempt in attempts)
        return f"{'Every' if every else 'The last'} attempt gave the rejected answer again. {_ADVICE}"
    tries = "1 attempt" if last.number == 1 else f"{last.number} attempts"
    return f"No query worked in {tries}. The last one failed with: {last.message}"
