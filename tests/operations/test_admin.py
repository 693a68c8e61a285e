"""The operator's pages of workers and tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from datasources.tasks import read_schema
from operations import leases
from operations.leases import End
from operations.models import Worker
from tests.site import MakeUser

TASKS = "/admin/django_tasks_database/dbtaskresult/"
WORKERS = "/admin/operations/worker/"
AN_HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(make_user: MakeUser) -> Client:
    return logged_in(make_user("operator"), is_superuser=True)


def logged_in(user: User, *, is_superuser: bool) -> Client:
    user.is_staff, user.is_superuser = True, is_superuser
    user.save()
    client = Client()
    client.force_login(user)
    return client


def failed() -> DBTaskResult[Any, Any]:
    read_schema.enqueue(7, timezone.now().isoformat())
    task = DBTaskResult.objects.get()
    task.claim("one")
    leases.settle(task, End(error=ValueError("of no use")))
    return task


def test_workers_are_listed_with_what_they_do(operator: Client) -> None:
    Worker.objects.create(
        id="one", host="db-3", pid=4242, queues="model", doing="evaluate", beat_at=timezone.now() + AN_HOUR
    )
    page = operator.get(WORKERS).content.decode()
    assert all(shown in page for shown in ("db-3", "4242", "model", "evaluate", "icon-yes"))


def test_one_without_a_beat_is_not_alive(operator: Client) -> None:
    Worker.objects.create(id="one", host="db-3", pid=1, beat_at=timezone.now() - 2 * leases.SILENT)
    assert "icon-no" in operator.get(WORKERS).content.decode()


def test_a_failed_task_says_why(operator: Client) -> None:
    task = failed()
    page = operator.get(reverse("admin:django_tasks_database_dbtaskresult_change", args=[task.pk]))
    assert "ValueError: of no use" in page.content.decode()


def test_a_failed_task_is_done_again(operator: Client) -> None:
    task = failed()
    page = operator.post(TASKS, {"action": "do_again", "_selected_action": [task.pk]}, follow=True)
    assert "1 task will be done again" in page.content.decode()
    task.refresh_from_db()
    assert (task.status, task.worker_ids, task.traceback) == ("READY", [], "")


def test_one_that_is_under_way_is_left_alone(operator: Client) -> None:
    read_schema.enqueue(7, timezone.now().isoformat())
    task = DBTaskResult.objects.get()
    task.claim("one")
    page = operator.post(TASKS, {"action": "do_again", "_selected_action": [task.pk]}, follow=True)
    assert "0 tasks will be done again" in page.content.decode()
    task.refresh_from_db()
    assert task.status == "RUNNING"


@pytest.mark.parametrize("address", [TASKS, WORKERS])
def test_other_staff_do_not_see_them(make_user: MakeUser, address: str) -> None:
    assert logged_in(make_user("curator"), is_superuser=False).get(address).status_code == 403
