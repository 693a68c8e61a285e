"""The body of a request comes from a file, piece by piece as the application asks for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO

BODY = "sqlagent.body"
"""Where `web.py` puts the file into a scope."""
PIECE = 64 * 1024

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]


class BodyFromFile:
    """An application whose body, where the server has it in a file, is read when the one inside asks for it."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Any) -> None:
        body = scope.pop(BODY, None)
        await self._application(scope, _receiver(body, receive) if body else receive, send)


def _receiver(body: BinaryIO, receive: Receive) -> Receive:
    is_over = False

    async def read() -> Message:
        nonlocal is_over
        if not is_over:
            piece = body.read(PIECE)
            is_over = len(piece) < PIECE
            return {"type": "http.request", "body": piece, "more_body": not is_over}
        # The one that daphne has queued itself is empty.
        while (message := await receive())["type"] == "http.request":
            pass
        return message

    return read
