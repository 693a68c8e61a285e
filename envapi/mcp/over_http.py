"""MCP over HTTP: openenv-core's way, where the session stands in the request's params, and that of MCP's streamable
HTTP, where a header names it. A reply is always plain JSON; there is no stream to listen to."""

from __future__ import annotations

from envapi.callers import Caller
from envapi.errors import EnvError, Invalid, NotFound
from envapi.mcp.desks import HttpDesks
from envapi.mcp.protocol import answer_text
from envapi.mcp.rpc import INVALID_REQUEST, VERSIONS, Refused, failed, unsupported
from envapi.requests import episode_id_of
from envapi.wire import ACCEPTED, Reply, Request

SESSION = "mcp-session-id"
VERSION = "mcp-protocol-version"


async def answer(request: Request, caller: Caller) -> Reply:
    """To a request, or to the goodbye of a client that ends the session which its header names."""
    if request.method == "DELETE":
        return await _left(request, caller)
    wanted = request.headers.get(VERSION, VERSIONS[-1])
    if wanted not in VERSIONS:
        return Reply(unsupported(wanted), 400)
    try:
        desks = await _desks(request, caller)
    except NotFound as unknown:
        return _refused(unknown)
    said = await answer_text(desks, request.body)
    headers = {SESSION: desks.begun} if desks.begun else {}
    return Reply(said, headers=headers) if said else Reply(None, ACCEPTED)


async def _left(request: Request, caller: Caller) -> Reply:
    named = request.headers.get(SESSION)
    if not named:
        return Reply({"detail": "Which session ends is said in the header Mcp-Session-Id."}, 400)
    try:
        desks = await _desks(request, caller)
        await desks.close(named)
    except EnvError as refused:
        return _refused(refused)
    return Reply({})


async def _desks(request: Request, caller: Caller) -> HttpDesks:
    """Raises NotFound."""
    try:
        named = episode_id_of({"episode_id": request.headers.get(SESSION)})
        desks = HttpDesks(caller, named)
        if named:
            await desks.desk(named)
    except (Invalid, NotFound):
        raise NotFound("There is no such session: it has been closed, or has been silent for too long.") from None
    return desks


def _refused(why: EnvError) -> Reply:
    return Reply(failed(None, Refused(INVALID_REQUEST, why.message)), why.status)
