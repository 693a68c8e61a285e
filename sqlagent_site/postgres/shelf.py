"""Connections to PostgreSQL that nobody uses at the moment, kept for whoever wants one next.

A request has a thread of its own, and so a connection of its own. To make one costs both sides milliseconds each time,
and what the server had read of its catalogue for it is lost with it.
"""

from __future__ import annotations

import select
import threading
import time
from dataclasses import dataclass

from psycopg import Connection
from psycopg.pq import TransactionStatus

SECONDS = 60.0
"""That one waits for its next use, at most: what lies between may have forgotten it after a while."""
Place = tuple[str, ...]
"""Which server, database and user a connection is of."""


@dataclass(frozen=True, slots=True)
class _Kept:
    place: Place
    connection: Connection
    since: float


class Shelf:
    """Holds `most` at a time; none until somebody says how many. What was used last is used next."""

    def __init__(self, most: int = 0, seconds: float = SECONDS) -> None:
        self.most = most
        self._seconds = seconds
        self._kept: list[_Kept] = []
        self._lock = threading.Lock()

    def give(self, place: Place, connection: Connection) -> bool:
        """Whether it is kept: as it is new, and only while there is room."""
        if not self.most or connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        with self._lock:
            self._clear()
            if len(self._kept) >= self.most:
                return False
            self._kept.append(_Kept(place, connection, time.monotonic()))
            return True

    def take(self, place: Place) -> Connection | None:
        """One that the server has not ended meanwhile, as it does when it stops."""
        with self._lock:
            self._clear()
            for number in range(len(self._kept) - 1, -1, -1):
                if self._kept[number].place != place:
                    continue
                connection = self._kept.pop(number).connection
                if not _has_been_told(connection):
                    return connection
                connection.close()
        return None

    def close(self) -> None:
        with self._lock:
            for kept in self._kept:
                kept.connection.close()
            self._kept.clear()

    def _clear(self) -> None:
        """The longest kept come first."""
        oldest = time.monotonic() - self._seconds
        while self._kept and self._kept[0].since < oldest:
            self._kept.pop(0).connection.close()


def _has_been_told(connection: Connection) -> bool:
    """Whether the server has said something, though nobody asked: that it ends, mostly."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


SHELF = Shelf()
