"""Somebody who uses the site as a browser does: logs in over HTTP, asks over the WebSocket."""

import json
import re

import httpx2
from websockets.asyncio.client import ClientConnection, connect

_SQL = re.compile(r'id="(?:sql|tail)-[^"]*"[^>]*>(?!</span>)')
_ENDED = re.compile(r'data-status="(?!running)')


class Person:
    """Redirects are not followed: opening a page would have the model read the connection's prompt."""

    def __init__(self, site: str, name: str, password: str) -> None:
        self._site = site
        self._http = httpx2.Client(base_url=site, trust_env=False, timeout=60)
        self._post("/login/", {"username": name, "password": password})

    def new_conversation(self) -> str:
        """Its path, such as /chat/<id>/."""
        return self._post("/conversations/new/", {}).headers["location"]

    def get(self, path: str) -> str:
        return self._http.get(path).raise_for_status().text

    def try_to_get(self, path: str) -> tuple[int, str]:
        """Status and text, whatever they are."""
        response = self._http.get(path)
        return response.status_code, response.text

    def post(self, path: str) -> str:
        """What a script on a page sends."""
        response = self._http.post(path, headers={"X-CSRFToken": self._http.cookies["csrftoken"]}, timeout=300)
        return response.raise_for_status().text

    def download(self, path: str) -> int:
        """How many bytes come, none of which is kept."""
        with self._http.stream("GET", path, timeout=3600) as response:
            response.raise_for_status()
            return sum(map(len, response.iter_raw()))

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes) -> tuple[int, str]:
        """Submit a form with a file, as `uploaded`; status and text."""
        headers = {"X-CSRFToken": self._http.cookies["csrftoken"]}
        response = self._http.post(path, data=fields, files={"uploaded": (name, content)}, headers=headers)
        return response.status_code, response.text

    def open(self, conversation: str) -> connect:
        """`async with` it: the conversation's WebSocket."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        address = self._site.replace("http:", "ws:") + "/ws" + conversation
        return connect(address, additional_headers={"Cookie": cookies, "Origin": self._site}, proxy=None)

    def close(self) -> None:
        self._http.close()

    def _post(self, path: str, data: dict[str, str]) -> httpx2.Response:
        if "csrftoken" not in self._http.cookies:
            self._http.get("/login/")
        response = self._http.post(path, data=data, headers={"X-CSRFToken": self._http.cookies["csrftoken"]})
        if response.status_code != 302:
            raise RuntimeError(f"POST {path} answered {response.status_code}")
        return response


async def send(socket: ClientConnection, **message: str) -> None:
    await socket.send(json.dumps(message))


def shows_sql(html: object) -> bool:
    """Whether this fragment puts text into the running answer's SQL."""
    return bool(_SQL.search(str(html)))


def ends_answer(html: object) -> bool:
    return bool(_ENDED.search(str(html)))


def answer_id(html: object) -> str:
    """The answer that a fragment belongs to; empty where it is none's."""
    found = re.search(r'id="(?:answer|sql|tail)-([0-9a-f-]{36})"', str(html))
    return found[1] if found else ""
