"""Ask many tasks, several at once, and tell what came of each as soon as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from asgiref.sync import sync_to_async

from datasources.engine import Database
from learning.benchmark.command.places import Key, Place, key
from learning.benchmark.measuring import Agent, BadGold, Measured, Outage, measure
from learning.benchmark.outcome import Outcome
from learning.benchmark.tasks import Task

PAUSES = (5.0, 20.0, 60.0)
"""Seconds to wait for a model or a database that was there before, each time longer."""


class Listener(Protocol):
    """Is told what happens, in the order in which it does."""

    def done(self, task: Task, outcome: Outcome) -> None: ...

    def not_graded(self, task: Task, why: str) -> None:
        """Nothing can be said about this one: its gold is no good."""

    def waits(self, why: str, seconds: float) -> None: ...


async def evaluate(
    tasks: Sequence[Task],
    places: Mapping[Key, Place],
    agent: Agent,
    listener: Listener,
    *,
    parallel: int = 1,
    pauses: Sequence[float] = PAUSES,
) -> None:
    """Raises Outage when the model or a database stays away: what was told until then holds.

    Who was never there is not waited for: that is no outage but a wrong setting.
    """
    run = _Run(places, agent, listener, pauses)
    waiting = iter(_by_database(tasks))
    workers = [asyncio.create_task(run.work(waiting)) for _ in range(parallel)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _by_database(tasks: Sequence[Task]) -> list[Task]:
    """So that the model reads the prompt of each once; else in their order."""
    databases = list(dict.fromkeys(map(key, tasks)))
    return sorted(tasks, key=lambda task: databases.index(key(task)))


class _Run:
    def __init__(self, places: Mapping[Key, Place], agent: Agent, listener: Listener, pauses: Sequence[float]) -> None:
        self._places = places
        self._agent = agent
        self._listener = listener
        self._pauses = pauses
        self._has_worked = False

    async def work(self, waiting: Iterator[Task]) -> None:
        """One question after the other; a handle runs one statement at a time, so each worker has its own."""
        handles: dict[Key, Database] = {}
        try:
            for task in waiting:
                if key(task) not in handles:
                    handles[key(task)] = await sync_to_async(self._places[key(task)].opened)()
                await self._ask(task, handles[key(task)])
        finally:
            for handle in handles.values():
                handle.close()

    async def _ask(self, task: Task, database: Database) -> None:
        try:
            measured = await self._patiently(task, database)
        except BadGold as error:
            self._listener.not_graded(task, error.message)
        else:
            self._has_worked = True
            self._listener.done(task, measured.outcome)

    async def _patiently(self, task: Task, database: Database) -> Measured:
        asked_with = self._places[key(task)].asked_with
        for pause in self._pauses:
            try:
                return await measure(task, database, asked_with, self._agent)
            except Outage as outage:
                if not self._has_worked:
                    raise
                self._listener.waits(outage.message, pause)
                await asyncio.sleep(pause)
        return await measure(task, database, asked_with, self._agent)
