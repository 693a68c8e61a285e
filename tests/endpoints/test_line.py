"""The line at an endpoint that writes only so many answers at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from agent.llm import LLMLineTooLong
from datasources.models import Connection
from endpoints import line
from endpoints.line import LEASE, Place
from endpoints.models import Endpoint, Ticket
from learning.giving_way import Needed, give_way
from tests.endpoints.conftest import MakeEndpoint
from tests.programs import Program

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(endpoint: MakeEndpoint) -> Endpoint:
    """One answer at a time."""
    return endpoint("Busy", at_once=1)


@asynccontextmanager
async def at_work(endpoint: Endpoint) -> AsyncIterator[None]:
    place = Place(endpoint, behind=False)
    assert [each async for each in place.wait()] == []
    try:
        yield
    finally:
        await left(place)


async def left(place: Place) -> None:
    place.stop_beating()
    await asyncio.to_thread(place.leave)


class Waiter:
    """Somebody in line; `heard` is what they were told, and `order` who came to work, in turn."""

    def __init__(self, endpoint: Endpoint, name: str, order: list[str], *, behind: bool = False) -> None:
        self.place = Place(endpoint, behind=behind)
        self.heard: list[int | None] = []
        self._name, self._order = name, order
        self.task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        try:
            async for waiting in self.place.wait():
                self.heard.append(waiting.ahead)
            self._order.append(self._name)
        finally:
            await left(self.place)

    async def is_in_line(self) -> None:
        async with asyncio.timeout(10):
            while not self.heard:
                await asyncio.sleep(0.01)


async def test_who_finds_room_waits_for_nothing(busy: Endpoint) -> None:
    async with at_work(busy):
        assert await Ticket.objects.acount() == 1
    assert not await Ticket.objects.aexists()


async def test_each_is_told_how_many_are_ahead_and_comes_to_work_in_turn(busy: Endpoint) -> None:
    order: list[str] = []
    async with at_work(busy):
        waiters = []
        for name in ("first", "second", "third"):
            waiters.append(Waiter(busy, name, order))
            await waiters[-1].is_in_line()
    await asyncio.gather(*(each.task for each in waiters))
    assert order == ["first", "second", "third"]
    assert [each.heard[0] for each in waiters] == [0, 1, 2]
    assert all(each.heard[-1] is None for each in waiters)


async def test_people_come_before_work_in_the_background(busy: Endpoint) -> None:
    order: list[str] = []
    async with at_work(busy):
        background = Waiter(busy, "background", order, behind=True)
        await background.is_in_line()
        person = Waiter(busy, "person", order)
        await person.is_in_line()
    await asyncio.gather(background.task, person.task)
    assert order == ["person", "background"]
    assert person.heard[0] == 0


async def test_who_is_stopped_while_waiting_leaves_the_line(busy: Endpoint) -> None:
    order: list[str] = []
    async with at_work(busy):
        stopped, patient = Waiter(busy, "stopped", order), Waiter(busy, "patient", order)
        await stopped.is_in_line()
        await patient.is_in_line()
        stopped.task.cancel()
        with suppress(asyncio.CancelledError):
            await stopped.task
        assert await Ticket.objects.filter(at_work=False).acount() == 1
    await patient.task
    assert order == ["patient"]


async def test_waiting_has_an_end(busy: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_WAIT", 0.0)
    async with at_work(busy):
        place = Place(busy, behind=False)
        with pytest.raises(LLMLineTooLong, match="Busy was waited for"):
            async for _ in place.wait():
                pass
        await left(place)
    assert not await Ticket.objects.aexists()


@pytest.mark.parametrize("beat", [-2 * LEASE, 2 * LEASE], ids=["long ago", "by a clock that was put back"])
async def test_the_place_of_a_dead_process_is_free_again(busy: Endpoint, beat: timedelta) -> None:
    await Ticket.objects.acreate(endpoint=busy, at_work=True, beat_at=timezone.now() + beat)
    async with at_work(busy):
        assert await Ticket.objects.acount() == 1


async def test_a_dead_process_in_line_holds_up_nobody(busy: Endpoint) -> None:
    await Ticket.objects.acreate(endpoint=busy, at_work=False, beat_at=timezone.now() - 2 * LEASE)
    async with at_work(busy):
        pass


async def test_requests_of_a_minute_are_counted(busy: Endpoint) -> None:
    await Endpoint.objects.filter(pk=busy.pk).aupdate(at_once=None, per_minute=2)
    limited = await Endpoint.objects.aget(pk=busy.pk)
    for _ in range(2):
        async with at_work(limited):
            pass
    third = Waiter(limited, "third", [])
    await third.is_in_line()
    assert third.heard == [0]
    minute_ago = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=1)
    await Endpoint.objects.filter(pk=busy.pk).aupdate(minute=minute_ago)
    await third.task
    assert third.heard == [0, None]


async def test_work_in_the_background_ends_where_people_wait(busy: Endpoint, connection: Connection) -> None:
    await give_way(connection)
    await Ticket.objects.acreate(endpoint=busy, at_work=False)
    with pytest.raises(Needed):
        await give_way(connection)


def test_two_processes_together_write_no_more_than_there_is_room_for(program: Program) -> None:
    assert program("tests.endpoints.answering") == "8 answers, at most 2 at once, 0 places left"
