"""Sessions' rows, written by one thread: all that wait at the moment in one transaction, so that a hundred sessions
at once cost a database little more than one. Each waits until its own is written."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, transaction
from django.db import connection as app_database

AT_ONCE_AT_MOST = 200
IDLE_SECONDS = 1.0
"""After so long without anything to write, the connection to the application's database is given back."""

turn = threading.Lock()
"""Held by whichever of a process's threads writes for agents: SQLite lets who finds it busy sleep, for much longer than
most of them write."""

T = TypeVar("T")
Work = Callable[[Any], Any]
"""What is done with a cursor."""


@dataclass(slots=True)
class _Job:
    work: Work
    waiting: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.waiting.done():
            return  # nobody waits any more
        if self.error:
            self.waiting.set_exception(self.error)
        else:
            self.waiting.set_result(self.result)


class Writer:
    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def do(self, work: Callable[[Any], T]) -> T:
        """What `work` returns, once it is committed; it is done even when nobody waits any more. Raises what it, or
        the commit, raises."""
        if self._thread is None:
            self._start()
        waiting: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, waiting))
        return await waiting

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="openenv-writer", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            jobs = self._some()
            _write(jobs)
            for loop in {job.waiting.get_loop() for job in jobs}:
                with suppress(RuntimeError):  # it has ended, and all who waited there
                    loop.call_soon_threadsafe(_tell, [job for job in jobs if job.waiting.get_loop() is loop])

    def _some(self) -> list[_Job]:
        try:
            jobs = [self._jobs.get(timeout=IDLE_SECONDS)]
        except queue.Empty:
            app_database.close()
            jobs = [self._jobs.get()]
        while len(jobs) < AT_ONCE_AT_MOST:
            try:
                jobs.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return jobs


writer = Writer()


def _tell(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.tell()


def _write(jobs: Sequence[_Job]) -> None:
    """All of them, or each by itself where there is something about one, or the database was gone for a moment."""
    try:
        _together(jobs)
    except DatabaseError:
        app_database.close()
        for job in jobs:
            _alone(job)
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told
        for job in jobs:
            job.error = error


def _together(jobs: Sequence[_Job]) -> None:
    with turn, transaction.atomic(), app_database.cursor() as cursor:
        for job in jobs:
            job.result = job.work(cursor)


def _alone(job: _Job) -> None:
    try:
        _together([job])
    except Exception as error:  # noqa: BLE001
        job.error = error
