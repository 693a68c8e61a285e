"""Answers under way in this process: each goes on whether or not somebody watches, and can be joined at any moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from channels.layers import BaseChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

from agent.events import DiagnosisDelta, EpisodeDone, Event, Executing, QueryOk, RewardGiven, SqlDelta, SqlReady
from chat import render
from chat.answer import AnswerView
from learning.models import Episode

PAUSE = 0.04
"""Seconds between messages of streamed text: a reader sees no difference, and the server sends a fraction of them."""

_running: dict[UUID, LiveAnswer] = {}


def running(episode_id: UUID) -> LiveAnswer | None:
    return _running.get(episode_id)


async def stop_all(conversation_id: UUID) -> None:
    """End what is being answered in a conversation."""
    for answer in [answer for answer in _running.values() if answer.conversation_id == conversation_id]:
        await answer.stop()


def group_of(conversation_id: UUID) -> str:
    """The channel-layer group of everybody who looks at a conversation."""
    return f"conversation.{conversation_id}"


async def send(conversation_id: UUID, html: str, *, answer: str = "", number: int = 0) -> None:
    """A fragment for everybody who looks at the conversation."""
    message = {"type": "fragment", "html": html, "answer": answer, "number": number}
    await _layer().group_send(group_of(conversation_id), message)


async def drawn(view: AnswerView) -> str:
    """The whole answer. A large table takes a while, so one that is done is drawn in a thread; one that runs shows none
    yet, and must not change meanwhile."""
    return render.answer(view) if view.running else await asyncio.to_thread(render.answer, view)


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise ImproperlyConfigured("CHANNEL_LAYERS has no default.")
    return layer


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
        self.conversation_id = conversation_id
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, events: AsyncGenerator[Event]) -> None:
        _running[self._id] = self
        self._tasks = [asyncio.create_task(self._read(events)), asyncio.create_task(self._write())]

    async def stop(self) -> None:
        """End it where it is; returns when that has been recorded and shown."""
        self._tasks[0].cancel()
        self._events.put_nowait(None)  # a task that is cancelled before it began says nothing itself
        await asyncio.wait(self._tasks)

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
                if streamed is None:
                    await self._send(await drawn(self.view))
                else:
                    await self._send("".join([*streamed, render.doing(self.view)]))
                if streamed:
                    await asyncio.sleep(PAUSE)
            if self.view.running:
                self.view.status = Episode.Status.STOPPED
                await self._send(await drawn(self.view))
        finally:
            _running.pop(self._id, None)

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
                case SqlReady() | Executing() | QueryOk() | RewardGiven():
                    pass
                case _:
                    whole = True
        return None if whole else text.fragments(self.view)

    async def _send(self, html: str) -> None:
        self.sent += 1
        await send(self.conversation_id, html, answer=self.view.id, number=self.sent)


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
