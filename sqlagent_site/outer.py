"""The outermost of the ASGI application: whatever is asked, by people or programs, has an id, is counted and logged,
and is answered with the headers of `headers.py`. What machinery asks goes to `operations/probes.py`, before Django."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http.response import HttpResponseBase

from envapi import routing
from operations import metrics, probes
from sqlagent_site.headers import ALWAYS, completed

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

access = logging.getLogger("access")

ROUTE = "sqlagent.route"
"""Where Django's part of the application leaves the name of the route that answered, in a scope."""
USER = "sqlagent.user"
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Pages(ASGIHandler):
    """Django, which leaves word of who asked for what."""

    async def get_response_async(self, request: ASGIRequest) -> HttpResponseBase:  # type: ignore[override]
        response = await super().get_response_async(request)
        match = request.resolver_match
        scope = cast("Message", request.scope)
        scope[ROUTE] = (match.view_name if match else "") or ""
        scope[USER] = structlog.contextvars.get_contextvars().get("user_id")
        return response


class Outer:
    """Around an application of HTTP and WebSockets."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (probe := probes.PROBES.get(scope["path"])):
            await probe(scope, _with_headers(send, _own_headers(scope)))
        elif scope["type"] == "http":
            await self._http(_as_visited(scope), receive, send)
        elif scope["type"] == "websocket":
            await self._socket(_as_visited(scope), receive, send)
        else:
            await self._application(scope, receive, send)

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        answered = _Answered(_with_headers(send, [*_own_headers(scope), (b"x-request-id", request_id.encode())]))
        began = time.perf_counter()
        try:
            await self._application(scope, receive, answered.send)
        finally:
            _note(scope, answered.status, time.perf_counter() - began)

    async def _socket(self, scope: Message, receive: Receive, send: Send) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=_request_id(scope))
        is_for_programs = routing.is_socket(scope["path"])
        socket = metrics.Socket("openenv " + scope["path"].rstrip("/") if is_for_programs else "chat")
        with socket.open():
            await self._application(scope, socket.counting_in(receive), socket.counting_out(send))


class _Answered:
    """What was sent: 0 before anything was."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        await self._send(message)


def _note(scope: Message, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = _route(scope)
    metrics.answered(method, route, status, seconds)
    if settings.LOG_FORMAT == "json" and access.isEnabledFor(logging.INFO):
        said = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        user = {"user_id": scope[USER]} if scope.get(USER) else {}
        access.info("request", extra=said | user)


def _route(scope: Message) -> str:
    """Its name, never the path: that may hold anything, and be anything."""
    if routing.is_address(scope["path"]):
        return "openenv " + str(scope["path"])
    if route := scope.get(ROUTE):
        return str(route)
    return "static" if scope["path"].startswith("/" + settings.STATIC_URL.lstrip("/")) else "none"


def _request_id(scope: Message) -> str:
    """The proxy's, where there is one that may be believed."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        for name, value in scope["headers"]:
            if name.lower() == b"x-request-id" and _REQUEST_ID.fullmatch(given := value.decode("latin1")):
                return str(given)
    return secrets.token_hex(8)


def _as_visited(scope: Message) -> Message:
    """With the scheme that the visitor uses, as a trusted proxy tells."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        for name, value in scope["headers"]:
            if name.lower() == b"x-forwarded-proto":
                is_secure = value.split(b",", 1)[0].strip() in (b"https", b"wss")
                plain = "http" if scope["type"] == "http" else "ws"
                return scope | {"scheme": plain + ("s" if is_secure else "")}
    return scope


def _own_headers(scope: Message) -> list[tuple[bytes, bytes]]:
    seconds = settings.SECURE_HSTS_SECONDS if scope.get("scheme") == "https" else 0
    return [*ALWAYS, (b"strict-transport-security", f"max-age={seconds}".encode())] if seconds else list(ALWAYS)


def _with_headers(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": completed(message.get("headers", ()), more)}
        await send(message)

    return with_headers
