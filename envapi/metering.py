"""What agents use of the server's model: counted for whoever calls and for the team, and refused where a limit is
reached. SQL of an agent's own asks no model, and counts nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

from envapi.actions import Action, Write
from envapi.callers import Caller
from envapi.errors import OverQuota
from learning.quotas import counting
from learning.quotas.refusing import Exceeded

if TYPE_CHECKING:
    from envapi.environment import Running


@asynccontextmanager
async def metered(caller: Caller, running: Running, action: Action) -> AsyncIterator[None]:
    """Around a step. An episode counts as one question, once its agent has the model asked. Raises OverQuota before
    anything is done."""
    if isinstance(action, Write):
        yield
        return
    team_id, before = running.place.connection.team_id, running.episode.usage
    admit = counting.require_tokens if before.completion else counting.admit
    try:
        await sync_to_async(admit)(team_id, caller.user)
    except Exceeded as exceeded:
        raise OverQuota(exceeded.message, exceeded.retry_after) from None
    try:
        yield
    finally:
        used = running.episode.usage - before
        await asyncio.shield(sync_to_async(counting.add)(team_id, caller.user, used))
