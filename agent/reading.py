"""One reading of a question: a statement, what became of it, and what speaks against it."""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.errors import ErrorClass
from datasources.engine import ResultSet


class DoubtKind(StrEnum):
    """Why SQL that runs may be wrong."""

    FAN_OUT = "fan_out"
    LOST_ROWS = "lost_rows"
    EMPTY = "empty"
    ALL_NULL = "all_null"
    UNKNOWN_VALUE = "unknown_value"
    NO_GROUPING = "no_grouping"
    TYPES = "types"
    MISSING_COLUMN = "missing_column"


@dataclass(frozen=True, slots=True)
class Doubt:
    """`why`: what was found, in a sentence that a person understands and a model can act on."""

    kind: DoubtKind
    why: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What a program has put right: the whole statement, and `why` in a sentence for a person, in the past tense."""

    sql: str
    why: str


@dataclass(slots=True)
class Reading:
    """`result` where the statement ran, else `error_class` and `message`. `likelihood`: as in agent.llm.Finished;
    `view` numbers the view of the database that it was read with, 0 for the first."""

    sql: str
    likelihood: float | None = None
    result: ResultSet | None = None
    error_class: ErrorClass | None = None
    message: str = ""
    fixes: list[Fix] = field(default_factory=list)
    doubts: tuple[Doubt, ...] = ()
    view: int = 0
