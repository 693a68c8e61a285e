"""A background worker: the task library's tasks, done by a process whose death is noticed.

The library's own worker leaves what it was at when it is killed, and ends when the database goes away.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

from django.db import close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.compat import TaskContext, normalize_json, task_finished, task_started
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from datasources.own_database import AWAY, patiently
from operations import leases
from operations.beats import Beats
from operations.leases import End
from operations.watch import Watch

logger = logging.getLogger(__name__)

GRACE = 8.0
"""Seconds that a task may go on for once the worker is asked to end: the supervisor waits for ten, so does Docker."""
LONGEST_PAUSE = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ALL = "*"


class Worker:
    """`queues`: which it serves; none are all. `interval`: seconds between looks for a task."""

    def __init__(self, queues: Sequence[str] = (), interval: float = 0.5) -> None:
        self.id = get_random_string(32)
        self._queues = queues
        self._interval = interval
        self._is_over = threading.Event()
        self._outage = Outage()
        watch = Watch()
        self._beats = Beats(self.id, ", ".join(queues) or "all", watch.look, watch.forget)

    def run(self) -> None:
        """Until a signal: a task that is under way is finished within GRACE, or given back; at a second one at once."""
        for number in SIGNALS:
            signal.signal(number, self._leave)
        with self._beats:
            while not self._is_over.is_set():
                if not self._do_next():
                    self._is_over.wait(self._outage.pause or self._interval)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self._beats.leave_within(0.0 if self._is_over.is_set() else GRACE)
        self._is_over.set()

    def _do_next(self) -> bool:
        """Gives whether there was something to do."""
        try:
            task = self.take()
        except AWAY as error:
            connection.close()
            self._outage.met(error)
            return False
        self._outage.over()
        if task:
            self._do(task)
        return task is not None

    def take(self) -> DBTaskResult[Any, Any] | None:
        """The task that is due first, which is then this worker's."""
        ready = DBTaskResult.objects.ready()
        if self._queues:
            ready = ready.filter(queue_name__in=self._queues)
        with exclusive_transaction():
            task = ready.get_locked()
            if task:
                task.claim(self.id)
        return task

    def _do(self, task: DBTaskResult[Any, Any]) -> None:
        self._beats.doing(task.task_name)
        end = _done(task)
        # The connection that it used may be one of a database that has restarted since.
        close_old_connections()
        if patiently(lambda: leases.settle(task, end), float("inf")):
            patiently(lambda: _tell(task, end.error), float("inf"))
        else:
            logger.warning("%s was taken from this worker, which was held for lost", task.task_name)
        self._beats.doing("")


class Outage:
    """Said once when it begins and once when it is over. `pause`: seconds before the next try; 0 when it is over."""

    def __init__(self) -> None:
        self.pause = 0.0

    def met(self, error: Exception) -> None:
        if not self.pause:
            logger.warning("The application's database does not answer, and is tried again: %s", str(error).strip())
        self.pause = min(2 * self.pause or 0.5, LONGEST_PAUSE)

    def over(self) -> None:
        if self.pause:
            logger.warning("The application's database answers again.")
        self.pause = 0.0


def _done(found: DBTaskResult[Any, Any]) -> End:
    try:
        task, result = found.task, found.task_result
        task_started.send(sender=type(task.get_backend()), task_result=result)
        context: tuple[Any, ...] = (TaskContext(task_result=result),) if task.takes_context else ()
        return End(normalize_json(task.call(*context, *result.args, **result.kwargs)))
    except Exception as error:  # noqa: BLE001 - it is the task's end
        return End(error=error)


def _tell(found: DBTaskResult[Any, Any], error: Exception | None) -> None:
    """Those who listen (the log, say), how it ended; one that is begun again has not ended."""
    found.refresh_from_db()
    if found.finished_at is None:
        return
    try:
        task = found.task
    except ImportError:
        logger.error("There is no task %s in this release.", found.task_path)
        return
    try:
        if error:
            raise error  # the library's log says which one is being handled
    except Exception:  # noqa: BLE001
        _finished(task, found)
    else:
        _finished(task, found)


def _finished(task: Any, found: DBTaskResult[Any, Any]) -> None:
    task_finished.send(sender=type(task.get_backend()), task_result=found.task_result)
