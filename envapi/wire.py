"""A request and a reply over HTTP, without the pages' middleware: no session, no log-in form, no template."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from accounts.links import trusted_origin

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ACCEPTED = 202
SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by names in lower case; `address` is the client's."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    is_secure: bool = False

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def site(self) -> str:
        """Its own address, as the client named it."""
        host = self.headers.get("host", "localhost")
        return (trusted_origin(host) or f"{'https' if self.is_secure else 'http'}://{host}") + "/"

    def cookie(self, name: str) -> str:
        given = SimpleCookie(self.headers.get("cookie", ""))
        return given[name].value if name in given else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Of one that is merely ACCEPTED there is no data."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return b"" if self.status == ACCEPTED else json.dumps(self.data, ensure_ascii=False).encode()


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}


def address_of(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The client's; behind proxies that are trusted, what the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = headers.get("x-forwarded-for", "").split(",") if proxies else []
    if len(seen) >= proxies > 0:
        return seen[-proxies].strip()
    return str((scope.get("client") or ("unknown",))[0])


async def request_of(scope: Mapping[str, Any], receive: Receive, most_bytes: int) -> Request:
    """Of a body that is longer, what is more than `most_bytes` + 1 is thrown away."""
    headers = headers_of(scope)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        if len(body) <= most_bytes:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        body=bytes(body[: most_bytes + 1]),
        query=dict(parse_qsl(scope.get("query_string", b"").decode("latin1"))),
        address=address_of(scope, headers),
        is_secure=scope.get("scheme") == "https",
    )


async def send_reply(send: Send, reply: Reply) -> None:
    body = reply.body
    headers = {"content-type": "application/json", "content-length": str(len(body)), **SECURITY, **reply.headers}
    encoded = [(name.lower().encode(), value.encode("latin1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
