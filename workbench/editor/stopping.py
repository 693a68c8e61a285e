"""Stopping a statement: the person's wish is written down, and the process that runs it looks for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import UUID

from django.db import DatabaseError

from accounts.models import User
from datasources.audit import application_database
from datasources.engine import Database
from workbench.models import SqlRun

logger = logging.getLogger(__name__)

PAUSE = 0.4
"""Seconds between two looks. Most statements are over before the first."""


def wish(user: User, key: UUID) -> bool:
    """Whether there is something to stop."""
    running = SqlRun.objects.visible_to(user).filter(key=key, state=SqlRun.State.RUNNING)
    mine = SqlRun.objects.filter(pk__in=list(running.values_list("pk", flat=True)))
    return bool(mine.update(is_stopping=True))


@contextmanager
def stoppable(run: SqlRun, database: Database) -> Iterator[None]:
    """While this lasts, the wish ends what runs on `database`, which raises QueryCancelled then."""
    over = Event()
    watcher = Thread(target=_watch, args=(run.pk, database, over), name=f"sql-run-{run.pk}", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(run: int, database: Database, over: Event) -> None:
    with application_database():
        while not over.wait(PAUSE):
            try:
                is_wanted = SqlRun.objects.filter(pk=run, is_stopping=True).exists()
            except DatabaseError:
                logger.warning("cannot see whether statement %s is to stop", run, exc_info=True)
                continue
            if is_wanted:
                database.cancel()
                return
