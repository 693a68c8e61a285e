"""A program that talks to the environment over HTTP, in front of the real application in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from channels.testing import HttpCommunicator

from sqlagent_site.asgi import application


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        return strict(self.body)


class Agent:
    """One caller, by its address. It keeps cookies unless it is told not to."""

    def __init__(self, address: str = "192.0.2.1", *, token: str = "", keeps_cookies: bool = True) -> None:
        self._address = address
        self._token = token
        self._keeps_cookies = keeps_cookies
        self.cookies = SimpleCookie()

    async def post(self, path: str, data: Any = None, **headers: str) -> Response:
        return await self.sends(path, "" if data is None else json.dumps(data), **headers)

    async def sends(
        self, path: str, body: str | bytes, content_type: str = "application/json", **headers: str
    ) -> Response:
        data = body.encode() if isinstance(body, str) else body
        return await self._asks("POST", path, data, {"content-type": content_type, **headers})

    async def get(self, path: str, **headers: str) -> Response:
        return await self._asks("GET", path, b"", headers)

    async def resets(self, **wanted: Any) -> Any:
        return told(await self.post("/reset", wanted))

    async def steps(self, action: Any, **more: Any) -> Any:
        return told(await self.post("/step", {"action": action, **more}))

    async def state(self, episode_id: str = "") -> Any:
        return told(await self.get(f"/state?episode_id={episode_id}" if episode_id else "/state"))

    async def _asks(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Response:
        sent = {"host": "testserver", "content-length": str(len(body)), **headers}
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        if self.cookies:
            sent["cookie"] = self.cookies.output(attrs=[], header="", sep=";").strip()
        response = await sent_over_http(method, path, body, sent, self._address)
        if self._keeps_cookies:
            self.cookies.load(response.headers.get("set-cookie", ""))
        return response


async def sent_over_http(method: str, path: str, body: bytes, headers: dict[str, str], address: str) -> Response:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    communicator = HttpCommunicator(application, method, path, body, pairs)
    communicator.scope |= {"client": (address, 1234), "scheme": "http"}
    found = await communicator.get_response(timeout=60)
    await communicator.wait()
    answered = {name.decode().lower(): value.decode() for name, value in found["headers"]}
    return Response(found["status"], answered, found["body"])


def told(response: Response) -> Any:
    """What an answer says, which is no refusal."""
    assert response.status == 200, response.body
    return response.json()


def refused(response: Response, status: int) -> Any:
    """The detail of a refusal."""
    assert response.status == status, response.body
    return response.json()["detail"]


def strict(text: str | bytes) -> Any:
    """JSON as others read it, too: without NaN and Infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)
