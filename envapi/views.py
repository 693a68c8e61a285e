"""OpenEnv over HTTP: what answers each address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.views.decorators.csrf import csrf_exempt

from accounts.links import is_own_page
from envapi import about, actions, sessions
from envapi.callers import Caller, caller_of
from envapi.environment import Environment
from envapi.errors import BROKE, EnvError, Invalid, NotAllowed, NotReset, OverQuota, TooMany
from envapi.mcp import over_http
from envapi.published import components, document
from envapi.requests import COOKIE, HEADER, MOST_BYTES, episode_id_of, read_json, seconds_of, wanted_of
from envapi.tasks import exercises
from envapi.wire import Message, Receive, Reply, Request, Send, address_of, request_of, send_reply

logger = logging.getLogger(__name__)


Endpoint = Callable[[Request, Caller], Coroutine[Any, Any, Reply]]


async def reset(request: Request, caller: Caller) -> Reply:
    data = _body(request, may_be_empty=True)
    wanted = wanted_of({**data, "episode_id": _named(request, data)})
    answer, episode_id = await sessions.reset(caller, wanted)
    cookie = f"{COOKIE}={quote(episode_id)}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if request.is_secure else ''}"
    return Reply(answer.as_json(), headers={"set-cookie": cookie})


async def step(request: Request, caller: Caller) -> Reply:
    data = _body(request)
    if "action" not in data:
        raise Invalid("A step has an action.", ["body", "action"], "missing")
    action, seconds = actions.parse(data["action"]), seconds_of(data)
    async with sessions.session(caller, _episode_id(request, data), to_step=True) as environment:
        return Reply((await environment.step(action, seconds)).as_json())


async def state(request: Request, caller: Caller) -> Reply:
    try:
        async with sessions.session(caller, _episode_id(request, request.query), to_step=False) as environment:
            return Reply(environment.state())
    except NotReset:
        return Reply(Environment(caller).state())


async def tasks(request: Request, caller: Caller) -> Reply:
    return Reply({"tasks": [about.task(one) for one in await exercises(caller)]})


async def info(request: Request, caller: Caller) -> Reply:
    return Reply(about.info(await exercises(caller)))


async def health(request: Request) -> Reply:
    return Reply({"status": "healthy"})


async def metadata(request: Request) -> Reply:
    return Reply(about.metadata(request.site))


async def schema(request: Request) -> Reply:
    return Reply(components.schemas())


async def openapi(request: Request) -> Reply:
    return Reply(document.document())


ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
    "/reset": ("POST", reset),
    "/step": ("POST", step),
    "/state": ("GET", state),
    "/mcp": ("POST, DELETE", over_http.answer),
    "/env/tasks": ("GET", tasks),
    "/env/info": ("GET", info),
}
OPEN: dict[str, Callable[[Request], Coroutine[Any, Any, Reply]]] = {
    "/health": health,
    "/metadata": metadata,
    "/schema": schema,
    "/openapi.json": openapi,
}
"""What anybody may ask."""


async def answer(request: Request) -> Reply:
    """What is sent, whatever happens: errors have the standard's shape."""
    try:
        return await _answered(request)
    except Invalid as invalid:
        return Reply({"detail": invalid.details}, invalid.status)
    except NotAllowed as refused:
        return Reply({"detail": refused.message}, refused.status, {"www-authenticate": "Bearer"})
    except TooMany as full:
        more = {"code": full.code, "active_sessions": full.active, "max_sessions": full.most}
        return Reply({"detail": full.message, **more}, full.status)
    except OverQuota as over:
        return Reply({"detail": over.message}, over.status, {"retry-after": str(over.retry_after)})
    except EnvError as refused:
        return Reply({"detail": refused.message}, refused.status)
    except Exception:
        logger.exception("a request of an agent broke")
        return Reply({"detail": BROKE}, 500)


async def _answered(request: Request) -> Reply:
    if not _is_ours(request.headers.get("host", "")):
        return Reply({"detail": "This host is not served here: see ALLOWED_HOSTS."}, 400)
    if request.path in OPEN:
        method, endpoint = "GET", None
    else:
        method, endpoint = ENDPOINTS[request.path]
    if request.method not in method.split(", "):
        return Reply({"detail": "Method Not Allowed"}, 405, {"allow": method})
    if endpoint is None:
        return await OPEN[request.path](request)
    if request.method != "GET" and not _is_own_page(request):
        return Reply({"detail": "A page of another site may not use this."}, 403)
    return await endpoint(request, await caller_of(request.headers, request.address))


async def http_application(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application of these addresses."""
    request = await request_of(scope, receive, MOST_BYTES)
    if reply := await _unless_left(answer(request), receive):
        await send_reply(send, reply)


async def _unless_left(answering: Coroutine[Any, Any, Reply], receive: Receive) -> Reply | None:
    """None where the client goes away meanwhile: then nobody works on it any more."""
    task, leaving = asyncio.ensure_future(answering), asyncio.ensure_future(_leaving(receive))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        leaving.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@csrf_exempt
@login_not_required
async def through_django(request: HttpRequest) -> HttpResponse:
    """The same for a server that asks Django itself, such as Django's test client."""
    scope: dict[str, Any] = {"headers": [], "client": (request.META.get("REMOTE_ADDR", "unknown"),)}
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await sync_to_async(request.read)(MOST_BYTES + 1)
    address, query = address_of(scope, headers), {name: str(value) for name, value in request.GET.items()}
    assert request.method  # noqa: S101 - each has one
    asked = Request(request.method, request.path, headers, body, query, address, request.is_secure())
    reply = await answer(asked)
    response = HttpResponse(reply.body, content_type="application/json", status=reply.status)
    for name, value in reply.headers.items():
        response[name] = value
    return response


def _is_ours(host: str) -> bool:
    """A page of another site must not reach a server on this machine by a name of its own."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"])


def _is_own_page(request: Request) -> bool:
    """Also where no Origin is named: by what is no browser, or by an old one. A reset without a body is all
    that another site's page could send without being asked, but it would take the places of agents."""
    return is_own_page(request.headers.get("origin"), request.headers.get("host", ""))


def _body(request: Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Raises Invalid."""
    if may_be_empty and not request.body:
        return {}
    if request.content_type != "application/json":
        # A page of another site can send anything but this without being asked.
        raise Invalid("The body is JSON, with Content-Type: application/json.", ["body"], "model_attributes_type")
    try:
        data = read_json(request.body)
    except ValueError as error:
        raise Invalid(f"JSON decode error: {error}", ["body"], "json_invalid") from None
    if not isinstance(data, dict):
        raise Invalid("The body is an object.", ["body"], "model_attributes_type")
    return data


def _episode_id(request: Request, data: Any) -> str:
    """As the body or the address says, else a header, else the cookie; empty: the caller's last one."""
    by_cookie = episode_id_of({"episode_id": unquote(request.cookie(COOKIE))})
    return _named(request, data) or by_cookie


def _named(request: Request, data: Any) -> str:
    by_header = episode_id_of({"episode_id": request.headers.get(HEADER)})
    return episode_id_of(data) or by_header
