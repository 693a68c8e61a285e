"""JSON-RPC, as MCP speaks it, whoever serves it: one request, one reply."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from envapi.errors import BROKE, Invalid
from envapi.requests import LONGEST_ID, read_json

logger = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
SERVER_ERROR = -32000
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Of MCP, oldest first. For what is served here they are all the same."""
UNSUPPORTED_VERSION = -32022

Message = dict[str, Any]
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """`is_notification`: nobody waits for a reply."""

    id: str | int | None
    method: str
    params: Params

    @property
    def is_notification(self) -> bool:
        return self.id is None and self.method.startswith("notifications/")


class Refused(Exception):
    """Answered by an error of this code."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


def read(text: str | bytes) -> Any:
    """Raises Refused."""
    try:
        found = read_json(text)
    except ValueError as error:
        raise Refused(PARSE_ERROR, f"Parse error: {error}") from None
    except Invalid as invalid:
        raise Refused(INVALID_REQUEST, f"Invalid request: {invalid.message}") from None
    if not isinstance(found, dict):
        raise Refused(PARSE_ERROR, "Parse error: a request is one object; several at once are not taken.")
    return found


Answer = Callable[[Request], Awaitable[Message]]
"""What a request gives. Raises Refused."""


async def answer_text(text: str | bytes, result: Answer) -> Message | None:
    """The reply; None where none is waited for."""
    try:
        request = read(text)
    except Refused as refused:
        return failed(None, refused)
    return await answer(request, result)


async def answer(given: object, result: Answer) -> Message | None:
    """The reply to a request that has been read; None where none is waited for."""
    try:
        request = request_of(given)
    except Refused as refused:
        return failed(None, refused)
    if request.is_notification:
        return None
    try:
        return {"jsonrpc": "2.0", "id": request.id, "result": await result(request)}
    except Refused as refused:
        return failed(request.id, refused)
    except Exception:
        logger.exception("an MCP request of an agent broke")
        return failed(request.id, Refused(INTERNAL_ERROR, BROKE))


def negotiated(params: Params) -> str:
    """The version of MCP that is spoken: the client's, where it is known here, else the newest."""
    wanted = params.get("protocolVersion")
    return wanted if wanted in VERSIONS else VERSIONS[-1]


def unsupported(wanted: str) -> Message:
    """The reply to a header that names another version than is spoken here."""
    data = {"supported": list(VERSIONS), "requested": wanted[:LONGEST_ID]}
    return failed(None, Refused(UNSUPPORTED_VERSION, "Unsupported protocol version", data))


def failed(number: str | int | None, why: Refused) -> Message:
    error = {"code": why.code, "message": why.message} | ({} if why.data is None else {"data": why.data})
    return {"jsonrpc": "2.0", "id": number, "error": error}


def request_of(given: object) -> Request:
    """Raises Refused."""
    if not isinstance(given, dict):
        raise Refused(INVALID_REQUEST, "Invalid request: a request is an object.")
    number, method, params = given.get("id"), given.get("method"), given.get("params", {})
    if problem := _problem(given, number, method, params):
        raise Refused(INVALID_REQUEST, f"Invalid request: {problem}")
    return Request(number, str(method), params)


def _problem(given: Message, number: object, method: object, params: object) -> str:
    if given.get("jsonrpc") != "2.0":
        return 'jsonrpc is "2.0".'
    if not isinstance(method, str):
        return "method is a text."
    if isinstance(number, bool) or not isinstance(number, str | int | None):
        return "id is a text or a whole number."
    if not isinstance(params, dict):
        return "params is an object."
    unknown = sorted(set(given) - {"jsonrpc", "method", "params", "id"})
    return f"a request has no {unknown[0][:100]}." if unknown else ""
