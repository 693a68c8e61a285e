"""A program with a personal token, in front of the site."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.test import AsyncClient

from accounts.models import ApiToken, User

ROOT = "/api/v1"


class Program:
    """`path` is below the root."""

    def __init__(self, token: str) -> None:
        self._client = AsyncClient()
        self._headers = {"authorization": f"Bearer {token}"}

    async def get(self, path: str, **headers: str) -> Any:
        return await self._asked("get", ROOT + path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return await self._asked("post", ROOT + path, None if body is None else json.dumps(body), **headers)

    async def json(self, path: str) -> Any:
        """Of what is there."""
        response = await self.get(path)
        assert response.status_code == 200, response.content
        return response.json()

    async def asks(self, connection: int, question: str, wait: int = 30, **more: Any) -> Any:
        """The answer."""
        response = await self.post(f"/connections/{connection}/questions?wait={wait}", {"question": question, **more})
        assert response.status_code in {200, 202}, response.content
        return response.json()

    async def says(self, method: str, **params: Any) -> Any:
        """The result of a request over MCP."""
        response = await self.sends({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        assert response.status_code == 200, response.content
        return response.json()["result"]

    async def calls(self, tool: str, **arguments: Any) -> Any:
        return await self.says("tools/call", name=tool, arguments=arguments)

    async def sends(self, request: Any, **headers: str) -> Any:
        body = request if isinstance(request, str | bytes) else json.dumps(request)
        return await self._asked("post", "/api/mcp", body, **headers)

    async def _asked(self, method: str, address: str, body: str | bytes | None = None, **headers: str) -> Any:
        sent = {"data": body, "content_type": "application/json"} if body is not None else {}
        # As the server does: each request has a thread of its own.
        async with ThreadSensitiveContext():
            return await getattr(self._client, method)(address, headers={**self._headers, **headers}, **sent)


async def program_of(user: User, name: str = "nightly report", **fields: Any) -> Program:
    return Program(await token_of(user, name, **fields))


async def token_of(user: User, name: str = "nightly report", **fields: Any) -> str:
    wanted = {"may_ask": True, "may_train": False} | fields
    token: str = (await sync_to_async(ApiToken.objects.create)(user, name=name, **wanted))[1]
    return token


def problem_of(response: Any) -> tuple[int, str]:
    """The status and the code."""
    assert response["Content-Type"] == "application/problem+json"
    told = json.loads(response.content)
    assert told["status"] == response.status_code
    assert told["type"] == f"/api/#problem-{told['code']}"
    assert told["title"]
    # What a database says of SQL that failed is in its own words.
    assert told["detail"].endswith(".") or told["code"] == "sql_failed"
    return response.status_code, told["code"]


async def until(condition: Any, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


NOBODYS = UUID(int=7)
