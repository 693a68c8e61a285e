"""The application's own database is away for a moment, while an endpoint is asked: the answer is not lost."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections

from agent.scripted_server import ServerHandle
from endpoints.models import Endpoint, Ticket, Usage
from tests.endpoints.conftest import Configure
from tests.endpoints.putting import said, text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("configured_only")]


@asynccontextmanager
async def away(word: str) -> AsyncIterator[None]:
    """For the first statement with this word, in the thread where the application's database is used."""
    failed = False

    def fail(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        nonlocal failed
        if word in sql and not failed:
            failed = True
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *others)

    there = await sync_to_async(lambda: connections["default"])()
    with there.execute_wrapper(fail):
        yield
    assert failed


@pytest.mark.parametrize("word", ["SELECT", 'INSERT INTO "endpoints_ticket"', 'DELETE FROM "endpoints_ticket"'])
async def test_it_is_asked_when_the_database_is_back(configure: Configure, first: ServerHandle, word: str) -> None:
    await configure("Only", first, at_once=1)
    first.set_script(["SELECT 1"])
    async with away(word):
        assert text(await said()) == "SELECT 1"


async def test_its_place_is_given_back_and_its_tokens_are_counted_once(
    configure: Configure, first: ServerHandle
) -> None:
    await configure("Only", first, at_once=1)
    first.set_script([{"text": "SELECT 1", "usage": {"prompt": 12, "completion": 3}}])
    async with away("endpoints_usage"):
        await said()
    assert not await Ticket.objects.aexists()
    assert await Usage.objects.values_list("answers", "prompt_tokens").aget() == (1, 12)


async def test_that_an_endpoint_failed_is_noted_once_and_the_next_one_answers(
    both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle
) -> None:
    first.set_script([{"status": 503, "times": None}])
    second.set_script(["SELECT 2"])
    async with away('UPDATE "endpoints_endpoint"'):
        assert text(await said()) == "SELECT 2"
    assert (await Endpoint.objects.aget(name="First")).failures == 1
