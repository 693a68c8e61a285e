"""Clocks that are wrong, or jump: of machines, whose times are in the rows that they write, and of the database."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from datasources import snapshots
from datasources.models import Connection
from datasources.tasks import read_schema
from learning.models import Episode
from operations.models import Worker
from operations.watch import ANSWER_LOST_AFTER, LOST_AFTER, Watch

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
Status = Episode.Status


@pytest.fixture
def answer(connection: Connection) -> Episode:
    return Episode.objects.create(connection=connection, question="How many?", source="chat", model="scripted")


def beats_at(answer: Episode, ago: timedelta) -> None:
    Episode.objects.filter(pk=answer.pk).update(heartbeat_at=timezone.now() - ago)


def status(answer: Episode) -> str:
    return Episode.objects.get(pk=answer.pk).status


def test_a_heartbeat_from_the_future_makes_no_answer_immortal(answer: Episode) -> None:
    beats_at(answer, -AN_HOUR)
    watch = Watch()
    for _ in range(ANSWER_LOST_AFTER + 1):
        watch.look()
    assert status(answer) == Status.INTERRUPTED


def test_heartbeats_from_the_past_end_no_answer_that_lives(answer: Episode) -> None:
    watch = Watch()
    for number in range(2 * ANSWER_LOST_AFTER):
        beats_at(answer, AN_HOUR - timedelta(seconds=5 * number))
        watch.look()
    assert status(answer) == Status.RUNNING


def test_an_answer_that_lives_beats_by_the_database_s_clock(answer: Episode) -> None:
    beats_at(answer, AN_HOUR)
    Episode.objects.filter(pk=answer.pk).beat()
    assert Episode.objects.mark_lost() == 0


def test_an_answer_that_was_taken_for_dead_when_the_database_s_clock_jumped_runs_again(answer: Episode) -> None:
    beats_at(answer, AN_HOUR)
    assert Episode.objects.mark_lost() == 1
    Episode.objects.filter(pk=answer.pk).beat()
    answer.refresh_from_db()
    assert (answer.status, answer.error, answer.finished_at) == (Status.RUNNING, "", None)


def test_an_answer_that_somebody_stopped_does_not(answer: Episode) -> None:
    Episode.objects.update(status=Status.STOPPED)
    Episode.objects.filter(pk=answer.pk).beat()
    assert status(answer) == Status.STOPPED


@pytest.mark.parametrize("ago", [AN_HOUR, -AN_HOUR])
def test_a_worker_with_a_wrong_clock_keeps_its_task_as_long_as_it_beats(ago: timedelta) -> None:
    task = taken_by("odd", ago)
    watch = Watch()
    for beats in range(2 * LOST_AFTER):
        Worker.objects.filter(pk="odd").update(beats=beats, beat_at=timezone.now() - ago)
        watch.look()
    assert DBTaskResult.objects.get(pk=task).status == "RUNNING"


@pytest.mark.parametrize("ago", [AN_HOUR, -AN_HOUR])
def test_a_worker_with_a_wrong_clock_that_is_dead_loses_it(ago: timedelta) -> None:
    task = taken_by("odd", ago)
    watch = Watch()
    for _ in range(LOST_AFTER + 1):
        watch.look()
    assert DBTaskResult.objects.get(pk=task).status == "READY"


def test_a_worker_that_could_not_beat_itself_takes_nobody_for_dead() -> None:
    task = taken_by("other", timedelta())
    watch = Watch()
    for _ in range(LOST_AFTER):
        watch.look()
    watch.forget()
    watch.look()
    assert DBTaskResult.objects.get(pk=task).status == "RUNNING"


def test_a_schema_that_was_claimed_in_the_future_can_be_read_now(connection: Connection) -> None:
    snapshots.enqueue(connection)
    Connection.objects.update(schema_state_at=timezone.now() + AN_HOUR)
    assert snapshots.enqueue(connection)


def taken_by(worker: str, ago: timedelta) -> UUID:
    """A task's id."""
    Worker.objects.create(id=worker, host="odd", pid=1, beat_at=timezone.now() - ago)
    read_schema.enqueue(0, timezone.now().isoformat())
    task = DBTaskResult.objects.get()
    task.claim(worker)
    return UUID(str(task.pk))
