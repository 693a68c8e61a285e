"""A program at the environment's doors, with somebody's token or without one."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import AsyncClient

from accounts.models import ApiToken, User
from envapi.callers import KNOWN_FOR
from sqlagent_site.asgi import application


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def basic(token: str) -> dict[str, str]:
    """As a client sends it that has the token in its address."""
    return {"authorization": "Basic " + b64encode(f"agent:{token}".encode()).decode()}


async def token_of(user: User, **fields: Any) -> str:
    token: str = (await sync_to_async(ApiToken.objects.create)(user, name="agent", **fields))[1]
    return token


async def forgotten() -> None:
    """Wait until nothing of a token is remembered, or of what it opens."""
    await asyncio.sleep(KNOWN_FOR + 0.1)


async def reset(headers: dict[str, str], **wanted: Any) -> Any:
    body = json.dumps(wanted)
    return await AsyncClient().post("/reset", body, content_type="application/json", headers=headers)


async def step(headers: dict[str, str], sql: str) -> Any:
    body = json.dumps({"action": {"sql": sql}})
    return await AsyncClient().post("/step", body, content_type="application/json", headers=headers)


async def tasks(headers: dict[str, str]) -> list[str]:
    response = await AsyncClient().get("/env/tasks", headers=headers)
    assert response.status_code == 200, response.content
    return [one["task_id"] for one in json.loads(response.content)["tasks"]]


class Socket:
    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator

    async def says(self, kind: str, **data: Any) -> Any:
        """What is answered."""
        await self._communicator.send_to(text_data=json.dumps({"type": kind, "data": data}))
        return json.loads(await self._communicator.receive_from(timeout=20))

    async def is_closed(self) -> int:
        message = await self._communicator.receive_output(timeout=5)
        assert message["type"] == "websocket.close"
        code: int = message["code"]
        return code


@asynccontextmanager
async def socket(headers: dict[str, str]) -> AsyncIterator[Socket]:
    communicator = _communicator(headers)
    accepted, _ = await communicator.connect(timeout=10)
    assert accepted
    try:
        yield Socket(communicator)
    finally:
        await communicator.disconnect()


async def is_refused(headers: dict[str, str]) -> bool:
    communicator = _communicator(headers)
    accepted, _ = await communicator.connect(timeout=10)
    await communicator.disconnect()
    return not accepted


def _communicator(headers: dict[str, str]) -> WebsocketCommunicator:
    return WebsocketCommunicator(
        application, "/ws", [(name.encode(), value.encode()) for name, value in headers.items()]
    )
