"""Answers that say they run, but in no process that we know: of a server that died, or of another one that lives."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from chat import live, render
from chat.answer import AnswerView
from chat.pages import stored_view
from learning.models import HEARTBEAT, Episode

SILENCE = 2 * HEARTBEAT

_stopping: set[asyncio.Task[None]] = set()


def stop(conversation_id: UUID, episode: Episode) -> timedelta:
    """Close an answer, and show that, as soon as it has missed two heartbeats; returns how long that takes."""
    wait = max(timedelta(), episode.heartbeat_at + SILENCE - timezone.now())
    task = asyncio.create_task(_stop(conversation_id, episode.pk, wait))
    _stopping.add(task)
    task.add_done_callback(_stopping.discard)
    return wait


async def _stop(conversation_id: UUID, episode_id: UUID, wait: timedelta) -> None:
    await asyncio.sleep(wait.total_seconds())
    view = await database_sync_to_async(_close)(episode_id)
    if view:
        await live.send(conversation_id, render.answer(view) + render.error(""))


def _close(episode_id: UUID) -> AnswerView | None:
    now = timezone.now()
    silent = Episode.objects.filter(pk=episode_id, status=Episode.Status.RUNNING, heartbeat_at__lte=now - SILENCE)
    if not silent.update(status=Episode.Status.STOPPED, error="Stopped before it was done.", finished_at=now):
        return None
    return stored_view(Episode.objects.get(pk=episode_id))
