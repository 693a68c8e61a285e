"""What can be asked over MCP, in the words of JSON-RPC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from envapi import about
from envapi.errors import EnvError, Invalid, NotFound, TooMany
from envapi.mcp import rpc, tools
from envapi.mcp.desks import Desks, MayNotClose
from envapi.mcp.rpc import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    SERVER_ERROR,
    Message,
    Params,
    Refused,
    Request,
    negotiated,
)
from envapi.requests import episode_id_of

_INSTRUCTIONS = (
    "Answer questions on databases by SQL. list_tasks tells the questions, describe_schema what the database of one "
    "holds, run_sql tries a statement. submit_answer hands in the answer: once it ran, the task is over."
)


async def answer_text(desks: Desks, text: str | bytes) -> Message | None:
    """The reply; None where none is waited for."""
    return await rpc.answer_text(text, lambda request: _result(desks, request))


async def answer(desks: Desks, given: object) -> Message | None:
    """The reply to a request that has been read; None where none is waited for."""
    return await rpc.answer(given, lambda request: _result(desks, request))


def full(refused: TooMany) -> Refused:
    return Refused(SERVER_ERROR, refused.message, {"active_sessions": refused.active, "max_sessions": refused.most})


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
    await desks.greet()
    return {
        "protocolVersion": negotiated(params),
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
