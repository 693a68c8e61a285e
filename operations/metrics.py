"""What is counted of requests and sockets. Others count where it happens: `datasources/metrics.py`,
`endpoints/metrics.py`, `learning/metrics.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_REQUESTS = Counter("sqlagent_http_requests", "Answered requests", ["method", "route", "status"])
_SECONDS = Histogram(
    "sqlagent_http_request_seconds",
    "Seconds from a request to the end of its answer",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_OPEN = Gauge("sqlagent_websockets_open", "Open WebSockets", ["socket"])
_MESSAGES = Counter("sqlagent_websocket_messages", "Messages on WebSockets", ["socket", "direction"])


# Finding the figure of some labels costs more than counting.
_requests = lru_cache(10_000)(_REQUESTS.labels)
_seconds = lru_cache(1_000)(_SECONDS.labels)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """`status` is 0 where the visitor left, or nothing could be sent."""
    _requests(method, route, str(status)).inc()
    _seconds(route).observe(seconds)


class Socket:
    """One WebSocket's figures; `name` says whose kind it is."""

    def __init__(self, name: str) -> None:
        self._open = _OPEN.labels(name)
        self._in = _MESSAGES.labels(name, "in")
        self._out = _MESSAGES.labels(name, "out")

    @contextmanager
    def open(self) -> Iterator[None]:
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()

    def counting_in(self, receive: Receive) -> Receive:
        async def counted() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                self._in.inc()
            return message

        return counted

    def counting_out(self, send: Send) -> Send:
        async def counted(message: Message) -> None:
            await send(message)
            if message["type"] == "websocket.send":
                self._out.inc()

        return counted
