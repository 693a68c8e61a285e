"""`python -m sqlagent_site.web`: daphne, but the body of a request never sits in memory, and one that is longer than
any upload may be is let through to its end and thrown away as it comes, so that the site can answer in words."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import daphne.server
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest

from sqlagent_site.bodies import BODY


class Request(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Keeps no more of a body than may be uploaded at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._received = 0
        # Twisted would parse a form for arguments that nobody asks it for: 300 MB took it 46 s and 3.6 GB.
        self._parsePOSTFormSubmission = False

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - twisted calls it so
        self._received += len(data)
        if self._received <= longest_body():
            super().handleContentChunk(data)
        else:
            self.content.seek(0)
            self.content.truncate()


class Factory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - twisted calls it so
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class Server(daphne.server.Server):  # type: ignore[misc]
    """Hands a body's file to the application, where daphne would queue all of it in memory."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "http":
            scope[BODY], protocol.content = protocol.content, BytesIO()
        return super().create_application(protocol, scope)


def longest_body() -> int:
    from datasources.upload_limit import longest_body  # Django is set up once the application is loaded

    return longest_body()


class Interface(CommandLineInterface):  # type: ignore[misc]
    server_class = Server


def main() -> None:
    # The server names its factory nowhere that a subclass could.
    daphne.server.HTTPFactory = Factory
    Interface.entrypoint()


if __name__ == "__main__":
    main()
