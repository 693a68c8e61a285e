"""MCP's streamable HTTP, the part of it that needs no stream: each POST has one reply, in JSON."""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.links import absolute, is_own_page
from api.callers import caller_of
from api.calls import refusal
from api.mcp.protocol import answer_text
from api.mcp.tools import Visit
from api.problems import Code, Problem
from api.views import BROKE
from envapi.mcp import rpc
from envapi.mcp.over_http import VERSION
from envapi.requests import MOST_BYTES

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
async def mcp(request: HttpRequest) -> HttpResponse:
    try:
        return await _answered(request)
    except Problem as problem:
        return refusal(problem)
    except Exception:
        logger.exception("a request over MCP broke")
        return refusal(Problem(Code.BROKE, BROKE))


async def _answered(request: HttpRequest) -> HttpResponse:
    """Raises Problem."""
    if request.method != "POST":
        why = "There is no stream to listen to, and no session to end: send each request with POST."
        raise Problem(Code.METHOD_NOT_ALLOWED, why, headers={"Allow": "POST"})
    if not is_own_page(request.headers.get("Origin"), request.get_host()):
        raise Problem(Code.OTHER_SITE, "A page of another site may not use this.")
    caller = await sync_to_async(caller_of)(request)
    caller.act()
    wanted = request.headers.get(VERSION, rpc.VERSIONS[-1])
    if wanted not in rpc.VERSIONS:
        return _reply(rpc.unsupported(wanted), 400)
    sent = await sync_to_async(request.read)(MOST_BYTES + 1)
    reply = await answer_text(Visit(caller, absolute(request, "/").removesuffix("/")), sent)
    return _reply(reply) if reply else HttpResponse(status=202)


def _reply(said: rpc.Message, status: int = 200) -> HttpResponse:
    response = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
