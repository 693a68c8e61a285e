"""Long answers, sent as they are made: no matter how long, they take no memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse


def streamed(request: HttpRequest, pieces: Iterator[str], content_type: str) -> StreamingHttpResponse:
    """Django reads an iterator of the other kind to its end before it sends anything."""
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(_awaited(pieces) if is_async else pieces, content_type=content_type)


async def _awaited(pieces: Iterator[str]) -> AsyncIterator[str]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[str]) -> str | None:
    return next(pieces, None)
