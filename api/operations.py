"""Every operation of the API, once: its addresses are served, and told of, by this table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpResponseBase
from pydantic import BaseModel

from api import endpoints, saved_shapes, shapes
from api.problems import Code

ROOT = "/api/v1"
Group = Literal["Databases", "Questions", "SQL", "Verified queries", "Saved queries"]


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is Django's, below ROOT. `errors` are the codes that it may have besides those of every one. `streams`:
    it answers with events, too, where these are asked for."""

    name: str
    method: Literal["get", "post"]
    path: str
    group: Group
    summary: str
    text: str
    run: Callable[..., Awaitable[HttpResponseBase]]
    answer: type[BaseModel]
    statuses: tuple[int, ...] = (200,)
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    errors: tuple[Code, ...] = ()
    streams: bool = False

    @property
    def may_fail_by(self) -> tuple[Code, ...]:
        usual = [Code.UNAUTHORIZED, Code.NOT_THIS_TOKEN, Code.TOO_MANY_REQUESTS, Code.BROKE]
        found = [Code.NOT_FOUND] if "<" in self.path else []
        read = [Code.INVALID] if self.body or self.query else []
        sent = [Code.NOT_JSON] if self.body else []
        return tuple(dict.fromkeys((*usual, *found, *read, *sent, *self.errors)))


_OF_SQL = (Code.NOT_READ_ONLY, Code.SQL_FAILED, Code.SQL_TIMEOUT, Code.BUSY, Code.UNAVAILABLE)
_ASK = f"""\
The agent writes SQL, runs it and repairs it, as in the chat: the question counts towards the same limits, stands in the
chat's list of conversations, and people's verdicts on it teach the agent. The answer is 202 while it runs; with `wait`
at most {shapes.MOST_WAIT} seconds are waited for its end. With `Accept: text/event-stream` each step is told as it
happens, and the last event, `done`, holds the answer. Who goes away stops nothing: ask for the answer later, or cancel
it."""
_ROWS = f"""\
At most {shapes.MOST_ROWS:,} rows a page. An answer keeps as many rows as the site lets a statement give
(`QUERY_ROWS`, here {settings.QUERY_ROWS:,}), and at most 4 MB; `truncated` says that the database has more."""
_RUN = f"""\
One statement that reads, in the database's dialect. It is guarded, limited and audited like any other: at most
{settings.QUERY_ROWS:,} rows (`QUERY_ROWS`), {settings.QUERY_SECONDS} seconds (`QUERY_SECONDS`), and 4 MB. No model is
asked."""
_SAVED = """\
Its SQL with a value for each parameter. Values are read as in its form, and sent beside the statement: none becomes a
part of it. `errors` names each parameter whose value is none. No model is asked, and the same limits hold as for any
SQL."""
_SCHEMA = """\
Tables, columns and keys, with what the team has written about them. Of columns that are private only the names are
told. Send the `ETag` back as `If-None-Match`, and the answer is 304 while nothing has changed."""

OPERATIONS = (
    Operation(
        "connections",
        "get",
        "connections",
        "Databases",
        "List the databases",
        "Those of all your teams, by team and name.",
        endpoints.list_connections,
        shapes.Connections,
    ),
    Operation(
        "connection",
        "get",
        "connections/<int:connection_id>",
        "Databases",
        "See one database",
        "As it stands in the list.",
        endpoints.describe,
        shapes.Connection,
    ),
    Operation(
        "schema",
        "get",
        "connections/<int:connection_id>/schema",
        "Databases",
        "Read a schema",
        _SCHEMA,
        endpoints.schema,
        shapes.Schema,
        statuses=(200, 304),
        query=shapes.Tables,
        errors=(Code.UNAVAILABLE, Code.BUSY, Code.SQL_FAILED, Code.SQL_TIMEOUT),
    ),
    Operation(
        "ask",
        "post",
        "connections/<int:connection_id>/questions",
        "Questions",
        "Ask a question",
        _ASK,
        endpoints.ask,
        shapes.Answer,
        statuses=(200, 202),
        query=shapes.Waiting,
        body=shapes.Question,
        errors=(Code.QUOTA, Code.STILL_ANSWERING),
        streams=True,
    ),
    Operation(
        "answer",
        "get",
        "answers/<uuid:answer_id>",
        "Questions",
        "Fetch an answer",
        "Of a question of your own, however it was asked.",
        endpoints.answer,
        shapes.Answer,
        statuses=(200, 202),
        query=shapes.Waiting,
    ),
    Operation(
        "answer_rows",
        "get",
        "answers/<uuid:answer_id>/rows",
        "Questions",
        "Fetch an answer's rows",
        _ROWS,
        endpoints.rows,
        shapes.Rows,
        query=shapes.Page,
        errors=(Code.NO_ANSWER,),
    ),
    Operation(
        "cancel",
        "post",
        "answers/<uuid:answer_id>/cancel",
        "Questions",
        "Cancel an answer",
        "It ends where it is; of one that has ended nothing changes. 202: its server has yet to be heard of.",
        endpoints.cancel,
        shapes.Answer,
        statuses=(200, 202),
    ),
    Operation(
        "verdict",
        "post",
        "answers/<uuid:answer_id>/verdict",
        "Questions",
        "Say whether an answer is right",
        "The same as Correct and Wrong in the chat: it is what the agent learns from most. Say it for a person who has "
        "looked, not for a program that guesses.",
        endpoints.verdict,
        shapes.Answer,
        statuses=(200, 202),
        body=shapes.Verdict,
        errors=(Code.NO_ANSWER,),
    ),
    Operation(
        "sql",
        "post",
        "connections/<int:connection_id>/sql",
        "SQL",
        "Run SQL",
        _RUN,
        endpoints.run_sql,
        shapes.SqlResult,
        body=shapes.Statement,
        errors=_OF_SQL,
    ),
    Operation(
        "verified_queries",
        "get",
        "connections/<int:connection_id>/verified-queries",
        "Verified queries",
        "List the verified queries",
        "Questions whose SQL people have found right, those in use, the newest first.",
        endpoints.list_verified,
        shapes.VerifiedQueries,
        query=shapes.Listing,
    ),
    Operation(
        "run_verified_query",
        "post",
        "verified-queries/<int:query_id>/run",
        "Verified queries",
        "Run a verified query",
        "Its SQL as it stands. No model is asked, and the same limits hold as for any SQL.",
        endpoints.run_verified,
        shapes.SqlResult,
        errors=(*_OF_SQL, Code.NO_ANSWER),
    ),
    Operation(
        "saved_queries",
        "get",
        "connections/<int:connection_id>/saved-queries",
        "Saved queries",
        "List the saved queries",
        "Your own and those that are for the team, by name, each with its parameters.",
        endpoints.list_saved,
        saved_shapes.SavedQueries,
        query=saved_shapes.SavedListing,
    ),
    Operation(
        "saved_query",
        "get",
        "saved-queries/<int:saved_id>",
        "Saved queries",
        "See one saved query",
        "As it stands in the list.",
        endpoints.saved,
        saved_shapes.SavedQuery,
    ),
    Operation(
        "run_saved_query",
        "post",
        "saved-queries/<int:saved_id>/run",
        "Saved queries",
        "Run a saved query",
        _SAVED,
        endpoints.run_saved,
        shapes.SqlResult,
        body=saved_shapes.Values,
        errors=_OF_SQL,
    ),
)
