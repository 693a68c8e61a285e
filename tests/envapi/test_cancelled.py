"""A client that goes away while its step is about to begin: the episode is nobody's, and can be stepped again."""

from __future__ import annotations

import asyncio

import pytest

from envapi import sessions
from envapi.callers import Caller
from envapi.models import Session
from envapi.tasks import Wanted
from tests.envapi.asked import TASK

pytestmark = pytest.mark.django_db(transaction=True)

CALLER = Caller(None, "address 192.0.2.1")


async def enter() -> None:
    async with sessions.session(CALLER, "e1", to_step=True):
        pass


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("turns", [1, 3, 10, 30, 100])
async def test_who_leaves_while_it_is_claimed_leaves_it_free(turns: int, *, is_known: bool) -> None:
    await sessions.reset(CALLER, Wanted(TASK, episode_id="e1"))
    if not is_known:
        sessions._alive.clear()
    entering = asyncio.create_task(enter())
    for _ in range(turns):
        await asyncio.sleep(0)
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    await asyncio.sleep(0.2)
    assert (await Session.objects.aget()).stepping_until is None
