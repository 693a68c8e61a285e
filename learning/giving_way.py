"""What is done in the background with the model gives way to people: it stops as soon as somebody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from datasources.models import Connection
from endpoints import choosing, line
from learning.models import Episode, Warmth

_LOOK_EVERY = 0.5
_ALIVE = timedelta(minutes=4)
_T = TypeVar("_T")


class Needed(Exception):
    """Somebody waits for the model."""


async def watched(work: Awaitable[_T], look: Callable[[], Awaitable[None]]) -> _T:
    """What `work` returns. Twice a second `look` is called, and what it raises ends the work."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await look()
            await asyncio.wait([task], timeout=_LOOK_EVERY)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def give_way(connection: Connection) -> None:
    """Raises Needed where people wait for what answers this connection: for the embedded model whenever they have asked
    something, for another endpoint when they stand in line."""
    if await sync_to_async(_is_in_line)(connection) or await _is_model_needed(connection):
        raise Needed


def _is_in_line(connection: Connection) -> bool:
    return line.is_somebody_waiting(choosing.for_connection(connection))


async def _is_model_needed(connection: Connection) -> bool:
    if not settings.LLM_ENDPOINT.local or not await sync_to_async(choosing.is_embedded)(connection):
        return False
    answers = Episode.objects.running().filter(heartbeat_at__gt=Now() - _ALIVE)
    readings = Warmth.objects.filter(state=Warmth.State.WARMING, updated_at__gt=timezone.now() - _ALIVE)
    return await answers.aexists() or await readings.aexists()
