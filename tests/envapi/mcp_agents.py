"""Agents that speak MCP, in front of the real application in this process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from envapi.recording import recorder
from learning.benchmark.tasks import Part, built_in
from learning.models import Episode
from sqlagent_site.asgi import application
from tests.envapi.agents import Response, sent_over_http

TASK, OTHER_TASK = built_in(Part.BENCHMARK)[:2]
RIGHT = TASK.gold[0]


class Agent:
    """Over HTTP. `session` goes into the params of each request, `headers` go with it."""

    def __init__(self, token: str = "", session: str = "", **headers: str) -> None:
        self.session = session
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    async def sends(self, body: str | bytes, method: str = "POST", path: str = "/mcp") -> Response:
        data = body.encode() if isinstance(body, str) else body
        sent = {"host": "testserver", "content-type": "application/json", **self.headers}
        return await sent_over_http(method, path, data, sent, "192.0.2.1")

    async def asks(self, method: str, **params: Any) -> Any:
        """The whole reply."""
        named = {"session_id": self.session} if self.session else {}
        return (await self.sends(request(method, **named, **params))).json()

    async def calls(self, tool: str, **arguments: Any) -> Any:
        """The result."""
        return (await self.asks("tools/call", name=tool, arguments=arguments))["result"]

    async def told(self, tool: str, **arguments: Any) -> Any:
        """What a tool tells, as it could do what it was asked."""
        result = await self.calls(tool, **arguments)
        assert not result["is_error"], result
        return result["data"]

    async def refused(self, tool: str, **arguments: Any) -> Any:
        """What a tool tells that could not."""
        result = await self.calls(tool, **arguments)
        assert result["is_error"], result
        return result["data"]

    async def begins(self) -> Agent:
        """With a session from now on."""
        self.session = (await self.asks("openenv/session/create"))["result"]["session_id"]
        return self


class SocketAgent:
    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator

    async def sends(self, text: str) -> None:
        await self._communicator.send_to(text_data=text)

    async def hears(self) -> Any:
        return json.loads(await self._communicator.receive_from(timeout=30))

    async def hears_nothing(self) -> bool:
        return bool(await self._communicator.receive_nothing(timeout=0.2))

    async def says(self, message: Any) -> Any:
        """The reply."""
        await self.sends(message if isinstance(message, str) else json.dumps(message))
        return await self.hears()

    async def asks(self, method: str, **params: Any) -> Any:
        return await self.says(request(method, **params))

    async def calls(self, tool: str, **arguments: Any) -> Any:
        return (await self.asks("tools/call", name=tool, arguments=arguments))["result"]

    async def steps(self, action: Any) -> Any:
        """Over /ws."""
        return (await self.says({"type": "step", "data": action}))["data"]

    async def calls_in_a_step(self, tool: str, **arguments: Any) -> Any:
        return await self.steps({"type": "call_tool", "tool_name": tool, "arguments": arguments})

    async def resets(self, **wanted: Any) -> Any:
        return (await self.says({"type": "reset", "data": wanted}))["data"]


@asynccontextmanager
async def connected(path: str) -> AsyncIterator[SocketAgent]:
    communicator = WebsocketCommunicator(application, path, [(b"host", b"testserver")])
    accepted, _ = await communicator.connect()
    assert accepted
    try:
        yield SocketAgent(communicator)
    finally:
        await communicator.disconnect()


def request(method: str, number: int | str | None = 1, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


async def recorded() -> list[Episode]:
    """Episodes that are over, the first one first."""
    await sync_to_async(recorder.flush)()
    return [episode async for episode in Episode.objects.order_by("started_at")]
