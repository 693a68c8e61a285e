"""What is for machines: addresses and WebSockets that come without a page's session, and bring a token where one is
needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from envapi.socket import environment_socket, mcp_socket
from envapi.views import ENDPOINTS, OPEN, http_application
from envapi.wire import Message, Receive, Send, headers_of

Application = Callable[[Message, Receive, Send], Awaitable[None]]
_SOCKETS: dict[str, Application] = {"/ws": environment_socket, "/mcp": mcp_socket}


def addresses(others: Any) -> Application:
    """ASGI over HTTP: ours, and what `others` serve. They know ours, too, by way of all that pages need."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        await (http_application if is_address(scope["path"]) else others)(scope, receive, send)

    return application


def is_address(path: str) -> bool:
    """Whether a request there is one of ours."""
    return path in ENDPOINTS or path in OPEN


def is_socket(path: str) -> bool:
    """Whether a WebSocket there is one of ours."""
    return path.rstrip("/") in _SOCKETS


def sockets(others: Any) -> Application:
    """ASGI of WebSockets. A browser names an Origin: a page of another site has no business at ours."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        ours = _SOCKETS.get(scope["path"].rstrip("/"))
        if ours is None:
            await others(scope, receive, send)
        elif "origin" in headers_of(scope):
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await ours(scope, receive, send)

    return application
