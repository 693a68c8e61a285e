"""The line at an endpoint that may write only so many answers at once, in all processes together.

Who comes first is served first, and people before work in the background. A place is a `Ticket`; its process renews it
while it lives, so that the places of a dead one are free again after LEASE, by the database's clock alone. Looking
whether it is one's turn is a reading; what changes who is at work happens under a lock on the endpoint's row.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from django.db import Error, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from agent import llm_failures
from agent.llm import Waiting
from datasources.own_database import patiently_async
from endpoints.models import Endpoint, Ticket

logger = logging.getLogger(__name__)

BEAT = 4.0
LEASE = timedelta(seconds=15)
LONGEST_WAIT = 300.0
_LOOK_EVERY, _LOOK_LATER, _LONGEST_PAUSE = 0.25, 0.05, 2.0
"""Seconds; who has many ahead looks less often."""


def is_somebody_waiting(endpoints: list[Endpoint]) -> bool:
    """People, at any of these."""
    asked = [endpoint.pk for endpoint in endpoints if endpoint.pk]
    tickets = Ticket.objects.filter(endpoint__in=asked, behind=False, at_work=False)
    return _alive(tickets).exists()


class Place:
    """One place. `wait`, until it is one's turn; then ask, and whatever happened `stop_beating` and `leave`."""

    def __init__(self, endpoint: Endpoint, *, behind: bool) -> None:
        self._endpoint = endpoint
        self._behind = behind
        self._ticket: Ticket | None = None
        self._beating: asyncio.Task[None] | None = None

    async def wait(self) -> AsyncGenerator[Waiting]:
        """Tells how many are ahead whenever that changes. Nothing where there is room. Raises LLMLineTooLong."""
        if self._endpoint.room is None and self._endpoint.per_minute is None:
            return
        # Shielded: cancelled meanwhile, the ticket is there to be given back.
        joining = asyncio.ensure_future(patiently_async(self._join))
        try:
            self._ticket = await asyncio.shield(joining)
        except asyncio.CancelledError:
            self._ticket = await joining
            raise
        self._beating = asyncio.create_task(self._beat(self._ticket))
        if self._ticket.at_work:
            return
        async for ahead in self._in_line(self._ticket):
            yield Waiting(ahead)
        yield Waiting(None)

    def stop_beating(self) -> None:
        if self._beating:
            self._beating.cancel()

    def leave(self) -> None:
        """One that cannot be given back is free when its lease is over."""
        if self._ticket:
            Ticket.objects.filter(holder=self._ticket.holder).delete()

    async def _in_line(self, ticket: Ticket) -> AsyncGenerator[int]:
        until = time.monotonic() + LONGEST_WAIT
        told = None
        while (ahead := await patiently_async(lambda: self._look(ticket))) is not None:
            if ahead != told:
                yield ahead
                told = ahead
            if time.monotonic() >= until:
                raise llm_failures.line_too_long(self._endpoint.title, LONGEST_WAIT / 60, ahead)
            await asyncio.sleep(min(_LONGEST_PAUSE, _LOOK_EVERY + _LOOK_LATER * ahead))

    async def _beat(self, ticket: Ticket) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await Ticket.objects.filter(holder=ticket.holder).aupdate(beat_at=Now())
            except Error:
                logger.warning("a place at LLM endpoint %s was not renewed", self._endpoint, exc_info=True)

    @transaction.atomic
    def _join(self) -> Ticket:
        endpoint, now = self._locked()
        alive = self._without_dead(now)
        ahead = any(not each.at_work and (self._behind or not each.behind) for each in alive)
        at_work = not ahead and _admit(endpoint, alive, now)
        return Ticket.objects.create(endpoint=endpoint, behind=self._behind, at_work=at_work, since=now, beat_at=now)

    def _without_dead(self, now: datetime) -> list[Ticket]:
        """Everybody's tickets, after those of dead processes are gone."""
        tickets = list(Ticket.objects.filter(endpoint=self._endpoint))
        alive = [each for each in tickets if abs(now - each.beat_at) < LEASE]
        if len(alive) < len(tickets):
            Ticket.objects.filter(pk__in={each.pk for each in tickets} - {each.pk for each in alive}).delete()
        return alive

    def _look(self, ticket: Ticket) -> int | None:
        """How many wait ahead; None when it is one's turn."""
        alive = _alive(Ticket.objects.filter(endpoint=self._endpoint))
        ahead = _before(alive.filter(at_work=False), ticket).count()
        room = self._endpoint.room
        if ahead == 0 and (room is None or alive.filter(at_work=True).count() < room) and self._take(ticket):
            return None
        return ahead

    @transaction.atomic
    def _take(self, ticket: Ticket) -> bool:
        """Whether there was room and nobody ahead, now that nobody else may change that."""
        endpoint, now = self._locked()
        alive = _alive(Ticket.objects.filter(endpoint=endpoint))
        if _before(alive.filter(at_work=False), ticket).exists() or not _admit(endpoint, list(alive), now):
            return False
        values = {"endpoint": endpoint, "behind": ticket.behind, "at_work": True, "since": ticket.since, "beat_at": now}
        # Its row may be gone: others took this process for dead.
        Ticket.objects.update_or_create(holder=ticket.holder, defaults=values)
        return True

    def _locked(self) -> tuple[Endpoint, datetime]:
        """Its row as it is now, and nobody else's to admit at until this transaction ends; and when that is."""
        row = Endpoint.objects.filter(pk=self._endpoint.pk)
        endpoint = row.select_for_update(no_key=True).get()
        return endpoint, row.annotate(now=Now()).values_list("now", flat=True).get()


def _admit(endpoint: Endpoint, alive: list[Ticket], now: datetime) -> bool:
    """Whether one more may be asked; it is counted, where requests are limited."""
    if endpoint.room is not None and sum(each.at_work for each in alive) >= endpoint.room:
        return False
    if endpoint.per_minute is None:
        return True
    minute = now.replace(second=0, microsecond=0)
    asked = endpoint.requests if endpoint.minute == minute else 0
    if asked >= endpoint.per_minute:
        return False
    endpoint.minute, endpoint.requests = minute, asked + 1
    endpoint.save(update_fields=["minute", "requests"])
    return True


def _before(tickets: QuerySet[Ticket], ticket: Ticket) -> QuerySet[Ticket]:
    """Those of them that come first: people before work in the background, and then by their number."""
    earlier = Q(behind=ticket.behind, pk__lt=ticket.pk)
    return tickets.filter(earlier | Q(behind=False) if ticket.behind else earlier)


def _alive(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Without those of dead processes. A beat in the future is of a clock that has been put back since."""
    return tickets.filter(beat_at__gt=Now() - LEASE, beat_at__lt=Now() + LEASE)
