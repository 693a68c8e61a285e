"""What a program is told when something cannot be done: problem details (RFC 9457) with a code of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from datasources.errors import ConnectFailed, DatabaseBusy, NotReadOnly, QueryTimeout, SQLError

MEDIA_TYPE = "application/problem+json"
PAGE = "/api/"
"""Where each code is told of, at an anchor of its own."""
SOON = 5
"""Seconds after which what is busy may be asked again."""


class Code(StrEnum):
    UNAUTHORIZED = "unauthorized"
    NOT_THIS_TOKEN = "token_not_for_this"  # noqa: S105 - no password
    OTHER_SITE = "other_site"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_JSON = "not_json"
    INVALID = "invalid_request"
    TOO_MANY_REQUESTS = "too_many_requests"
    QUOTA = "quota_exceeded"
    STILL_ANSWERING = "still_answering"
    NO_ANSWER = "no_answer"
    NOT_READ_ONLY = "sql_not_read_only"
    SQL_FAILED = "sql_failed"
    SQL_TIMEOUT = "sql_timeout"
    BUSY = "database_busy"
    UNAVAILABLE = "database_unavailable"
    BROKE = "server_error"


@dataclass(frozen=True, slots=True)
class Kind:
    """`text` says when it happens, for the page."""

    status: int
    title: str
    text: str


KINDS: Mapping[Code, Kind] = {
    Code.UNAUTHORIZED: Kind(401, "A token is needed", "No token, or one that is unknown, revoked or expired."),
    Code.NOT_THIS_TOKEN: Kind(403, "Not with this token", "The token may not ask and read databases."),
    Code.OTHER_SITE: Kind(403, "Not for other sites", "A page of another site asks, as its Origin says."),
    Code.NOT_FOUND: Kind(404, "Not found", "There is no such thing, or it is not yours to see."),
    Code.METHOD_NOT_ALLOWED: Kind(405, "Method not allowed", "`Allow` says which methods there are."),
    Code.NOT_JSON: Kind(415, "JSON is needed", "A body comes without `Content-Type: application/json`."),
    Code.INVALID: Kind(422, "Not understood", "A body or a parameter is not what it has to be; `errors` says where."),
    Code.TOO_MANY_REQUESTS: Kind(429, "Too many requests", "`Retry-After` says for how long to wait."),
    Code.QUOTA: Kind(
        429, "A limit is reached", "Of questions or tokens, yours or the team's: the same as in the chat."
    ),
    Code.STILL_ANSWERING: Kind(409, "Still answering", "The conversation's last answer is still being written."),
    Code.NO_ANSWER: Kind(409, "No answer", "What needs an answer that was found is asked of one that was not."),
    Code.NOT_READ_ONLY: Kind(422, "Refused", "The SQL is not exactly one statement that only reads."),
    Code.SQL_FAILED: Kind(422, "The SQL failed", "The database rejected the statement; `hint` may say what to change."),
    Code.SQL_TIMEOUT: Kind(422, "The SQL took too long", "It was stopped after the time that a statement may take."),
    Code.BUSY: Kind(503, "The database is busy", "Too many statements run on it already."),
    Code.UNAVAILABLE: Kind(503, "The database is away", "It could not be opened, or it is switched off."),
    Code.BROKE: Kind(500, "Something went wrong", "On this server; the operator finds the details in the log."),
}


class Problem(Exception):
    """`detail` is a sentence or two for a person, with what to do. `more` are further members: `errors`, `hint`."""

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
        self.headers, self.more = dict(headers or {}), dict(more or {})

    @property
    def status(self) -> int:
        return KINDS[self.code].status

    def as_json(self) -> dict[str, Any]:
        return {
            "type": f"{PAGE}#problem-{self.code}",
            "title": KINDS[self.code].title,
            "status": self.status,
            "detail": self.detail,
            "code": str(self.code),
            **self.more,
        }


def not_found(what: str) -> Problem:
    """`what`, such as “answer”: another team's is told of no otherwise than one that never was."""
    return Problem(Code.NOT_FOUND, f"There is no such {what}, or it is not yours to see.")


def invalid(detail: str, errors: Sequence[Mapping[str, str]] = ()) -> Problem:
    return Problem(Code.INVALID, detail, more={"errors": list(errors)} if errors else {})


def of_sql(error: SQLError, hint: str = "") -> Problem:
    """Why a statement gave no rows."""
    more = {"hint": hint} if hint else {}
    match error:
        case NotReadOnly():
            return Problem(Code.NOT_READ_ONLY, error.message, more=more)
        case QueryTimeout():
            return Problem(Code.SQL_TIMEOUT, error.message, more=more)
        case DatabaseBusy():
            return Problem(Code.BUSY, error.message, headers={"Retry-After": str(SOON)})
        case ConnectFailed():
            return Problem(Code.UNAVAILABLE, error.message)
    return Problem(Code.SQL_FAILED, error.message, more=more)
