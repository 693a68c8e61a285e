"""Figures of a long history: shown as they were counted last, while they are counted anew in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from datasources.models import Connection
from learning.bandit.comparison import Comparison
from learning.models import Episode
from learning.overview import kept
from learning.overview.kept import FEW, FRESH, PATIENCE, Kind
from learning.overview.periods import DEFAULT, Period
from learning.tasks import count_learning
from tests.learning.benchmark.pages.runs import htmx, words_of
from tests.learning.overview.asked import ask
from tests.redis import RedisServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def busy(connection: Connection) -> Connection:
    """With so many questions that they are not counted while somebody waits."""
    stopped = Episode(connection=connection, source="chat", question="Stopped", model="scripted", status="stopped")
    Episode.objects.bulk_create(
        Episode(
            connection=stopped.connection, source=stopped.source, question=stopped.question, model=stopped.model,
            status=stopped.status,
        )
        for _ in range(FEW + 1)
    )  # fmt: skip
    return connection


def asked(connection: Connection, after: timedelta = timedelta()) -> int:
    """The questions of the figures that somebody sees who looks so much later."""
    return kept.figures_of(connection, DEFAULT, timezone.now() + after).value.asked.questions


def enqueued() -> list[object]:
    return [result.args_kwargs["args"] for result in DBTaskResult.objects.filter(task_path=count_learning.module_path)]


def test_a_short_history_is_counted_each_time(connection: Connection) -> None:
    ask(connection)
    assert asked(connection) == 1
    ask(connection)
    assert asked(connection) == 2


def test_a_long_one_is_counted_once_a_minute(busy: Connection) -> None:
    ask(busy)
    assert asked(busy) == 1
    ask(busy)
    assert asked(busy) == 1
    assert enqueued() == []


def test_who_looks_at_what_is_old_has_it_counted_anew_once(busy: Connection) -> None:
    asked(busy)
    ask(busy)
    assert asked(busy, FRESH) == 0
    assert asked(busy, FRESH + timedelta(seconds=1)) == 0
    assert enqueued() == [[busy.pk, "figures", DEFAULT.value]]
    count_learning.func(*enqueued()[0])  # type: ignore[misc]
    assert asked(busy) == 1


def test_what_no_worker_counts_is_counted_by_who_looks(busy: Connection) -> None:
    asked(busy)
    ask(busy)
    asked(busy, FRESH)
    assert asked(busy, FRESH + PATIENCE + timedelta(seconds=1)) == 1


def test_a_clock_that_was_put_back_leaves_nothing_as_it_is_for_ever(busy: Connection) -> None:
    asked(busy)
    asked(busy, -timedelta(days=1))
    assert len(enqueued()) == 1


@pytest.fixture
def in_redis(redis: RedisServer, settings: Settings) -> None:
    """As several web processes share it."""
    options = {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"}
    shared = {"BACKEND": "sqlagent_site.shared_cache.SharedCache", "LOCATION": redis.url, "OPTIONS": options}
    settings.CACHES = {"default": shared, "database": settings.CACHES["default"]}


def test_redis_keeps_figures_too(busy: Connection, in_redis: None) -> None:
    ask(busy)
    first = kept.figures_of(busy, DEFAULT)
    assert kept.figures_of(busy, DEFAULT) == first


def test_redis_keeps_what_policies_would_have_earned_too(busy: Connection, in_redis: None) -> None:
    assert isinstance(kept.count(Kind.COMPARISON, busy, "").value, Comparison)


def test_who_looks_at_what_is_old_in_redis_has_it_counted_anew(busy: Connection, in_redis: None) -> None:
    asked(busy)
    ask(busy)
    assert asked(busy, 2 * FRESH) == 0
    assert len(enqueued()) == 1
    assert asked(busy, 2 * FRESH + 2 * PATIENCE) == 1


def test_a_rare_period_is_counted_each_time(busy: Connection) -> None:
    asked(busy)
    ask(busy)
    assert kept.figures_of(busy, Period(7)).value.asked.questions == 1


def test_the_page_says_of_when_it_is_and_asks_again(busy: Connection, alice_client: Client) -> None:
    kept.count(Kind.FIGURES, busy, DEFAULT.value, timezone.now() - timedelta(hours=2))
    address = reverse("learning_figures", args=[busy.pk])
    page = htmx(alice_client, address)
    assert "It is being counted anew." in words_of(page)
    assert f'hx-get="{address}?days={DEFAULT.value}"' in page


def test_who_resets_the_bandit_sees_that_at_once(busy: Connection, curator: Client) -> None:
    kept.count(Kind.COMPARISON, busy, "")
    assert asked(busy) == 0
    ask(busy)
    curator.post(reverse("learning_reset", args=[busy.pk]))
    assert asked(busy) == 1


def test_counting_what_was_deleted_meanwhile_is_nothing(db: None) -> None:
    count_learning.func(0, "figures", DEFAULT.value)


def test_a_page_of_figures_asks_as_much_however_long_the_history_is(
    busy: Connection, alice_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = reverse("learning_figures", args=[busy.pk])
    htmx(alice_client, address)
    with django_assert_max_num_queries(8):
        htmx(alice_client, address)
