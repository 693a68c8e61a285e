"""Sessions that agents make over HTTP: stored as those are that a reset begins, but without an episode at first."""

from __future__ import annotations

import uuid
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from envapi import sessions
from envapi.callers import Caller
from envapi.errors import EnvError
from envapi.models import Session

TOUCHED_EVERY = timedelta(seconds=10)
"""A session that only reads is not written with each call."""


async def create(caller: Caller) -> str:
    """Its id. Raises TooMany."""
    await sessions.clear()
    await sessions.require_room()
    session_id = str(uuid.uuid4())
    await Session.objects.acreate(caller=caller.key, user=caller.user, episode_id=session_id, is_agents=True)
    return session_id


async def find(caller: Caller, session_id: str) -> Session:
    """One that an agent has made, or an episode that was reset: who acts in it lets it live. Raises NotFound."""
    found, now = await sync_to_async(sessions.find)(caller, session_id, by_agent=True), timezone.now()
    if found.touched_at < now - TOUCHED_EVERY:
        await Session.objects.filter(pk=found.pk).aupdate(touched_at=now)
    return found


async def close(stored: Session) -> None:
    """Raises EnvError while a step is being made."""
    if stored.is_stepping:
        raise EnvError(sessions.BUSY)
    await sessions.end(stored)
