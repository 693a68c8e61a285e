"""Around each background task: its id is in what is logged meanwhile, and its worker's figures are published."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import structlog
from django.conf import settings
from django_tasks.signals import task_finished, task_started
from prometheus_client import Counter, Histogram

from operations import publishing
from operations.part import PART

logger = logging.getLogger(__name__)

_TASKS = Counter("sqlagent_tasks_done", "Background tasks that were worked on", ["queue", "task", "outcome"])
_SECONDS = Histogram(
    "sqlagent_task_seconds", "Seconds of a background task", ["task"], buckets=(0.1, 0.5, 1, 5, 15, 60, 300)
)
_began: dict[str, float] = {}


def connect() -> None:
    task_started.connect(_started)
    task_finished.connect(_finished)


def _started(sender: Any, task_result: Any, **more: Any) -> None:
    if os.environ.get(PART):
        publish()
    _began[str(task_result.id)] = time.perf_counter()
    structlog.contextvars.bind_contextvars(task_id=str(task_result.id), task=task_result.task.name)


def _finished(sender: Any, task_result: Any, **more: Any) -> None:
    structlog.contextvars.unbind_contextvars("task_id", "task")
    task = task_result.task
    _TASKS.labels(task.queue_name, task.name, str(task_result.status).lower()).inc()
    if began := _began.pop(str(task_result.id), 0.0):
        _SECONDS.labels(task.name).observe(time.perf_counter() - began)


def publish() -> None:
    """This worker's figures, from now on."""
    try:
        publishing.publish(settings.DATA_DIR, os.environ[PART])
    except OSError as error:
        logger.warning("the metrics of this process cannot be published: %s", error.strerror)
