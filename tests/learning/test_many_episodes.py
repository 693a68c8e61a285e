"""Pages of long histories look at few rows: what they ask of the database is answered from indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.db.models import QuerySet

from datasources.models import Connection
from learning.generations import watching
from learning.models import BanditDecision, Episode, Verdict
from learning.optimizing import triggers

pytestmark = pytest.mark.django_db


def plan_of(found: QuerySet[Any]) -> str:
    """SQLite's, in words."""
    return found.explain()


@pytest.mark.skipif(database.vendor != "sqlite", reason="the plan's words are SQLite's")
@pytest.mark.parametrize(
    ("found", "index"),
    [
        (Episode.objects.order_by("-started_at")[:50], "episodes_by_time"),
        (Verdict.objects.order_by("-given_at")[:50], "verdicts_by_time"),
        (BanditDecision.objects.order_by("-at")[:50], "decisions_by_time"),
    ],
    ids=["episodes", "verdicts", "decisions"],
)
def test_the_newest_are_found_without_sorting_all(found: QuerySet[Any], index: str) -> None:
    assert index in plan_of(found)
    assert "TEMP B-TREE" not in plan_of(found)


@pytest.mark.skipif(database.vendor != "sqlite", reason="the plan's words are SQLite's")
def test_how_people_fare_with_a_generation_is_told_without_reading_their_questions(connection: Connection) -> None:
    over = watching._over(connection)
    for found in (over.values("generation"), over.filter(watching._ANSWERED).values("generation")):
        assert "COVERING INDEX episodes_of_generation" in plan_of(found)


@pytest.mark.skipif(database.vendor != "sqlite", reason="the plan's words are SQLite's")
def test_what_was_asked_since_the_last_optimization_is_found_by_its_time(connection: Connection) -> None:
    began = connection.created_at
    assert "episodes_by_end" in plan_of(triggers._closed_since(connection, began))
