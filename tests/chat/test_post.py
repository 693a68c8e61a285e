"""What goes between processes is nobody's: it began with somebody's request, and outlives it."""

import asyncio
from uuid import UUID, uuid4

import pytest
from channels.layers import get_channel_layer
from pytest_django import Settings
from structlog.contextvars import bound_contextvars, get_contextvars

from chat import post

NOBODY: dict[str, object] = {}


@pytest.fixture
async def known() -> asyncio.Future[dict[str, object]]:
    """What is known of whose work it is, where another process's letter is read."""
    found: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()

    @post.answers("say whose")
    async def say(answer: UUID) -> None:
        found.set_result(dict(get_contextvars()))

    return found


async def test_a_letter_is_read_on_nobody_s_behalf(
    settings: Settings, known: asyncio.Future[dict[str, object]]
) -> None:
    settings.REDIS_URL = "redis://in-memory-here"
    with bound_contextvars(user_id=7):
        office = post.office()
    assert office
    await office.flush()
    await asyncio.sleep(0.1)
    layer = get_channel_layer()
    assert layer
    letter = {"type": "request", "from": "another", "request": "say whose", "answer": str(uuid4())}
    await layer.group_send(post.EVERYBODY, letter)
    assert await asyncio.wait_for(known, 5) == NOBODY
