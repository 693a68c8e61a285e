"""The shapes of what is sent and answered: requests are read by them, answers made of them, and both told by them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agent.episode import MAX_QUESTION
from datasources.bounded_parsing import MAX_BYTES
from datasources.storable import is_storable
from learning.feedback.remarks import LONGEST
from learning.verified.listing import MAX_SEARCH

MOST_WAIT = 120
"""Seconds that a request may wait for an answer."""
MOST_ROWS = 1_000
"""Of an answer, in a page."""
HEAD_ROWS = 100
"""Of an answer, that come with it."""


def _kept(text: str) -> str:
    if not is_storable(text):
        raise ValueError("it holds a character that is none")
    return text


Text = Annotated[str, AfterValidator(_kept), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Search = Annotated[Text, Field(max_length=MAX_SEARCH)]
Offset = Annotated[int, Field(ge=0, le=1_000_000, description="How many to pass over.")]
Status = Literal["running", "succeeded", "failed", "stopped", "interrupted"]
Judgement = Literal["correct", "wrong"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """Parameters of an address; others are passed over."""

    model_config = ConfigDict(extra="ignore")


class Waiting(Asked):
    wait: float = Field(
        default=0,
        ge=0,
        le=MOST_WAIT,
        description="Seconds to wait for the end. Without it, or when they are over: 202.",
    )


class Page(Asked):
    offset: Offset = 0
    limit: int = Field(default=HEAD_ROWS, ge=1, le=MOST_ROWS, description="How many rows at most.")


class Listing(Asked):
    q: Search = Field(default="", description="Only those in whose question or SQL this stands, in any case.")
    offset: Offset = 0
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")


class Tables(Asked):
    tables: Annotated[Text, Field(max_length=4_000)] = Field(
        default="", description="Only these, by their names, with commas between; all without it."
    )


class Question(Shape):
    """A question in plain English. With `conversation_id` it may go on from those before it in that conversation."""

    question: Annotated[Text, Field(min_length=1, max_length=MAX_QUESTION, description="In plain words.")]
    conversation_id: UUID | None = Field(
        default=None, description="Of an answer before; a new conversation without it."
    )


class Statement(Shape):
    """One statement that only reads, in the dialect of the database."""

    sql: Annotated[Text, Field(min_length=1, max_length=MAX_BYTES)]
    limit: int | None = Field(
        default=None, ge=1, description="How many rows at most, where fewer than the site's limit will do."
    )


class Verdict(Shape):
    """What the person says of an answer. `none` takes back what was said. A remark says what is wrong."""

    verdict: Judgement | Literal["none"]
    remark: Annotated[Text, Field(max_length=LONGEST)] = Field(default="", description="Only beside `wrong`.")


class Connection(Shape):
    """A database of one of your teams."""

    id: int
    name: str
    team: str
    dialect: str = Field(description="sqlite, postgres, mysql or duckdb.")
    is_enabled: bool = Field(description="One that is switched off answers nothing.")
    is_sample: bool
    notes: str = Field(description="What the team has written about it, in Markdown.")
    schema_read_at: datetime | None = Field(description="When its tables were read last.")


class Connections(Shape):
    connections: list[Connection]


class Column(Shape):
    """Of a private one only the name is told."""

    name: str
    is_private: bool = False
    type: str | None = Field(default=None, description="In the database's own words.")
    is_nullable: bool | None = None
    description: str | None = None
    values: list[str] | None = Field(default=None, description="What a text column of few different values holds.")


class ForeignKey(Shape):
    columns: list[str]
    table: str
    referenced: list[str]


class Table(Shape):
    name: str = Field(description="Its full name, after its schema's where that needs naming.")
    is_view: bool
    description: str
    rows: int | None = Field(description="The database's own estimate.")
    columns: list[Column]
    primary_key: list[str]
    foreign_keys: list[ForeignKey]


class Schema(Shape):
    connection_id: int
    dialect: str
    fingerprint: str = Field(description="The same for the same tables, columns and keys.")
    tables: list[Table]


class ResultColumn(Shape):
    """`digits_as_text`: its numbers are told as text, since some of them a JSON number would round."""

    name: str
    type: str = Field(description="In the database's own words; empty where it says none.")
    digits_as_text: bool = False


class Rows(Shape):
    """Cells are null, true or false, numbers, or texts: dates and times as the database writes them, and NaN and
    Infinity as texts. Bytes are `{"base64": …}`."""

    columns: list[ResultColumn]
    rows: list[list[Any]]
    offset: int = 0
    total: int = Field(description="How many rows were kept.")
    truncated: bool = Field(description="There are more rows in the database than were kept.")
    next: str | None = Field(default=None, description="The address of the next page, where there is one.")


class SqlResult(Rows):
    """The rows of one statement."""

    sql: str
    milliseconds: float


class Attempt(Shape):
    """One statement that was tried. `error_class` and `message` say why it failed; they are empty where it ran."""

    number: int
    strategy: str
    sql: str
    error_class: str
    message: str
    hint: str
    diagnosis: str


class Confidence(Shape):
    likelihood: float = Field(ge=0, le=1, description="That the answer is right.")
    level: Literal["likely_right", "probably_right", "unsure", "likely_wrong"]
    text: str = Field(description="The same in words, and what it rests on.")


class Reading(Shape):
    """Another way to understand the question, whose rows differ."""

    sql: str
    difference: str


class Answer(Shape):
    """One question and what became of it."""

    id: UUID
    conversation_id: UUID
    connection_id: int
    question: str
    status: Status
    doing: str = Field(description="What happens now, in a few words; empty once it is over.")
    sql: str = Field(description="The statement that answered; empty until there is one.")
    explanation: str = Field(description="What that does, in words.")
    confidence: Confidence | None
    other_reading: Reading | None = Field(description="Where it is unsure which of two is meant.")
    is_verified: bool = Field(description="Its SQL is that of a verified query.")
    attempts: list[Attempt]
    rows: Rows | None = Field(description=f"The first {HEAD_ROWS} of them; more by `next`.")
    error: str = Field(description="Why there is no answer.")
    verdict: Judgement | None = Field(description="What you have said of it.")
    asked_at: datetime
    seconds: float | None = Field(description="That it took.")
    url: str = Field(description="Its page, for people.")


class VerifiedQuery(Shape):
    """A question whose SQL people have found right."""

    id: int
    connection_id: int
    question: str
    follows: str = Field(description="The question before it, where it makes sense only after that.")
    sql: str
    verified_by: str
    verified_at: datetime


class VerifiedQueries(Shape):
    queries: list[VerifiedQuery]
    total: int
    offset: int


class Mistake(Shape):
    field: str
    detail: str


class Problem(BaseModel):
    """What went wrong, by RFC 9457."""

    type: str = Field(description="Where this code is told of.")
    title: str
    status: int
    detail: str = Field(description="A sentence or two, with what to do.")
    code: str = Field(description="One of those below.")
    hint: str | None = Field(default=None, description="Of SQL that failed: what a program knows of the way out.")
    errors: list[Mistake] | None = Field(default=None, description="Of a request that was not understood.")
