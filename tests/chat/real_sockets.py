"""Browsers' ends of the chat's WebSocket, each at a web process of a cluster."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.cluster import Cluster
from tests.processes import Site


class Page:
    """One end of a socket; `html` is all that has been received."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.html = ""

    def says(self, **message: Any) -> None:
        self._socket.send(json.dumps(message))

    def asks(self, question: str = "Which products?", request: str = "") -> str:
        """Ask, and wait until it is being written; returns the answer's id."""
        self.says(type="ask", question=question, request=request)
        self.sees('id="tail-')
        return self.answer

    @property
    def answer(self) -> str:
        """The id of the last answer that it was sent."""
        found: list[str] = re.findall(r'id="answer-([0-9a-f-]{36})"', self.html)
        return found[-1]

    def sees(self, text: str, seconds: float = 30) -> None:
        """Wait until `text` has been received."""
        until = monotonic() + seconds
        while text not in self.html:
            try:
                self.html += str(self._socket.recv(timeout=max(0.0, until - monotonic())))
            except TimeoutError:
                raise AssertionError(f"{text!r} is not in {self.html[-2000:]!r}") from None

    def hears(self, seconds: float) -> None:
        """Take what comes in this time."""
        until = monotonic() + seconds
        while True:
            try:
                self.html += str(self._socket.recv(timeout=max(0.0, until - monotonic())))
            except TimeoutError:
                return


@contextmanager
def page(cluster: Cluster, web: Site, conversation: str, session: str) -> Iterator[Page]:
    headers = {"Cookie": f"sessionid={session}"}
    address = f"ws://127.0.0.1:{web.port}/ws/chat/{conversation}/"
    with connect(address, additional_headers=headers, origin=Origin(web.url), open_timeout=30) as socket:
        yield Page(socket)
