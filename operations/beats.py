"""A worker's heart: a thread with a database connection of its own, which shows that the worker lives, looks whether
others do, and lets it go when it takes too long to end."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from datasources.own_database import is_passing
from operations import leases
from operations.models import Worker

logger = logging.getLogger(__name__)

BEAT = 3.0
"""Seconds."""
_FOREVER = float("inf")


class Beats:
    """`look` is called after each beat that was stored, and `forget` when one was not."""

    def __init__(self, worker_id: str, queues: str, look: Callable[[], None], forget: Callable[[], None]) -> None:
        self._row = Worker(id=worker_id, host=socket.gethostname()[:255], pid=os.getpid(), queues=queues[:200])
        self._look, self._forget = look, forget
        self._doing: tuple[str, datetime | None] = ("", None)
        self._leave_at = _FOREVER
        self._is_over = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._live, name="beats", daemon=True)

    def __enter__(self) -> Beats:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over = True
        self._wake.set()
        self._thread.join()

    def doing(self, what: str) -> None:
        """What the worker is at now; empty where it waits."""
        self._doing = (what[:200], timezone.now() if what else None)

    def leave_within(self, seconds: float) -> None:
        """The process ends by then, whatever it is at. Called by a signal's handler."""
        self._leave_at = min(self._leave_at, time.monotonic() + seconds)
        self._wake.set()

    def _live(self) -> None:
        next_beat = time.monotonic()
        while not self._is_over and time.monotonic() < self._leave_at:
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT
                self._beat_and_look()
            self._wake.wait(max(0.0, min(next_beat, self._leave_at) - time.monotonic()))
            self._wake.clear()
        with suppress(DatabaseError):
            connection.close()
            leases.leave(self._row.pk)
            connection.close()
        if not self._is_over:
            # The main thread is in the middle of something: it was given back, so nobody has to wait for that.
            os._exit(0)

    def _beat_and_look(self) -> None:
        """Nothing that goes wrong may end the thread."""
        try:
            self._beat()
            self._look()
        except Exception as error:
            self._forget()
            connection.close()
            if not is_passing(error):
                logger.exception("a heartbeat of the worker was missed")

    def _beat(self) -> None:
        self._row.beats += 1
        self._row.doing, self._row.doing_since = self._doing
        shown = {name: getattr(self._row, name) for name in ("beats", "doing", "doing_since")}
        if not Worker.objects.filter(pk=self._row.pk).update(**shown, beat_at=Now()):
            self._row.save(force_insert=True)
