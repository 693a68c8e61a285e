"""The application's own database when it is away for a moment: which errors say so, and who waits for it to come back.

What is done again must come to the same when it was done before: a commit may have arrived whose answer did not.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection
from psycopg.errors import DiskFull

SECONDS = 60.0
"""How long is waited for it."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0
_OF_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_OF_THE_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_NO_ROOM_TO_MAP = {sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN}
"""SQLite's index of its log cannot grow, or be made, on a disk that is full."""
AWAY = (OperationalError, InterfaceError)
"""What is raised then, and sometimes otherwise: see `is_passing`."""
NO_ROOM = "The server's disk is full, so nothing can be stored. Tell the operator, and try again once there is room."
BROKEN_DISK = (
    "The server could not read or write the file of its own database, so nothing was stored. Tell the operator to look "
    "at its disk, and try again after that."
)
NOT_THERE = "The server's own database does not answer at the moment, so nothing was stored. Try again in a moment."
_T = TypeVar("_T")


def is_passing(error: BaseException) -> bool:
    """Whether the same could work in a moment: a database that restarts or is locked, a disk that is full."""
    if not isinstance(error, AWAY):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    # Of PostgreSQL, what is wrong with a statement itself is another class.
    return code is None or code & 0xFF in _OF_SQLITE


def sentence(error: BaseException) -> str:
    """What a person is told of an error that is passing."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_FULL or code in _NO_ROOM_TO_MAP or isinstance(error.__cause__, DiskFull):
        return NO_ROOM
    return BROKEN_DISK if code & 0xFF in _OF_THE_DISK else NOT_THERE


def patiently(work: Callable[[], _T], seconds: float = SECONDS) -> _T:
    """What `work` returns, tried again while the database is away. Within a transaction it is tried once."""
    for pause in _pauses(seconds):
        try:
            return work()
        except AWAY as error:
            if connection.in_atomic_block or not is_passing(error):
                raise
        connection.close_if_unusable_or_obsolete()
        time.sleep(pause)
    return work()


async def patiently_async(work: Callable[[], _T], seconds: float = SECONDS) -> _T:
    """The same, for who may not block: `work` runs in the thread that all of Django shares, the waiting does not."""
    for pause in _pauses(seconds):
        try:
            return await sync_to_async(work)()
        except AWAY as error:
            if not is_passing(error):
                raise
        await sync_to_async(connection.close_if_unusable_or_obsolete)()
        await asyncio.sleep(pause)
    return await sync_to_async(work)()


def _pauses(seconds: float) -> Iterator[float]:
    until, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while time.monotonic() + pause < until:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
