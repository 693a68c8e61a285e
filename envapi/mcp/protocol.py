"""JSON-RPC: one request, one reply."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from envapi import about
from envapi.errors import BROKE, EnvError, Invalid, NotFound, TooMany
from envapi.mcp import tools
from envapi.mcp.desks import Desks, MayNotClose
from envapi.requests import episode_id_of, read_json

logger = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
SERVER_ERROR = -32000
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Of MCP, oldest first. For what is served here they are all the same."""

_INSTRUCTIONS = (
    "Answer questions on databases by SQL. list_tasks tells the questions, describe_schema what the database of one "
    "holds, run_sql tries a statement. submit_answer hands in the answer: once it ran, the task is over."
)

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


async def answer_text(desks: Desks, text: str | bytes) -> Message | None:
    """The reply; None where none is waited for."""
    try:
        request = read(text)
    except Refused as refused:
        return failed(None, refused)
    return await answer(desks, request)


async def answer(desks: Desks, given: object) -> Message | None:
    """The reply to a request that has been read; None where none is waited for."""
    try:
        request = request_of(given)
    except Refused as refused:
        return failed(None, refused)
    if request.is_notification:
        return None
    try:
        return {"jsonrpc": "2.0", "id": request.id, "result": await _result(desks, request)}
    except Refused as refused:
        return failed(request.id, refused)
    except Exception:
        logger.exception("an MCP request of an agent broke")
        return failed(request.id, Refused(INTERNAL_ERROR, BROKE))


def failed(number: str | int | None, why: Refused) -> Message:
    error = {"code": why.code, "message": why.message} | ({} if why.data is None else {"data": why.data})
    return {"jsonrpc": "2.0", "id": number, "error": error}


def full(refused: TooMany) -> Refused:
    return Refused(SERVER_ERROR, refused.message, {"active_sessions": refused.active, "max_sessions": refused.most})


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


async def _result(desks: Desks, request: Request) -> Message:
    """Raises Refused."""
    method = _METHODS.get(request.method)
    if method is None:
        raise Refused(METHOD_NOT_FOUND, f"Method not found: {request.method[:200]}")
    try:
        return await method(desks, request.params)
    except TooMany as refused:
        raise full(refused) from None
    except Invalid as invalid:
        raise Refused(INTERNAL_ERROR, invalid.message, {"errors": invalid.details}) from None
    except MayNotClose as refused:
        raise Refused(INVALID_REQUEST, refused.message) from None
    except tools.UnknownTool as unknown:
        raise Refused(INTERNAL_ERROR, unknown.message) from None
    except EnvError as refused:
        raise Refused(SERVER_ERROR, refused.message) from None


async def _initialize(desks: Desks, params: Params) -> Message:
    wanted = params.get("protocolVersion")
    await desks.greet()
    return {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[-1],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": about.NAME, "version": about.VERSION},
        "instructions": _INSTRUCTIONS,
    }


async def _ping(desks: Desks, params: Params) -> Message:
    return {}


async def _list_tools(desks: Desks, params: Params) -> Message:
    await _desk(desks, params)
    return {"tools": [one.as_json() for one in tools.TOOLS.values()]}


async def _call_tool(desks: Desks, params: Params) -> Message:
    name, arguments = params.get("name"), params.get("arguments")
    if not name or not isinstance(name, str):
        raise Refused(INVALID_PARAMS, "Missing 'name' in params")
    desk = await _desk(desks, params)
    result = await tools.call(desk, name, {} if arguments is None else arguments)
    return result.as_json()


async def _create_session(desks: Desks, params: Params) -> Message:
    return {"session_id": await desks.create()}


async def _close_session(desks: Desks, params: Params) -> Message:
    session_id = _session_id(params)
    if not session_id:
        raise Refused(INVALID_PARAMS, "Invalid params - 'session_id' is required")
    try:
        await desks.close(session_id)
    except NotFound:
        raise _unknown(session_id) from None
    return {"session_id": session_id, "closed": True}


async def _desk(desks: Desks, params: Params) -> Any:
    session_id = _session_id(params)
    try:
        return await desks.desk(session_id)
    except NotFound:
        raise _unknown(session_id) from None


def _session_id(params: Params) -> str:
    """Empty where there is none. Raises Refused."""
    given = params.get("session_id")
    try:
        return episode_id_of({"episode_id": given})
    except Invalid:
        raise _unknown(given) from None


def _unknown(session_id: object) -> Refused:
    return Refused(INVALID_PARAMS, f"Unknown session_id: {str(session_id)[:100]}")


_METHODS: Mapping[str, Callable[[Desks, Params], Awaitable[Message]]] = {
    "initialize": _initialize,
    "ping": _ping,
    "tools/list": _list_tools,
    "tools/call": _call_tool,
    "openenv/session/create": _create_session,
    "openenv/session/close": _close_session,
}
