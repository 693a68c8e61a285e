"""`python -m sqlagent_site.web`: daphne, but neither the body of a request nor a long answer ever sits in memory, and a
body that is longer than any upload may be is let through to its end and thrown away as it comes, so that the site can
answer in words; so is a message on a WebSocket for programs. It takes as many connections as the system lets it."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys
from contextlib import suppress
from io import BytesIO
from typing import Any

import daphne.server
import django
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet import defer

from operations.part import PART
from sqlagent_site.bodies import BODY
from sqlagent_site.headers import ALWAYS
from sqlagent_site.postgres.shelf import SHELF

LONGEST_MESSAGE = 1024 * 1024
"""Bytes; what is longer comes as so many blanks and one more."""
MOST_WAITING = 8
"""Messages on one WebSocket for programs; what more the client sends stays in the network until some are answered."""
KEYS_SECONDS = 3.0
"""That the start waits for the database to say whether saved credentials can be read."""
KEPT_CONNECTIONS = 8
"""To PostgreSQL, for the next requests."""
MOST_FILES = 65_536
"""A connection is one; some systems begin with 1,024, and allow more to who asks."""
YOUNG_OBJECTS = 10_000
"""That Python lets come to be before it looks for garbage among them: the trees of a few statements are as many."""


class Request(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Keeps no more of a body than may be uploaded at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._received = 0
        self._taken = asyncio.Event()
        self._taken.set()
        # Twisted would parse a form for arguments that nobody asks it for: 300 MB took it 46 s and 3.6 GB.
        self._parsePOSTFormSubmission = False

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - twisted calls it so
        self._received += len(data)
        if self._received <= longest_body():
            super().handleContentChunk(data)
        else:
            self.content.seek(0)
            self.content.truncate()

    def handle_reply(self, message: dict[str, Any]) -> None:
        """An answer of several pieces waits for who takes them: it is the transport's producer."""
        if message["type"] == "http.response.body" and message.get("more_body") and not self.producer and self.channel:
            self.registerProducer(self, True)
        if self.producer and message["type"] == "http.response.body" and not message.get("more_body"):
            self.unregisterProducer()
        super().handle_reply(message)

    async def until_taken(self) -> None:
        """What was sent last has left this process, but for some 64 kB; or nobody is there any more."""
        await self._taken.wait()

    def pauseProducing(self) -> None:  # noqa: N802
        self._taken.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._taken.set()

    def stopProducing(self) -> None:  # noqa: N802
        self._taken.set()

    def unregisterProducer(self) -> None:  # noqa: N802
        super().unregisterProducer()
        self._taken.set()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._taken.set()
        super().connectionLost(reason)

    def handle_exception(self, exception: BaseException) -> None:
        """An answer that broke off must not look like a whole one."""
        if self._response_started and self.transport:
            self.transport.abortConnection()
        else:
            super().handle_exception(exception)

    def basic_error(self, *args: Any, **kwargs: Any) -> None:
        """What the server itself has to say when the application broke."""
        for name, value in ALWAYS:
            self.setHeader(name, value)
        super().basic_error(*args, **kwargs)


class Factory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - twisted calls it so
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """Where programs talk, a message that is too long does not end the connection, and nobody is listened to who sends
    faster than is answered, or does not take the answers: it is the transport's producer."""

    _is_for_programs = False
    _is_held = False
    _takes_answers = True

    def onConnect(self, request: Any) -> Any:  # noqa: N802
        from envapi.routing import is_socket  # Django is set up once the application is loaded

        if is_socket(request.path):
            self._is_for_programs = True
            self.maxMessagePayloadSize = self.maxFramePayloadSize = 0
        return super().onConnect(request)

    def onOpen(self) -> None:  # noqa: N802
        super().onOpen()
        if self._is_for_programs:
            self.transport.unregisterProducer()  # the HTTP channel that it began as
            self.transport.registerProducer(self, True)

    def pauseProducing(self) -> None:  # noqa: N802
        self._takes_answers = False
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        self._takes_answers = True
        if self.transport.disconnecting:
            self.transport.unregisterProducer()  # it waits for that
        elif not self._is_held:
            self.transport.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802
        pass

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        super().onMessage(payload, isBinary)
        if self._is_for_programs and not self._is_held and self._has_enough():
            self._is_held = True
            self.transport.pauseProducing()
            self._look_again()

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        super().serverSend(content, binary)
        self._let_go()

    def _look_again(self) -> None:
        """Not every message is answered."""
        self._let_go()
        if self._is_held and self.state != self.STATE_CLOSED:
            daphne.server.reactor.callLater(0.1, self._look_again)

    def _let_go(self) -> None:
        if self._is_held and not self._has_enough():
            self._is_held = False
            if self._takes_answers:
                self.transport.resumeProducing()

    def _has_enough(self) -> bool:
        return bool(self.application_queue.qsize() >= MOST_WAITING)

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        super().onMessageFrameBegin(length)
        if self._is_too_long():
            self.message_data.clear()

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802
        if not self._is_too_long():
            super().onMessageFrameData(payload)

    def onMessageEnd(self) -> None:  # noqa: N802
        if self._is_too_long():
            self.message_data.append(b" " * (LONGEST_MESSAGE + 1))
        super().onMessageEnd()

    def _is_too_long(self) -> bool:
        return bool(self.message_data_total_length > LONGEST_MESSAGE)


class SocketFactory(WebSocketFactory):  # type: ignore[misc]
    protocol = Socket


class Server(daphne.server.Server):  # type: ignore[misc]
    """Hands a body's file to the application, where daphne would queue all of it in memory; does not say what it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"server_name": ""})

    def run(self) -> None:
        spare_the_program()
        super().run()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "http":
            scope[BODY], protocol.content = protocol.content, BytesIO()
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Returns when there is room for more: daphne would keep in memory whatever a slow client has not taken."""
        await super().handle_reply(protocol, message)
        if isinstance(protocol, Request):
            await protocol.until_taken()

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """The server was asked to end. Answers end first: they run on their own, and are shown to whoever watches."""
        from chat import live  # Django is set up once the application is loaded

        ending = defer.Deferred.fromFuture(asyncio.ensure_future(live.interrupt_all()))
        ending.addBoth(lambda _: super(Server, self).kill_all_applications())
        return ending


def longest_body() -> int:
    from datasources.upload_limit import longest_body  # Django is set up once the application is loaded

    return longest_body()


class Interface(CommandLineInterface):  # type: ignore[misc]
    server_class = Server


def allow_many_connections() -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with suppress(ValueError, OSError):  # another limit of the system may be lower
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def spare_the_program() -> None:
    """What is loaded stays as long as the process lives: Python need not look for garbage in it, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _prepare() -> None:
    os.environ.setdefault(PART, "web")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sqlagent_site.settings")
    django.setup(set_prefix=False)
    from operations import keys, publishing

    SHELF.most = KEPT_CONNECTIONS
    keys.require_within(KEYS_SECONDS)
    try:
        publishing.publish(settings.DATA_DIR, os.environ[PART])
    except OSError as error:
        sys.stderr.write(f"The metrics of this process cannot be published: {error.strerror}.\n")


def main() -> None:
    allow_many_connections()
    _prepare()
    # The server names its factories nowhere that a subclass could.
    daphne.server.HTTPFactory = Factory
    daphne.server.WebSocketFactory = SocketFactory
    Interface.entrypoint()


if __name__ == "__main__":
    main()
