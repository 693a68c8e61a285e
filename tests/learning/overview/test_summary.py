"""What the page says first, in words."""

from __future__ import annotations

import pytest

from datasources.models import Connection
from learning.models import Remark, VerifiedQuery
from learning.overview.figures import figures
from learning.overview.periods import Period
from learning.overview.summary import summary
from tests.learning.overview.asked import COLUMN, ask, days_ago

pytestmark = pytest.mark.django_db


def said(connection: Connection, days: int | None = 90) -> str:
    return summary(figures(connection, Period(days))).replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_nothing_is_said_of_nothing(connection: Connection) -> None:
    assert said(connection) == ""


def test_it_begins_with_how_questions_went(connection: Connection) -> None:
    ask(connection)
    ask(connection, [COLUMN])
    assert said(connection) == (
        "50 % of 2 questions in the last 90 days were answered at the first attempt, and 100 % in the end."
    )
    assert "since the first question" in said(connection, None)


def test_a_change_is_told_where_there_are_enough_questions(connection: Connection) -> None:
    for _ in range(20):
        ask(connection, [COLUMN], at=days_ago(3))
    for _ in range(19):
        ask(connection)
    assert "lately" not in said(connection)
    ask(connection)
    assert "At the first attempt it was 0 % before, and 100 % lately." in said(connection)


def test_a_difference_that_may_be_chance_is_not_told(connection: Connection) -> None:
    for number in range(80):
        ask(connection, [COLUMN] * (number % 2), at=days_ago(3 * (number % 4 < 2)))
    assert "lately" not in said(connection)


def test_what_steers_is_told(connection: Connection) -> None:
    query = VerifiedQuery.objects.create(connection=connection, question="Which?", key="k", sql="SELECT 1")
    ask(connection, recalled=query)
    Remark.objects.create(connection=connection, origin="curator", text="x", rule="x", state="accepted")
    for _ in range(2):
        Remark.objects.create(connection=connection, origin="curator", text="x")
    assert "1 question was answered by a verified query at once." in said(connection)
    assert "1 verified query is in use, 1 rule is in force, 2 remarks wait for a curator." in said(connection)


def test_an_outage_is_told(connection: Connection) -> None:
    ask(connection, answered=False)
    assert said(connection).startswith("1 question had no attempt, because the model or the database could not be")
