"""What is done in the background with the model gives way to people: it stops as soon as somebody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

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


async def give_way() -> None:
    """Raises Needed where people wait for the embedded model. An endpoint elsewhere has room for all."""
    if settings.LLM_ENDPOINT.local and await _is_model_needed():
        raise Needed


async def _is_model_needed() -> bool:
    alive = timezone.now() - _ALIVE
    answers = Episode.objects.filter(status=Episode.Status.RUNNING, heartbeat_at__gt=alive)
    readings = Warmth.objects.filter(state=Warmth.State.WARMING, updated_at__gt=alive)
    return await answers.aexists() or await readings.aexists()
