"""What the database knows of the whole site, asked anew for each scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import connection as database
from django.db.models import Count, Min
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from learning.models import Episode
from learning.models.episodes import LOST_AFTER
from operations.models import Worker

_STATES = {"READY": "ready", "RUNNING": "running", "FAILED": "failed"}


def collect() -> list[Metric]:
    """Raises DatabaseError."""
    try:
        return [*_answers(), *_tasks(), *_workers(), _flag(1)]
    finally:
        database.close()


def away() -> list[Metric]:
    """Where the database gives no answer."""
    return [_flag(0)]


def _flag(value: int) -> Metric:
    return GaugeMetricFamily("sqlagent_database_up", "Whether the application's database answers", value)


def _answers() -> Iterator[Metric]:
    alive = Episode.objects.filter(status=Episode.Status.RUNNING, heartbeat_at__gte=timezone.now() - LOST_AFTER)
    running = GaugeMetricFamily("sqlagent_answers_running", "Questions being answered", labels=["source"])
    for source, count in alive.values_list("source").annotate(Count("pk")):
        running.add_metric([source], count)
    yield running
    yield GaugeMetricFamily("sqlagent_episodes", "Recorded episodes", Episode.objects.count())


def _tasks() -> Iterator[Metric]:
    tasks = GaugeMetricFamily("sqlagent_tasks", "Background tasks", labels=["queue", "state"])
    stored = DBTaskResult.objects.filter(status__in=_STATES)
    for queue, state, count in stored.order_by().values_list("queue_name", "status").annotate(Count("pk")):
        tasks.add_metric([queue, _STATES[state]], count)
    yield tasks
    yield _waiting()


def _workers() -> Iterator[Metric]:
    found = GaugeMetricFamily("sqlagent_workers", "Workers heard of lately", labels=["queues"])
    for queues, number in Counter(Worker.objects.alive().values_list("queues", flat=True)).items():
        found.add_metric([queues], number)
    yield found


def _waiting() -> Metric:
    now = timezone.now()
    oldest = GaugeMetricFamily("sqlagent_task_oldest_seconds", "Age of the oldest waiting task", labels=["queue"])
    due = DBTaskResult.objects.ready().order_by()
    for queue, since in due.values_list("queue_name").annotate(Min("enqueued_at")):
        oldest.add_metric([queue], max(0.0, (now - since).total_seconds()))
    return oldest
