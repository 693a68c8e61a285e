"""Answers under way in this process: each goes on whether or not somebody watches, and can be joined at any moment."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error

from agent.events import (
    DiagnosisDelta,
    EpisodeDone,
    Event,
    Executing,
    QueryOk,
    RewardGiven,
    SqlDelta,
    SqlReady,
    Waiting,
)
from chat import post, render, weighed
from chat.answer import AnswerView
from chat.fragments import Fragment
from learning.models import INTERRUPTED, Episode

logger = logging.getLogger(__name__)

PAUSE = 0.04
"""Seconds between messages of streamed text: a reader sees no difference, and the server sends a fraction of them."""

_running: dict[UUID, LiveAnswer] = {}


def running(episode_id: UUID) -> LiveAnswer | None:
    return _running.get(episode_id)


async def interrupt_all() -> None:
    """This process ends: so do its answers, each with a Retry. Returns when that is recorded and has been shown."""
    await asyncio.gather(*(answer.interrupt() for answer in list(_running.values())))
    if office := post.office():
        await office.flush()


@post.answers("draw")
async def draw_elsewhere(episode_id: UUID) -> None:
    """Somebody who watches in another process misses something."""
    if following := running(episode_id):
        await following.draw_elsewhere()


@post.answers("stop")
async def stop(episode_id: UUID) -> None:
    if following := running(episode_id):
        await following.stop()


async def drawn(view: AnswerView) -> str:
    """The whole answer. A large table takes a while, so one that is done is drawn in a thread; one that runs shows none
    yet, and must not change meanwhile."""
    return render.answer(view) if view.running else await asyncio.to_thread(render.answer, view)


class LiveAnswer:
    """One episode's events, folded into a view and sent to its conversation as they come.

    One task reads events, another folds and sends them: the view is always what watchers have been sent, `sent`
    messages in all, so that one who joins gets the view and then only what comes after it.
    """

    def __init__(self, view: AnswerView, conversation_id: UUID) -> None:
        self.view = view
        self.sent = 0
        self._started = time.monotonic()
        self._id = UUID(view.id)
        self._interrupted = False
        self.conversation_id = conversation_id
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, html: str, events: AsyncGenerator[Event]) -> None:
        """Put the question on the page, and answer it."""
        await self._send(html)
        _running[self._id] = self
        self._tasks = [asyncio.create_task(self._read(events)), asyncio.create_task(self._write())]

    async def stop(self) -> None:
        """End it where it is; returns when that has been recorded and shown."""
        reading, writing = self._tasks
        reading.cancel()
        await asyncio.wait([reading])  # what is shown as ended can be asked again
        self._events.put_nowait(None)  # a task that is cancelled before it began says nothing itself
        await asyncio.wait([writing])

    async def interrupt(self) -> None:
        """As `stop`, but nobody wanted that."""
        self._interrupted = True
        await self.stop()

    async def draw_elsewhere(self) -> None:
        """For those who watch in other processes, the answer as it is now."""
        if office := post.office():
            office.send(self.conversation_id, self._whole(await drawn(self.view)))

    async def _read(self, events: AsyncGenerator[Event]) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    self._events.put_nowait(event)
        finally:
            self._events.put_nowait(None)

    async def _write(self) -> None:
        try:
            while batch := await self._batch():
                streamed = self._fold(batch)
                if self.view.status == Episode.Status.SUCCEEDED:
                    self.view.weighed = await database_sync_to_async(self._weighed)()
                if streamed is None:
                    await self._send_whole()
                else:
                    await self._send("".join([*streamed, render.doing(self.view)]))
                if streamed:
                    await asyncio.sleep(PAUSE)
            if self.view.running:
                await self._end_early()
                await self._send_whole()
        finally:
            _running.pop(self._id, None)

    def _weighed(self) -> weighed.Weighed:
        """The answer is there either way."""
        try:
            return weighed.at_the_end(self._id)
        except (Error, Episode.DoesNotExist):
            logger.warning("how sure episode %s is could not be read", self._id, exc_info=True)
            return weighed.Weighed()

    async def _end_early(self) -> None:
        """The recorder has closed it as stopped, whyever it was."""
        self.view.status = Episode.Status.STOPPED
        stopped = Episode.objects.filter(pk=self._id, status=Episode.Status.STOPPED)
        if self._interrupted and await database_sync_to_async(stopped.interrupt)():
            self.view.status, self.view.error = Episode.Status.INTERRUPTED, INTERRUPTED

    async def _batch(self) -> list[Event]:
        """Everything that has happened since the last batch, at least one event; empty at the end."""
        batch = []
        event = await self._events.get()
        while event is not None:
            batch.append(event)
            if self._events.empty():
                return batch
            event = self._events.get_nowait()
        if batch:
            self._events.put_nowait(None)
        return batch

    def _fold(self, batch: list[Event]) -> list[str] | None:
        """What was streamed in `batch`, as HTML; None where more has changed, so that the answer is drawn anew."""
        text = _Text()
        whole = False
        for event in batch:
            # What is recalled was never streamed.
            whole |= isinstance(event, SqlReady) and not self.view.attempts[-1].sql
            self.view.apply(event)
            if isinstance(event, EpisodeDone):
                self.view.seconds = time.monotonic() - self._started
            match event:
                case SqlDelta(added):
                    text.sql += added
                case DiagnosisDelta(added):
                    text.diagnosis += added
                case SqlReady() | Executing() | QueryOk() | RewardGiven() | Waiting():
                    pass
                case _:
                    whole = True
        return None if whole else text.fragments(self.view)

    async def _send(self, html: str) -> None:
        self.sent += 1
        await post.tell(self.conversation_id, Fragment(html, self.view.id, self.sent, self.sent))

    async def _send_whole(self) -> None:
        html = await drawn(self.view)
        self.sent += 1
        await post.tell(self.conversation_id, self._whole(html))

    def _whole(self, html: str) -> Fragment:
        return Fragment(html, self.view.id, self.sent, self.sent, whole=True, end=not self.view.running)


class _Text:
    """What was streamed within one batch."""

    def __init__(self) -> None:
        self.sql = ""
        self.diagnosis = ""

    def fragments(self, view: AnswerView) -> list[str]:
        found = []
        if self.sql:
            found.append(render.sql_delta(view, self.sql))
        if self.diagnosis:
            found.append(render.diagnosis_delta(view, self.diagnosis))
        return found
