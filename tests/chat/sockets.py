"""A browser's end of the chat's WebSocket, in front of the real application."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import Client

from chat.models import Conversation
from learning.models import Episode
from sqlagent_site.asgi import application

GOOD = "```sql\nSELECT name\nFROM products\nORDER BY name\n```"
SLOW = {"text": GOOD, "tokens_per_second": 10, "times": None}
ORIGIN = [(b"host", b"testserver"), (b"origin", b"http://testserver")]


def cookies(client: Client) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())]


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


class Browser:
    """One end of the socket; `html` is all that has been received."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator
        self.html = ""

    async def says(self, **message: Any) -> None:
        await self.sends(json.dumps(message))

    async def sends(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self._communicator.send_to(text_data=frame)
        else:
            await self._communicator.send_to(bytes_data=frame)

    async def sees(self, text: str, seconds: float = 30) -> str:
        """Wait until `text` has been received; returns everything so far."""
        async with asyncio.timeout(seconds):
            while text not in self.html:
                self.html += str(await self._communicator.receive_from(timeout=seconds))
        return self.html

    async def is_closed(self, seconds: float = 10) -> int:
        """Wait until the server closes the socket; returns its code. What comes before is added to `html`."""
        async with asyncio.timeout(seconds):
            while (message := await self._communicator.receive_output(timeout=seconds))["type"] != "websocket.close":
                self.html += message["text"]
        code: int = message["code"]
        return code

    async def hears_nothing(self) -> bool:
        return bool(await self._communicator.receive_nothing(timeout=0.3))

    @property
    def streamed(self) -> str:
        """The SQL as the fragments show it: finished lines, then the unfinished one as it was last drawn."""
        lines = re.findall(r'<span id="sql-[^"]+" hx-swap-oob="beforeend">(.*?)</span><span id="tail', self.html, re.S)
        tails = re.findall(
            r'<span id="tail-[^"]+" hx-swap-oob="innerHTML">(.*?)</span>(?:<span id=|$)', self.html, re.S
        )
        return re.sub(r"<[^>]+>", "", "".join(lines) + (tails[-1] if tails else ""))


@asynccontextmanager
async def socket(
    path: str, headers: list[tuple[bytes, bytes]], asgi_application: Any = application
) -> AsyncIterator[Browser]:
    communicator = WebsocketCommunicator(asgi_application, path, headers)
    accepted, _ = await communicator.connect()
    assert accepted
    try:
        yield Browser(communicator)
    finally:
        await communicator.disconnect()


def browser(conversation: Conversation, client: Client) -> AbstractAsyncContextManager[Browser]:
    return socket(path_of(conversation), ORIGIN + cookies(client))


def path_of(conversation: Conversation) -> str:
    return f"/ws/chat/{conversation.pk}/"


async def is_refused(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    communicator = WebsocketCommunicator(application, path, headers)
    accepted, _ = await communicator.connect()
    await communicator.disconnect()
    return not accepted


async def only_episode() -> Episode:
    return await Episode.objects.aget()
