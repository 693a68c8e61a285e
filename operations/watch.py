"""What each worker looks at every few seconds: who of the others is lost, which answers are, and what is due.

All of them look, so that it needs no single one; each change is one that only one of them makes.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from learning.models import Episode
from operations import leases, schedule
from operations.signs import Unmoved

LOST_AFTER = 5
"""Looks without a beat, which are 15 seconds."""
ANSWER_LOST_AFTER = 10
FURTHEST = timedelta(minutes=10)
"""No task waits for longer than that: one that does was enqueued by a clock that was wrong."""
_DUE_EVERY = 10


class Watch:
    """Called by the worker's heart, once for each of its beats."""

    def __init__(self) -> None:
        self._workers: Unmoved[str] = Unmoved(LOST_AFTER)
        self._answers: Unmoved[UUID] = Unmoved(ANSWER_LOST_AFTER)
        self._looks = 0

    def look(self) -> None:
        signs = leases.signs()
        for worker_id in self._workers.look(signs):
            leases.bury(worker_id, signs[worker_id])
        beats = dict(Episode.objects.running().values_list("pk", "heartbeat_at"))
        for pk in self._answers.look(beats):
            Episode.objects.running().filter(pk=pk, heartbeat_at=beats[pk]).interrupt()
        if self._looks % _DUE_EVERY == 0:
            schedule.enqueue_due()
            bring_forward()
        self._looks += 1

    def forget(self) -> None:
        self._workers.forget()
        self._answers.forget()


def bring_forward() -> int:
    """Tasks that a wrong clock has put off are due now; gives how many."""
    now = timezone.now()
    ready = DBTaskResult.objects.filter(status="READY", run_after__gt=now + FURTHEST)
    return ready.exclude(run_after=get_date_max()).update(run_after=now)
