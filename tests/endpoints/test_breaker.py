"""An endpoint that keeps failing is left alone for a while, by all processes."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from agent.llm import LLMError, LLMResting, Waiting
from agent.scripted_server import ServerHandle
from endpoints import breaker
from endpoints.models import Endpoint, Ticket
from tests.endpoints.conftest import Configure
from tests.endpoints.putting import QUESTION, llm, said, text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("configured_only")]


@pytest.fixture(autouse=True)
def in_a_row(first: ServerHandle, second: ServerHandle) -> None:
    first.set_script([{"status": 401, "times": None}])
    second.set_script([{"text": "SELECT 2", "times": None}])


async def fails() -> None:
    for _ in range(breaker.FAILURES):
        await said()


async def test_after_some_failures_in_a_row_it_is_left_alone(
    both: tuple[Endpoint, Endpoint], first: ServerHandle
) -> None:
    await fails()
    before = len(first.requests())
    assert text(await said()) == "SELECT 2"
    assert len(first.requests()) == before == breaker.FAILURES


async def test_then_one_request_goes_through_and_an_answer_closes_it(
    both: tuple[Endpoint, Endpoint], first: ServerHandle
) -> None:
    await fails()
    first.set_script([{"text": "SELECT 1", "times": None}])
    await Endpoint.objects.filter(name="First").aupdate(rests_until=timezone.now() - timedelta(seconds=1))
    assert [text(await said()) for _ in range(2)] == ["SELECT 1"] * 2
    found = await Endpoint.objects.aget(name="First")
    assert (found.failures, found.rests_until) == (0, None)


async def test_another_failure_opens_it_again_at_once(both: tuple[Endpoint, Endpoint], first: ServerHandle) -> None:
    await fails()
    await Endpoint.objects.filter(name="First").aupdate(rests_until=timezone.now() - timedelta(seconds=1))
    before = len(first.requests())
    await said()
    await said()
    assert len(first.requests()) == before + 1


async def test_only_one_of_those_who_come_after_the_rest_asks(both: tuple[Endpoint, Endpoint]) -> None:
    await Endpoint.objects.filter(name="First").aupdate(rests_until=timezone.now() - timedelta(seconds=1))
    seen = [await Endpoint.objects.aget(name="First") for _ in range(2)]
    obstacles = [await sync_to_async(breaker.obstacle)(each) for each in seen]
    assert [type(obstacle) for obstacle in obstacles] == [type(None), LLMResting]


async def test_who_may_ask_after_the_rest_may_do_so_after_waiting_in_line(
    configure: Configure, first: ServerHandle
) -> None:
    past = timezone.now() - timedelta(seconds=1)
    only = await configure("Only", first, at_once=1, failures=3, rests_until=past)
    at_work = await Ticket.objects.acreate(endpoint=only, at_work=True)
    first.set_script(["SELECT 1"])
    stream = llm().stream(QUESTION, max_tokens=50)
    assert await anext(stream) == Waiting(0)
    await at_work.adelete()
    assert text([item async for item in stream]) == "SELECT 1"


async def test_what_begins_to_fail_while_one_waits_in_line_is_not_asked(
    configure: Configure, first: ServerHandle
) -> None:
    only = await configure("Only", first, at_once=1)
    at_work = await Ticket.objects.acreate(endpoint=only, at_work=True)
    stream = llm().stream(QUESTION, max_tokens=50)
    assert await anext(stream) == Waiting(0)
    await Endpoint.objects.filter(pk=only.pk).aupdate(rests_until=timezone.now() + timedelta(seconds=20))
    await at_work.adelete()
    with pytest.raises(LLMResting):
        _ = [item async for item in stream]
    assert not first.requests()


async def test_a_clock_that_was_put_back_keeps_it_open_for_no_longer(
    both: tuple[Endpoint, Endpoint], first: ServerHandle
) -> None:
    first.set_script(["SELECT 1"])
    await Endpoint.objects.filter(name="First").aupdate(rests_until=timezone.now() + timedelta(hours=1))
    assert text(await said()) == "SELECT 1"


async def test_a_rest_that_the_endpoint_asks_for_is_kept(both: tuple[Endpoint, Endpoint], first: ServerHandle) -> None:
    first.set_script([{"status": 429, "retry_after": 60, "times": None}])
    await said()
    await said()
    assert len(first.requests()) == 1


async def test_where_it_is_the_only_one_whoever_asks_is_told_at_once(configure: Configure, first: ServerHandle) -> None:
    await configure("Only", first)
    for _ in range(breaker.FAILURES):
        with pytest.raises(LLMError):
            await said()
    with pytest.raises(LLMResting, match=r"Only is left alone for \d+ seconds.*refused the key"):
        await said()


async def test_an_answer_between_two_failures_starts_the_count_anew(
    both: tuple[Endpoint, Endpoint], first: ServerHandle
) -> None:
    first.set_script([{"status": 401}, {"status": 401}, "SELECT 1", {"status": 401}])
    for _ in range(4):
        await said()
    assert (await Endpoint.objects.aget(name="First")).failures == 1
