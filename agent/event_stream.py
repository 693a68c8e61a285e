"""The chunks of a streamed answer: server-sent events, as the openai SDK reads them, but in a third of its time, which
is what a web process does most while many answers stream."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx2
from openai import APIConnectionError, APIError, APITimeoutError, AsyncStream

_DATA = b"data:"
_DONE = b"[DONE]"


async def chunks_of(stream: AsyncStream[object]) -> AsyncGenerator[dict[str, Any], None]:
    """Until the stream says that it is done. Raises APIError, also for one that the endpoint sends within the stream,
    and JSONDecodeError."""
    response, reader = stream.response, EventReader()
    try:
        async for piece in response.aiter_bytes():
            for data in reader.feed(piece):
                chunk = json.loads(data)
                if not isinstance(chunk, dict):
                    continue
                if error := chunk.get("error"):
                    raise APIError(_message(error), request=response.request, body=error)
                yield chunk
            # What comes after the end is read, too: only then can the connection be used again.
    except httpx2.TimeoutException as error:
        raise APITimeoutError(request=response.request) from error
    except httpx2.RequestError as error:
        raise APIConnectionError(request=response.request) from error


class EventReader:
    """Takes bytes as they come and gives the data of each event that is complete, up to the one that says [DONE]."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._data: list[bytes] = []
        self._is_done = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if self._is_done:
            return
        *lines, rest = piece.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest.clear()
        if rest:
            self._rest.append(rest)
        for line in lines:
            if line.startswith(_DATA):
                self._data.append(line[len(_DATA) :].strip())
            elif not line.strip() and self._data:
                data = b"\n".join(self._data)
                self._data.clear()
                if data.startswith(_DONE):
                    self._is_done = True
                    return
                yield data


def _message(error: object) -> str:
    said = error.get("message") if isinstance(error, dict) else None
    return said if isinstance(said, str) and said else "An error occurred during streaming"
