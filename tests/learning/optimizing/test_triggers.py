"""When a prompt evolves by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Optimization
from learning.optimizing import triggers
from learning.optimizing.triggers import Progress
from tests.learning.overview.asked import SYNTAX, ask, judge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_four(settings: Settings, model: ServerHandle) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 4


def begun(connection: Connection) -> str:
    """What began, or empty."""
    made = triggers.consider(connection.pk)
    return made.trigger if made else ""


def over(connection: Connection) -> None:
    """Everything so far was before an optimization."""
    made = triggers.consider(connection.pk)
    assert made
    Optimization.objects.filter(pk=made.pk).update(state="done", started_at=timezone.now() + timedelta(seconds=5))
    later = timezone.now() + timedelta(seconds=10)
    connection.episodes.filter(finished_at__gt=later).update(finished_at=timezone.now())


def test_the_fourth_question_begins_one(connection: Connection) -> None:
    ask(connection, [SYNTAX])
    for _ in range(2):
        ask(connection)
    assert begun(connection) == ""
    assert triggers.progress(connection) == Progress(3, 4)
    ask(connection)
    assert begun(connection) == "questions"


def test_three_failures_in_a_row_do_not_wait(connection: Connection) -> None:
    for number in range(3):
        assert begun(connection) == ""
        ask(connection, [SYNTAX], answered=False, question=f"Question {number}")
    assert begun(connection) == "failures"


def test_failures_with_an_answer_between_them_wait(connection: Connection) -> None:
    ask(connection, [SYNTAX], answered=False)
    ask(connection)
    ask(connection, [SYNTAX], answered=False)
    assert begun(connection) == ""


def test_where_nothing_went_wrong_nothing_begins(connection: Connection) -> None:
    for _ in range(9):
        ask(connection)
    assert begun(connection) == ""


def test_a_wrong_is_something_to_learn_from(connection: Connection, alice: User) -> None:
    for _ in range(4):
        judge(ask(connection), alice, is_right=False)
    assert begun(connection) == "questions"


def test_an_accepted_remark_is_too(connection: Connection, alice: User) -> None:
    episodes = [ask(connection) for _ in range(4)]
    remark = remarks.give(episodes[0], alice, "Use paid_at.")
    assert remark
    assert begun(connection) == ""
    remarks.accept(remark, alice)
    assert begun(connection) == "questions"


def test_after_one_the_count_begins_anew(connection: Connection) -> None:
    for _ in range(4):
        ask(connection, [SYNTAX])
    over(connection)
    assert triggers.progress(connection) == Progress(0, 4)
    ask(connection, [SYNTAX], at=timezone.now() + timedelta(seconds=20))
    assert triggers.progress(connection) == Progress(1, 4)
    assert begun(connection) == ""


def test_while_one_is_under_way_no_other_begins(connection: Connection) -> None:
    for _ in range(4):
        ask(connection, [SYNTAX])
    assert begun(connection) == "questions"
    assert begun(connection) == ""


def test_where_it_is_switched_off_none_begins(connection: Connection, settings: Settings) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 0
    for _ in range(9):
        ask(connection, [SYNTAX], answered=False)
    assert begun(connection) == ""
    assert triggers.progress(connection) == Progress(0, 0)
