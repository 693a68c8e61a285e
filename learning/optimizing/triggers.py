"""When a connection's prompt evolves by itself: after so many questions, or three failures in a row."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from datasources.models import Connection
from learning.feedback import verdicts
from learning.models import Episode, Optimization
from learning.optimizing import running

logger = logging.getLogger(__name__)

IN_A_ROW = 3
"""Failures that do not wait for the next cycle."""
Status = Episode.Status


@dataclass(frozen=True, slots=True)
class Progress:
    """`asked` questions of `every` since the last optimization began; `every` is 0 where none begins by itself.
    `is_due`: they are all asked, and there is something to learn from."""

    asked: int
    every: int
    is_due: bool = False


def progress(connection: Connection) -> Progress:
    every, begun = settings.GEPA_OPTIMIZE_EVERY, _last_begun(connection)
    asked = _closed_since(connection, begun)[:every].count() if every else 0
    return Progress(asked, every, is_due=0 < every <= asked and _has_lesson(connection, begun))


def consider(connection_id: int) -> Optimization | None:
    """A question of the connection is over: begin an optimization where it is time for one and there is something new
    to learn from."""
    connection = Connection.objects.filter(pk=connection_id).defer("schema_snapshot").first()
    if not connection or running.under_way(connection) or not settings.GEPA_OPTIMIZE_EVERY:
        return None
    trigger = _due(connection)
    if not trigger or not _has_lesson(connection, _last_begun(connection)):
        return None
    try:
        return running.start(connection, trigger)
    except running.NotPossible as error:
        logger.info("no optimization of %s: %s", connection, error)
        return None


def _due(connection: Connection) -> str:
    """Empty where it is not time."""
    closed = _closed_since(connection, _last_begun(connection))
    latest = list(closed.order_by("-finished_at").values_list("status", flat=True)[:IN_A_ROW])
    if latest == [Status.FAILED] * IN_A_ROW:
        return Optimization.Trigger.FAILURES
    now = progress(connection)
    return Optimization.Trigger.QUESTIONS if now.asked >= now.every else ""


def _last_begun(connection: Connection) -> datetime | None:
    return connection.optimizations.values_list("started_at", flat=True).first()


def _closed_since(connection: Connection, begun: datetime | None) -> QuerySet[Episode]:
    closed = connection.episodes.of_people().filter(status__in=[Status.SUCCEEDED, Status.FAILED])
    return closed.filter(finished_at__gt=begun) if begun else closed


def _has_lesson(connection: Connection, begun: datetime | None) -> bool:
    """Whether a question failed, needed repair or was found wrong since then, or a curator accepted a remark."""
    asked = _closed_since(connection, begun)
    lesson = Q(status=Status.FAILED) | Q(attempts__number__gt=1)
    wrong = connection.episodes.filter(verdicts__is_right=False)
    accepted = connection.remarks.accepted()
    if begun:
        wrong, accepted = wrong.filter(verdicts__given_at__gt=begun), accepted.filter(reviewed_at__gt=begun)
    return asked.filter(lesson).exists() or wrong.filter(verdicts.is_wrong("pk")).exists() or accepted.exists()
