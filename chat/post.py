"""Between web processes: what watchers in others are told, and what is asked of the process that runs an answer.

Where there is no Redis there is one process, and nothing to do. Without a Redis that answers, each process goes on for
those who are connected to it; the others look into the database, and catch up when Redis is back.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.layers import BaseChannelLayer, get_channel_layer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis.exceptions import RedisError

from chat import watchers
from chat.fragments import Fragment, merged

logger = logging.getLogger(__name__)

PING = 0.5
"""Seconds between letters to oneself. The channel layer waits a second before it connects anew: so whoever was cut off
misses one of them, however quickly Redis is back."""
PATIENCE = 2.0
"""Seconds for Redis to take a letter."""
EVERYBODY = "processes"

Request = Callable[[UUID], Coroutine[Any, Any, None]]
_requests: dict[str, Request] = {}
_posts: WeakKeyDictionary[asyncio.AbstractEventLoop, Post] = WeakKeyDictionary()


def answers(request: str) -> Callable[[Request], Request]:
    """The function that does what other processes ask for, of an answer that may run here."""

    def register(function: Request) -> Request:
        _requests[request] = function
        return function

    return register


def office() -> Post | None:
    """This process's; None where it is the only one."""
    if not settings.REDIS_URL:
        return None
    loop = asyncio.get_running_loop()
    if loop not in _posts:
        _posts[loop] = Post()
    return _posts[loop]


async def tell(conversation_id: UUID, fragment: Fragment) -> None:
    """Everybody who looks at the conversation, wherever. Waits for nobody elsewhere."""
    await watchers.tell(conversation_id, fragment)
    if post := office():
        post.send(conversation_id, fragment)


async def follow(conversation_id: UUID) -> None:
    """Hear what is sent to a conversation elsewhere, from now on: or, when Redis is away, from its return on."""
    if post := office():
        await post.join(group_of(conversation_id))


async def unfollow(conversation_id: UUID) -> None:
    if post := office():
        await post.leave(group_of(conversation_id))


def ask(request: str, answer: UUID) -> bool:
    """Ask the process that runs an answer for something. False where certainly nobody hears it."""
    post = office()
    if post is None or post.is_away:
        return False
    post.ask(request, answer)
    return True


def group_of(conversation_id: UUID) -> str:
    """The channel-layer group of the processes in which somebody looks at a conversation."""
    return f"conversation.{conversation_id}"


class Post:
    """One letter after another leaves in a task of its own, so that no answer waits for Redis."""

    def __init__(self) -> None:
        self.is_away = False
        self._name = f"process.{uuid.uuid4().hex}"
        self._wanted = {EVERYBODY, self._name}
        self._joined: set[str] = set()
        self._fragments: dict[UUID, list[Fragment]] = {}
        self._requests: list[dict[str, Any]] = []
        self._owed: set[UUID] = set()
        """Conversations whose watchers elsewhere could not be told something."""
        self._something = asyncio.Event()
        self._idle = asyncio.Event()
        self._pings = self._heard = 0
        # Whoever's request or socket came first: this is not theirs, neither in the log nor by its thread.
        works = (self._receive, self._deliver, self._watch)
        self._tasks = {asyncio.create_task(work(), context=Context()) for work in works}

    def send(self, conversation_id: UUID, fragment: Fragment) -> None:
        if self.is_away:
            self._owed.add(conversation_id)
            return
        self._fragments.setdefault(conversation_id, []).append(fragment)
        self._wake()

    def ask(self, request: str, answer: UUID) -> None:
        self._requests.append({"type": "request", "request": request, "answer": str(answer)})
        self._wake()

    async def flush(self) -> None:
        """Return when everything has left, or will not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._idle.wait()

    def _wake(self) -> None:
        self._idle.clear()
        self._something.set()

    async def join(self, group: str) -> None:
        self._wanted.add(group)
        if not self.is_away:
            await asyncio.sleep(0)  # the first one comes before this process listens at all
            await self._join(group)

    async def leave(self, group: str) -> None:
        self._wanted.discard(group)
        self._joined.discard(group)
        await self._reaches(_layer().group_discard(group, self._name))

    async def _join(self, group: str) -> bool:
        has_joined = await self._reaches(_layer().group_add(group, self._name))
        if has_joined and group in self._wanted:
            self._joined.add(group)
        return has_joined

    async def _receive(self) -> None:
        while True:
            try:
                message = await _layer().receive(self._name)
                if message["from"] != self._name or message["type"] == "ping":
                    await self._take(message)
            except (RedisError, OSError):
                await asyncio.sleep(PING)  # its own channel is not needed: letters come through groups
            except Exception:  # what another version of this program wrote; the next letter may be understood
                logger.exception("a letter of another process was not understood")

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "fragment":
                fragment = Fragment.from_message(message)
                await watchers.tell(UUID(message["conversation"]), fragment)
            case "missed":
                self._start(watchers.have_caught_up(UUID(each) for each in message["conversations"]))
            case "request":
                self._start(_requests[message["request"]](UUID(message["answer"])))
            case "ping":
                self._hear_ping(message["number"])

    async def _deliver(self) -> None:
        while True:
            if not self._something.is_set():
                self._idle.set()
            await self._something.wait()
            self._something.clear()
            requests, self._requests = self._requests, []
            for request in requests:
                await self._send(EVERYBODY, request)
            fragments, self._fragments = self._fragments, {}
            for conversation_id, waiting in fragments.items():
                for fragment in merged(waiting):
                    letter = {"type": "fragment", "conversation": str(conversation_id), **fragment.as_message()}
                    if self.is_away or not await self._send(group_of(conversation_id), letter):
                        self._owed.add(conversation_id)

    async def _watch(self) -> None:
        """Find out when Redis is away and when it is back, and join what could not be joined."""
        while True:
            for group in sorted(self._wanted - self._joined, key=self._name.__ne__):
                if not await self._join(group):
                    break
            self._pings += 1
            await self._send(self._name, {"type": "ping", "number": self._pings})
            await asyncio.sleep(PING)

    def _hear_ping(self, number: int) -> None:
        missed, self._heard = number - self._heard - 1, number
        if self.is_away:
            logger.warning("Redis is back: other processes are told what they missed.")
        self.is_away = False
        owed, self._owed = self._owed, set()
        if owed:
            letter = {"type": "missed", "conversations": [str(each) for each in owed]}
            self._start(self._send(EVERYBODY, letter))
        if missed:
            self._start(watchers.have_caught_up())

    async def _send(self, group: str, message: dict[str, Any]) -> bool:
        return await self._reaches(_layer().group_send(group, {"from": self._name, **message}))

    async def _reaches(self, sending: Coroutine[Any, Any, None]) -> bool:
        """Whether Redis took it in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                await sending
        except Exception as error:  # noqa: BLE001 - whatever it is, this goes on for as long as the process does
            if not self.is_away:
                logger.warning("Redis is away: answers are seen live only in the process that writes them. %s", error)
            self.is_away = True
            return False
        return True

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise ImproperlyConfigured("CHANNEL_LAYERS has no default.")
    return layer
