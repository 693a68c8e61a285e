"""Who holds a task, and what becomes of it when its worker or the database is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from datasources.tasks import read_schema
from operations import leases
from operations.leases import GIVEN_AT_MOST, NEVER, End
from operations.models import Worker
from tests.programs import Program

pytestmark = pytest.mark.django_db
Task = DBTaskResult[Any, Any]


def taken(*workers: str) -> Task:
    """A task that was given to these, one after the other; the last one has it."""
    read_schema.enqueue(0, timezone.now().isoformat())
    task = DBTaskResult.objects.get(status="READY")
    for worker in workers:
        task.claim(worker)
    return task


def now(task: Task) -> Task:
    return DBTaskResult.objects.get(pk=task.pk)


def test_what_a_lost_worker_held_is_ready_again() -> None:
    Worker.objects.create(id="dead", host="here", pid=1, beats=7)
    task = taken("dead")
    leases.bury("dead", 7)
    assert (now(task).status, now(task).started_at) == ("READY", None)
    assert not Worker.objects.exists()


def test_what_others_hold_stays_theirs() -> None:
    task = taken("dead", "alive")
    leases.bury("dead", NEVER)
    assert now(task).status == "RUNNING"


def test_who_beats_after_all_is_not_lost() -> None:
    Worker.objects.create(id="slow", host="here", pid=1, beats=8)
    task = taken("slow")
    leases.bury("slow", 7)
    assert now(task).status == "RUNNING"


def test_a_task_that_loses_its_workers_again_and_again_is_given_up() -> None:
    task = taken(*(str(number) for number in range(GIVEN_AT_MOST)))
    leases.bury(str(GIVEN_AT_MOST - 1), NEVER)
    assert now(task).status == "FAILED"
    assert now(task).exception_class_path == "operations.leases.WorkerLost"
    assert "begun 4 times, and each time lost" in now(task).traceback


def test_who_was_held_for_lost_changes_nothing_any_more() -> None:
    task = taken("slow")
    leases.bury("slow", NEVER)
    assert not leases.settle(task, End())
    assert now(task).status == "READY"


def test_who_was_held_for_lost_does_not_end_what_it_holds_again() -> None:
    first = taken("slow")
    leases.bury("slow", NEVER)
    now(first).claim("slow")
    assert not leases.settle(first, End(error=ValueError("of the first time")))
    assert now(first).status == "RUNNING"


def test_who_leaves_gives_back_what_it_holds_as_if_it_never_had() -> None:
    Worker.objects.create(id="tidy", host="here", pid=1)
    task = taken("before", "tidy")
    leases.leave("tidy")
    assert (now(task).status, now(task).worker_ids) == ("READY", ["before"])
    assert not Worker.objects.exists()


def test_a_database_that_is_away_is_no_fault_of_the_task() -> None:
    task = taken("one")
    leases.settle(task, End(error=OperationalError("server closed the connection unexpectedly")))
    assert now(task).status == "READY"
    assert now(task).run_after > timezone.now()


def test_a_database_that_is_always_away_is() -> None:
    task = taken(*"abcd")
    leases.settle(task, End(error=OperationalError("server closed the connection unexpectedly")))
    assert now(task).status == "FAILED"
    assert "server closed the connection" in now(task).traceback


def test_an_error_of_the_task_itself_ends_it() -> None:
    task = taken("one")
    leases.settle(task, End(error=ValueError("no such thing")))
    assert (now(task).status, now(task).exception_class_path) == ("FAILED", "builtins.ValueError")


def test_a_statement_that_is_wrong_is_an_error_of_the_task() -> None:
    task = taken("one")
    try:
        DBTaskResult.objects.extra(where=["nonsense = 1"]).count()
    except OperationalError as error:
        leases.settle(task, End(error=error))
    assert now(task).status == "FAILED"


def test_a_task_that_is_done_keeps_its_value() -> None:
    task = taken("one")
    leases.settle(task, End(value={"found": 3}))
    assert (now(task).status, now(task).return_value) == ("SUCCESSFUL", {"found": 3})


def test_of_many_who_find_a_worker_lost_one_gives_its_task_back_and_one_takes_it(program: Program) -> None:
    assert program("tests.operations.contend").split() == ["8", "8", "8"]
