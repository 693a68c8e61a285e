"""Sessions over HTTP: found by their episode's id, brought back to life for a step, and stored again."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from agent import keeping
from envapi import session_rows
from envapi.callers import Caller
from envapi.environment import Environment, Running, begin
from envapi.errors import EnvError, NotFound, NotReset, TooMany
from envapi.models import Session
from envapi.observation import Answer
from envapi.places import place_of
from envapi.tasks import Wanted, choose

_CLEARED_EVERY = 10.0
_CLEARED_AT_ONCE = 100
_MOST_ALIVE = 2_000
_next_clearing = 0.0

BUSY = "A step of this episode is under way already. Wait for its answer, then send the next one."


@dataclass
class _Alive:
    """A session as this process has left it; of use while nobody else has taken a step of it."""

    pk: int
    version: int
    environment: Environment
    is_agents: bool = False


class _Live:
    """How many sessions are under way, counted every second, and between that by what this process adds."""

    def __init__(self) -> None:
        self._until = 0.0
        self._known = 0

    def forget(self) -> None:
        self._until = 0.0

    async def count(self) -> int:
        if self._until < time.monotonic():
            self._until = time.monotonic() + 1.0
            self._known = await Session.objects.live().acount()
        self._known += 1
        return self._known - 1


_live = _Live()
_alive: OrderedDict[tuple[str, str], _Alive] = OrderedDict()


async def reset(caller: Caller, wanted: Wanted) -> tuple[Answer, str]:
    """The first observation, and the id of its episode. Raises EnvError."""
    await clear()
    await _make_room(caller, wanted)
    environment = Environment(caller)
    running = await environment.prepare(wanted)
    try:
        pk = await asyncio.shield(_inserted(caller, running))
    except BaseException:
        running.database.close()
        raise
    answer = environment.start(running)
    _remember(caller, running.id, _Alive(pk, 0, environment))
    return answer, running.id


async def _make_room(caller: Caller, wanted: Wanted) -> None:
    """Raises TooMany; an episode of the same id makes room for its successor."""
    try:
        await require_room()
    except TooMany:
        if not (wanted.episode_id and await _end_before(caller, wanted.episode_id)):
            raise
        await require_room()


async def _inserted(caller: Caller, running: Running) -> int:
    """Its primary key. An earlier episode of the same id ends. Raises EnvError."""
    new = session_rows.New(
        caller=caller.key,
        user_id=caller.user.pk if caller.user else None,
        episode_id=running.id,
        exercise=running.exercise.id,
        connection_id=running.place.connection.pk,
        state=_state(running, ()),
        started_at=running.started_at,
    )
    try:
        pk = await session_rows.insert(new)
        if pk is None:
            await _end_before(caller, running.id)
            pk = await session_rows.insert(new)
    except IntegrityError:
        pk = None
    if pk is None:
        raise EnvError("An episode of this id is being begun already, or its database was just deleted.")
    return pk


async def _end_before(caller: Caller, episode_id: str) -> bool:
    """Whether there was an episode of this id. Raises EnvError while a step of it is made."""
    before = await sync_to_async(_before)(caller, episode_id)
    if before and before.is_stepping:
        raise EnvError(BUSY)
    if before:
        await end(before)
    return before is not None


@asynccontextmanager
async def session(
    caller: Caller, episode_id: str, *, to_step: bool, by_agent: bool = False
) -> AsyncIterator[Environment]:
    """The environment of a session; with `to_step` it is the caller's alone until it is stored again. Without an id it
    is that of the caller's last reset. `by_agent`: it may be one that an agent has made. Raises EnvError."""
    if not to_step:
        yield await _revived(caller, await sync_to_async(find)(caller, episode_id))
        return
    alive = await _taken(caller, episode_id, by_agent=by_agent)
    try:
        yield alive.environment
    finally:
        is_there = await asyncio.shield(_store(alive))
        if is_there and (running := alive.environment.running) and (alive.is_agents or not running.episode.done):
            alive.version += 1
            _remember(caller, episode_id or running.id, alive)


async def _taken(caller: Caller, episode_id: str, *, by_agent: bool) -> _Alive:
    """It is claimed. Raises EnvError."""
    alive = _alive.pop((caller.key, episode_id), None)
    claiming = asyncio.ensure_future(_claimed(caller, episode_id, alive, by_agent=by_agent))
    try:
        stored = await asyncio.shield(claiming)
    except asyncio.CancelledError:
        with suppress(EnvError):
            await session_rows.release((await claiming).pk)
        raise
    if isinstance(stored, _Alive):
        return stored
    environment = None
    try:
        environment = await _revived(caller, stored)
    finally:
        if environment is None:
            await asyncio.shield(session_rows.release(stored.pk))
    return _Alive(stored.pk, stored.version, environment, stored.is_agents)


