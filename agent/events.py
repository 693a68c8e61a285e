"""What happens while a question is answered, as plain data.

The order within one attempt: AttemptStarted, SqlDelta*, SqlReady, Executing, then QueryOk or QueryError,
DiagnosisDelta*, RewardGiven. After Executing may come SqlFixed, then ReadingStarted for each further reading and
ReadingsDone after the last. After the last attempt: EpisodeDone, exactly once. Waiting comes before the model's first
word; BegunAnew takes back the SqlDeltas, or the DiagnosisDeltas, before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.errors import ErrorClass
from agent.llm import BegunAnew, Usage, Waiting
from agent.reading import Reading
from agent.repairs import Strategy
from datasources.engine import ResultSet


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """`scores` are the policy's scores by strategy; empty where no policy chose (the first attempt)."""

    number: int
    strategy: Strategy
    scores: Mapping[Strategy, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SqlDelta:
    text: str


@dataclass(frozen=True, slots=True)
class SqlReady:
    """The whole statement, as it will run."""

    sql: str


@dataclass(frozen=True, slots=True)
class Executing:
    pass


@dataclass(frozen=True, slots=True)
class SqlFixed:
    """What a program has put right in the statement, which ran as `sql`."""

    sql: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadingStarted:
    """The question is answered once more, to compare: `number` counts from 1, the first attempt's own included."""

    number: int
    most: int


@dataclass(frozen=True, slots=True)
class ReadingsDone:
    """All of them, the first attempt's own first, and the one that is chosen: it takes the place of what was shown.
    None where none is SQL."""

    readings: tuple[Reading, ...]
    chosen: Reading | None


@dataclass(frozen=True, slots=True)
class QueryOk:
    result: ResultSet


@dataclass(frozen=True, slots=True)
class QueryError:
    """`message` says what happened; `hint` is what a program knows about the way out, or empty."""

    error_class: ErrorClass
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisDelta:
    text: str


@dataclass(frozen=True, slots=True)
class RewardGiven:
    """The reward of attempt `attempt`: `parts` add up to `total`, which lies in [-1, 1].

    Given again, with its share of hindsight, to the attempts before one that answered.
    """

    total: float
    parts: Mapping[str, float]
    attempt: int


@dataclass(frozen=True, slots=True)
class EpisodeDone:
    """`sql` is the statement that gave the answer, or empty. `error` says in a sentence why there is none.

    The answer is the last attempt's, except where an empty result stands because its retry failed. `outage`: the model
    or the database could not be reached, so that nothing is known about the question.
    """

    success: bool
    sql: str
    attempts: int
    reward: float
    usage: Usage
    error: str = ""
    outage: bool = False


__all__ = [
    "AttemptStarted",
    "BegunAnew",
    "DiagnosisDelta",
    "EpisodeDone",
    "Event",
    "Executing",
    "QueryError",
    "QueryOk",
    "ReadingStarted",
    "ReadingsDone",
    "RewardGiven",
    "SqlDelta",
    "SqlFixed",
    "SqlReady",
    "Waiting",
]

Event = (
    AttemptStarted
    | Waiting
    | SqlDelta
    | BegunAnew
    | SqlReady
    | Executing
    | SqlFixed
    | ReadingStarted
    | ReadingsDone
    | QueryOk
    | QueryError
    | DiagnosisDelta
    | RewardGiven
    | EpisodeDone
)
