"""What is done now and then, once by all workers together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from datasources.models import AuditEntry
from operations import schedule
from operations.models import Chore
from operations.schedule import DUTIES
from operations.watch import bring_forward

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


def enqueued() -> list[str]:
    return sorted(task.args_kwargs["args"][0] for task in DBTaskResult.objects.all())


def test_at_first_everything_is_due() -> None:
    schedule.enqueue_due()
    assert enqueued() == sorted(DUTIES)


def test_who_comes_next_finds_it_done() -> None:
    schedule.enqueue_due()
    schedule.enqueue_due()
    assert enqueued() == sorted(DUTIES)


def test_after_its_time_it_is_due_again() -> None:
    schedule.enqueue_due()
    DBTaskResult.objects.all().delete()
    Chore.objects.update(begun_at=Now() - AN_HOUR)
    schedule.enqueue_due()
    assert enqueued() == [
        "end idle OpenEnv sessions",
        "forget what the model read of values that are gone",
        "look at subscriptions that are due",
        "refresh boards that are due",
        "stop lost evaluations",
    ]


def test_a_clock_that_was_put_back_puts_nothing_off() -> None:
    schedule.enqueue_due()
    DBTaskResult.objects.all().delete()
    Chore.objects.update(begun_at=Now() + 10 * AN_HOUR)
    schedule.enqueue_due()
    assert enqueued() == sorted(DUTIES)


def test_a_task_that_a_wrong_clock_has_put_off_is_due_now() -> None:
    schedule.enqueue_due()
    DBTaskResult.objects.update(run_after=timezone.now() + AN_HOUR)
    assert bring_forward() == len(DUTIES)
    assert DBTaskResult.objects.ready().count() == len(DUTIES)


def test_a_pause_is_none() -> None:
    schedule.enqueue_due()
    DBTaskResult.objects.update(run_after=timezone.now() + timedelta(minutes=1))
    assert bring_forward() == 0


@pytest.mark.django_db(transaction=True)
def test_each_of_them_can_be_done() -> None:
    AuditEntry.objects.create(action="query")
    AuditEntry.objects.update(at=timezone.now() - timedelta(days=4000))
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - AN_HOUR)
    schedule.enqueue_due()
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    assert not AuditEntry.objects.exists()
    assert not Session.objects.exists()
