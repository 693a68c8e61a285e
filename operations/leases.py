"""Who holds a task, and what becomes of it: done, failed, or given back for another worker.

A hold is the list of workers that the task was given to: whoever is last in it has it. Each change is one statement
that names the whole list, so that of several who try one succeeds, and who was taken for dead changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from traceback import format_exception
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from datasources.own_database import is_passing
from datasources.storable import storable
from operations.models import Worker

logger = logging.getLogger(__name__)

GIVEN_AT_MOST = 4
"""Times that a task is begun, where its worker was lost or the application's database was away meanwhile."""
NEVER = -1
"""Instead of the beats of a worker that holds a task, and is not known."""
SILENT = timedelta(seconds=15)
"""A worker without a beat for so long looks dead to people; what others go by is in `watch`."""
PAUSES = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30))
"""Before a task is begun again that met a database that was away, each time longer."""


class WorkerLost(Exception):
    """A task's worker died with it, each time that it was begun."""


@dataclass(frozen=True, slots=True)
class End:
    """How a task ended: with a value that JSON can hold, or with an error."""

    value: Any = None
    error: Exception | None = None


def settle(task: DBTaskResult[Any, Any], end: End) -> bool:
    """Store how it ended, or have it begun again. Gives whether the task was still held."""
    if end.error is None:
        return _close(task, TaskResultStatus.SUCCESSFUL, return_value=end.value, exception_class_path="", traceback="")
    if is_passing(end.error) and len(task.worker_ids) < GIVEN_AT_MOST:
        logger.warning("%s met a database that is away, and is begun again: %s", task.task_name, end.error)
        return _again(task, PAUSES[min(len(task.worker_ids), len(PAUSES)) - 1])
    return _fail(task, end.error)


def leave(worker_id: str) -> None:
    """A worker ends: what it holds is given back as if it had never been given to it."""
    for task in _of(worker_id):
        _held(task).update(status=TaskResultStatus.READY, started_at=None, worker_ids=task.worker_ids[:-1])
    Worker.objects.filter(pk=worker_id).delete()


def do_again(tasks: QuerySet[DBTaskResult[Any, Any]]) -> int:
    """The operator wants the failed ones of them done once more; gives how many those are."""
    fresh: dict[str, Any] = {
        "status": TaskResultStatus.READY,
        "worker_ids": [],
        "started_at": None,
        "finished_at": None,
    }
    told = {"exception_class_path": "", "traceback": ""}
    return tasks.filter(status=TaskResultStatus.FAILED).update(**fresh, **told, run_after=timezone.now())


def signs() -> dict[str, int]:
    """The beats of all workers that are known, and of those that hold a task."""
    holders = {task.worker_ids[-1]: NEVER for task in DBTaskResult.objects.running() if task.worker_ids}
    return {**holders, **dict(Worker.objects.values_list("pk", "beats"))}


def bury(worker_id: str, beats: int) -> None:
    """A worker is lost, whose last beat was this one: others do what it held."""
    known = Worker.objects.filter(pk=worker_id)
    if known.exclude(beats=beats).exists():
        return
    for task in _of(worker_id):
        if len(task.worker_ids) < GIVEN_AT_MOST:
            is_mine = _again(task)
        else:
            is_mine = _fail(task, WorkerLost(f"It was begun {len(task.worker_ids)} times, and each time lost."))
        if is_mine:
            logger.warning("the worker of %s was lost: it is %s", task.task_name, _what_becomes_of(task))
    known.filter(beats=beats).delete()


def _what_becomes_of(task: DBTaskResult[Any, Any]) -> str:
    return "begun again" if len(task.worker_ids) < GIVEN_AT_MOST else "given up"


def _of(worker_id: str) -> list[DBTaskResult[Any, Any]]:
    return [task for task in DBTaskResult.objects.running() if task.worker_ids[-1:] == [worker_id]]


def _held(task: DBTaskResult[Any, Any]) -> QuerySet[DBTaskResult[Any, Any]]:
    return DBTaskResult.objects.running().filter(pk=task.pk, worker_ids=task.worker_ids)


def _again(task: DBTaskResult[Any, Any], after: timedelta = timedelta()) -> bool:
    later = {"run_after": timezone.now() + after} if after else {}
    return bool(_held(task).update(status=TaskResultStatus.READY, started_at=None, **later))


def _fail(task: DBTaskResult[Any, Any], error: Exception) -> bool:
    path, told = f"{type(error).__module__}.{type(error).__qualname__}", storable("".join(format_exception(error)))
    return _close(task, TaskResultStatus.FAILED, return_value=None, exception_class_path=path, traceback=told)


def _close(task: DBTaskResult[Any, Any], status: str, **fields: Any) -> bool:
    return bool(_held(task).update(status=status, finished_at=timezone.now(), **fields))
