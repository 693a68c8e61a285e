"""Recorded episodes of agents are kept for so many days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.audit import Clearing
from datasources.models import Connection
from envapi import clearing
from learning.models import Attempt, BanditDecision, Episode
from tests.learning.bandit import logs
from tests.learning.overview.asked import ask, days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_days(settings: Settings) -> None:
    settings.OPENENV_RETENTION_DAYS = 10


def test_what_is_older_goes_with_its_attempts(connection: Connection) -> None:
    ask(connection, [ErrorClass.TIMEOUT], at=days_ago(11), source="openenv")
    kept = ask(connection, at=days_ago(9), source="openenv")
    assert clearing.clear_some() == 1
    assert [episode.pk for episode in Episode.objects.all()] == [kept.pk]
    assert set(Attempt.objects.values_list("episode", flat=True)) == {kept.pk}


@pytest.mark.parametrize("source", ["chat", "command"])
def test_what_people_asked_stays(connection: Connection, source: str) -> None:
    ask(connection, at=days_ago(400), source=source)
    assert clearing.clear_some() == 0
    assert Episode.objects.exists()


def test_what_was_decided_and_learned_stays(connection: Connection) -> None:
    episode = ask(connection, at=days_ago(11), source="openenv")
    logs.teach(logs.decide(episode, connection, Strategy.REWRITE_FULL), 0.5)
    clearing.clear_some()
    decision = BanditDecision.objects.get()
    assert (decision.episode_id, decision.lessons.count()) == (None, 1)


def test_nothing_goes_where_they_are_kept_for_ever(connection: Connection, settings: Settings) -> None:
    settings.OPENENV_RETENTION_DAYS = 0
    ask(connection, at=days_ago(4000), source="openenv")
    assert clearing.clear_some() == 0
    assert Episode.objects.exists()


def test_a_bounded_number_goes_with_each_recording(connection: Connection) -> None:
    at = timezone.now() - timedelta(days=11)
    old = [
        Episode(connection=connection, source="openenv", question="?", started_at=at, model="m", key="k")
        for _ in range(clearing.AT_ONCE + 100)
    ]
    Episode.objects.bulk_create(old)
    goes = Clearing(clearing.clear_some, clearing.AT_ONCE)
    goes.go_on()
    assert Episode.objects.count() == 100
    goes.go_on()
    assert Episode.objects.count() == 0
