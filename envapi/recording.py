"""What agents did, remembered: episodes, the audit list's entries and the log on stdout, written many at a time by one
thread, so that no step waits for the database."""

from __future__ import annotations

import atexit
import logging
import queue
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db import connection as app_database

from accounts.models import User
from agent.attempt import Attempt as Made
from datasources.audit import AT_ONCE, bound, keep_all
from datasources.audit_entry import Entry
from datasources.inserting import Inserter
from datasources.models import Connection
from datasources.own_database import is_passing, patiently
from envapi.clearing import clearing
from envapi.writing import turn
from learning.bandit import log
from learning.models import Attempt, Episode
from learning.run import fields_of

logger = logging.getLogger(__name__)

SECONDS = 0.1
"""How long something waits for others to be written with it."""
AT_ONCE_AT_MOST = 2_000
MOST_WAITING = 20_000
"""Above, steps wait for the database after all."""
STILL_FOR = 1.0
"""Seconds that somebody who may use a connection counts as such."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An episode that is over: the values of its row. `trains`: the bandit of its connection learns from it."""

    episode: dict[str, Any]
    attempts: Sequence[Made]
    trains: bool


Item = Ended | Entry | str


class Recorder:
    """A ledger (see datasources.audit), and more. Lines are written in the order that they came in."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Item] = queue.Queue(MOST_WAITING)
        self._still: dict[tuple[int, int | None], float] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, entry: Entry) -> None:
        bound(entry)
        self.put(entry)

    def is_still_allowed(self, connection: Connection, user: User | None) -> bool:
        """Whether that is known without asking."""
        return self._still.get((connection.pk, user.pk if user else None), 0.0) >= time.monotonic()

    def require(self, connection: Connection, user: User | None) -> None:
        """Raises ConnectFailed, up to a second late."""
        key, now = (connection.pk, user.pk if user else None), time.monotonic()
        if not self.is_still_allowed(connection, user):
            AT_ONCE.require(connection, user)
            if len(self._still) > MOST_WAITING:
                self._still.clear()
            self._still[key] = now + STILL_FOR

    def put(self, item: Item) -> None:
        if self._thread is None:
            self._start()
        self._waiting.put(item)

    def flush(self) -> None:
        """Return when everything that was put has been written."""
        self._waiting.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="openenv-recorder", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def _work(self) -> None:
        while True:
            items = self._some()
            try:
                _write(items)
            finally:
                app_database.close()
                for _ in items:
                    self._waiting.task_done()

    def _some(self) -> list[Item]:
        items = [self._waiting.get()]
        time.sleep(SECONDS)
        while len(items) < AT_ONCE_AT_MOST:
            try:
                items.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return items


recorder = Recorder()
_EPISODES, _ATTEMPTS = Inserter(Episode), Inserter(Attempt)


def _write(items: Sequence[Item]) -> None:
    """Each kind by itself: that nobody reads stdout any more, say, loses no episode."""
    ended = [item for item in items if isinstance(item, Ended)]
    with _going_on("the lines of OpenEnv episodes were not written"):
        sys.stdout.write("".join(item for item in items if isinstance(item, str)))
        sys.stdout.flush()
    with _going_on("audit entries of agents were lost"), turn:
        keep_all([item for item in items if isinstance(item, Entry)])
    with _going_on("episodes of agents were lost"), turn:
        _keep_episodes([item for item in ended if not item.trains])
    for item in ended:
        if item.trains:
            with _going_on("an episode of an agent was lost"), turn:
                patiently(partial(_teach, item))
    if ended:
        with _going_on("old episodes of agents are still there"), turn:
            clearing.go_on()


@contextmanager
def _going_on(problem: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception(problem)


def _keep_episodes(ended: Sequence[Ended]) -> None:
    if len(ended) == 1:
        with suppress(IntegrityError):  # what it refers to has been deleted meanwhile
            _store(ended)
        return
    try:
        patiently(lambda: _store(ended))
    except (DatabaseError, ValueError, OverflowError) as error:
        if is_passing(error):
            raise
        # There is something about one of them: the others are kept.
        for item in ended:
            with _going_on("an episode of an agent was lost"):
                _keep_episodes([item])


@transaction.atomic
def _store(ended: Sequence[Ended]) -> None:
    _EPISODES.insert([item.episode for item in ended])
    _ATTEMPTS.insert(
        [
            {"episode_id": item.episode["id"], "number": made.number, **fields_of(made)}
            for item in ended
            for made in item.attempts
            if made.sql or made.error_class
        ]
    )


@transaction.atomic
def _teach(ended: Ended) -> None:
    _store([ended])
    locked = Episode.objects.lock(Episode.objects.get(pk=ended.episode["id"]))
    log.append(locked, ended.attempts)