def _remember(caller: Caller, episode_id: str, alive: _Alive) -> None:
    _alive[caller.key, episode_id] = alive
    if len(_alive) > _MOST_ALIVE:
        _alive.popitem(last=False)


async def clear() -> None:
    """End those that nothing has been heard of for too long; each process looks now and then."""
    global _next_clearing
    if time.monotonic() < _next_clearing:
        return
    _next_clearing = time.monotonic() + _CLEARED_EVERY
    await end_silent()


async def end_silent() -> None:
    for stored in await sync_to_async(_silent)():
        await end(stored)


def _silent() -> list[Session]:
    """Of those that are over nothing is left to record: they are deleted at once, however many an agent has left."""
    limit = timezone.now() - timedelta(minutes=settings.OPENENV_IDLE_MINUTES)
    silent = Session.objects.at_rest().filter(touched_at__lt=limit)
    silent.filter(is_done=True).delete()
    under_way = silent.filter(is_done=False).order_by("touched_at").select_related("user")
    return list(under_way[:_CLEARED_AT_ONCE])


async def end(stored: Session) -> None:
    """Record what was under way, and forget the session. While a step is being made it stays."""
    is_mine, _ = await Session.objects.at_rest().filter(pk=stored.pk, version=stored.version).adelete()
    if is_mine:
        _alive.pop((stored.caller, stored.episode_id), None)
    if not is_mine or stored.is_done:
        return
    try:
        environment = await _revived(Caller(stored.user, stored.caller), stored)
    except EnvError:
        return  # its task is gone, and so is what it was about
    environment.close()


def _before(caller: Caller, episode_id: str) -> Session | None:
    """The caller's session of an id that is to be used again."""
    return Session.objects.filter(caller=caller.key, episode_id=episode_id).select_related("user").first()


def find(caller: Caller, episode_id: str, *, by_agent: bool = False) -> Session:
    """Raises EnvError."""
    mine = Session.objects.filter(caller=caller.key).order_by("-started_at")
    mine = mine.select_related("user") if by_agent else mine.filter(is_agents=False)
    found = (mine.filter(episode_id=episode_id) if episode_id else mine).first()
    if found is None:
        if not episode_id:
            raise NotReset
        raise NotFound(f"There is no episode {episode_id[:100]}: it has ended, or never began.")
    return found


async def _claimed(caller: Caller, episode_id: str, alive: _Alive | None, *, by_agent: bool) -> Session | _Alive:
    """`alive` where nobody else has taken a step since. Raises EnvError."""
    if alive and (by_agent or not alive.is_agents) and await session_rows.claim(alive.pk, alive.version):
        return alive
    found = await sync_to_async(find)(caller, episode_id, by_agent=by_agent)
    if not await session_rows.claim(found.pk, found.version):
        raise EnvError(BUSY)
    return found


async def _revived(caller: Caller, stored: Session) -> Environment:
    environment = Environment(caller)
    environment.answered.update(stored.state.get("answered", ()))
    try:
        environment.running = await _running(caller, stored) if stored.exercise else None
    except NotFound:
        if not stored.is_agents:
            raise
        # The task of an agent's last episode is gone: its session goes on with others.
    return environment


async def _running(caller: Caller, stored: Session) -> Running:
    exercise = await choose(caller, Wanted(task_id=stored.exercise))
    place = await place_of(exercise.connection)
    kept = stored.state
    running = begin(caller, exercise, place, kept["seed"], stored.episode_id)
    keeping.restore(running.episode, kept["episode"])
    running.rewards, running.success, running.is_recorded = kept["rewards"], kept["success"], running.episode.done
    running.started_at, running.record = stored.started_at, uuid.UUID(kept["record"])
    running.is_agents = stored.is_agents
    return running


def _state(running: Running, answered: Iterable[str]) -> dict[str, Any]:
    return {
        "seed": running.seed,
        "record": str(running.record),
        "episode": keeping.kept(running.episode),
        "rewards": running.rewards,
        "success": running.success,
        "answered": sorted(answered),
    }


async def require_room() -> None:
    """Raises TooMany."""
    active = await _live.count()
    if active >= settings.OPENENV_MAX_SESSIONS:
        # Some may have ended since they were counted.
        _live.forget()
        active = await _live.count()
    if active >= settings.OPENENV_MAX_SESSIONS:
        raise TooMany(active, settings.OPENENV_MAX_SESSIONS)


async def _store(alive: _Alive) -> bool:
    """Whether it is still there, as this process knew it."""
    environment = alive.environment
    running = environment.running
    if running is None:
        await session_rows.release(alive.pk)  # of an agent that has begun nothing
        return True
    done = running.episode.done and not alive.is_agents
    state = _state(running, environment.answered)
    return await session_rows.store(alive.pk, alive.version, state, running.exercise.id, running.started_at, done)
