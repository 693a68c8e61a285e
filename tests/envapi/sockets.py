"""A client of `/ws`, in front of the real application in this process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.testing import WebsocketCommunicator

from sqlagent_site.asgi import application
from tests.envapi.agents import strict


class Socket:
    """One connection: what is said, and the answer to it."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator

    async def says(self, kind: str, data: Any = None, **more: Any) -> Any:
        """The answer to a message; without data it has none."""
        return await self.sends(json.dumps({"type": kind, **({} if data is None else {"data": data}), **more}))

    async def sends(self, frame: str | bytes) -> Any:
        await self.sends_only(frame)
        return strict(str(await self._communicator.receive_from(timeout=30)))

    async def sends_only(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self._communicator.send_to(text_data=frame)
        else:
            await self._communicator.send_to(bytes_data=frame)

    async def resets(self, **wanted: Any) -> Any:
        return observed(await self.says("reset", wanted))

    async def steps(self, action: Any) -> Any:
        return observed(await self.says("step", action))

    async def state(self) -> Any:
        answer = await self.says("state")
        assert answer["type"] == "state"
        return answer["data"]

    async def closing(self) -> dict[str, Any]:
        """The close that the server sends; what it says before is passed over."""
        while (message := await self._communicator.receive_output(timeout=30))["type"] != "websocket.close":
            pass
        return dict(message)

    async def hears(self) -> Any:
        return strict(str(await self._communicator.receive_from(timeout=30)))

    async def hears_nothing(self) -> bool:
        return bool(await self._communicator.receive_nothing(timeout=0.3))

    async def leaves(self) -> None:
        await self._communicator.disconnect(timeout=30)


@asynccontextmanager
async def socket(path: str = "/ws", *, address: str = "192.0.2.1", **headers: str) -> AsyncIterator[Socket]:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    communicator = WebsocketCommunicator(application, path, pairs)
    communicator.scope["client"] = (address, 1234)
    accepted, _ = await communicator.connect(timeout=30)
    assert accepted
    try:
        yield Socket(communicator)
    finally:
        await communicator.disconnect(timeout=30)


def observed(answer: Any) -> Any:
    """Of an answer that is no error, what it tells."""
    assert answer["type"] == "observation", answer
    return answer["data"]


def error_of(answer: Any) -> tuple[str, str]:
    """Code and message."""
    assert answer["type"] == "error", answer
    return answer["data"]["code"], answer["data"]["message"]
