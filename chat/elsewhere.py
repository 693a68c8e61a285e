"""Answers that run in another web process: it is asked to stop them or to draw them, and they are watched meanwhile,
as it may be gone, or not to be reached."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error
from django.db.models.functions import Now
from django.utils import timezone

from chat import live, post, render, shown, watchers
from chat.fragments import Fragment
from learning.models import HEARTBEAT, Episode
from learning.recorder import STOPPED

SILENCE = 2 * HEARTBEAT
LATE = timedelta(seconds=1)
REPLY = 1.5
"""Seconds in which a process that can be reached has done what it was asked for."""
LOOK = 1.5
"""Seconds between looks into the database at an answer that nothing is heard of."""
OUT_OF_REACH = "still being written: it appears here when it is done"
NOT_RESPONDING = "its server does not respond"

_watched: dict[UUID, asyncio.Task[None]] = {}
_to_be_stopped: set[UUID] = set()


def follow(conversation_id: UUID, episode_id: UUID) -> None:
    """Have the answer drawn as it is now, and then live. If nothing is heard of it, show its end once it has one."""
    post.ask("draw", episode_id)
    if episode_id not in _watched:
        task = asyncio.create_task(_watch(conversation_id, episode_id))
        _watched[episode_id] = task
        task.add_done_callback(lambda _: _forget(episode_id))


def heard(episode_id: UUID) -> None:
    """Its process is there."""
    if episode_id in _watched and episode_id not in _to_be_stopped:
        _watched[episode_id].cancel()


async def stop(conversation_id: UUID, episode_id: UUID) -> bool:
    """Have an answer stopped, wherever it runs. False where that was not done in a moment: it will be once its process
    is heard of, or has been silent."""
    if live.running(episode_id):
        await live.stop(episode_id)
        return True
    until = time.monotonic() + (REPLY if post.ask("stop", episode_id) else 0.0)
    while await Episode.objects.filter(pk=episode_id, status=Episode.Status.RUNNING).aexists():
        if time.monotonic() > until:
            _to_be_stopped.add(episode_id)
            follow(conversation_id, episode_id)
            return False
        await asyncio.sleep(0.05)
    return True


async def stop_all(conversation_id: UUID) -> None:
    """End what is being answered in a conversation."""
    running = Episode.objects.filter(turn__conversation=conversation_id, status=Episode.Status.RUNNING)
    async for episode_id in running.values_list("pk", flat=True):
        await stop(conversation_id, episode_id)


async def _watch(conversation_id: UUID, episode_id: UUID) -> None:
    if post.office():
        await asyncio.sleep(REPLY)
    said = ""
    while episode_id in _to_be_stopped or watchers.is_anybody(conversation_id):
        try:
            html, is_over = await database_sync_to_async(_look)(episode_id)
        except Error:
            html, is_over = said, False  # it may be back in a moment
        if html != said:
            await post.tell(conversation_id, Fragment(html))
            said = html
        if is_over:
            return
        post.ask("stop" if episode_id in _to_be_stopped else "draw", episode_id)
        await asyncio.sleep(LOOK)


def _look(episode_id: UUID) -> tuple[str, bool]:
    """What is to be shown, and whether that is the end: of one that is silent it is made here."""
    mine = Episode.objects.filter(pk=episode_id)
    silent = mine.filter(status=Episode.Status.RUNNING, heartbeat_at__lte=Now() - SILENCE)
    if episode_id in _to_be_stopped:
        silent.update(status=Episode.Status.STOPPED, error=STOPPED, finished_at=timezone.now())
    else:
        silent.interrupt()
    episode = mine.select_related("turn__conversation").first()
    if episode is None:
        return "", True
    if episode.status == Episode.Status.RUNNING:
        beats = mine.filter(heartbeat_at__gt=Now() - (HEARTBEAT + LATE)).exists()
        return render.doing_now(str(episode_id), OUT_OF_REACH if beats else NOT_RESPONDING), False
    whole = render.answer(shown.view_of(episode.turn.conversation, episode))
    return whole + (render.error("") if episode_id in _to_be_stopped else ""), True


def _forget(episode_id: UUID) -> None:
    _watched.pop(episode_id, None)
    _to_be_stopped.discard(episode_id)
