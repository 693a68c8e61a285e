"""Which errors the agent met, and how often it came over them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from learning.models import Attempt, Episode
from learning.overview.scope import Scope


@dataclass(frozen=True, slots=True)
class Failures:
    """Of an error class: failed `attempts`, `questions` that met it, those of them that were answered (`repaired`)."""

    error_class: str
    attempts: int
    questions: int
    repaired: int

    @property
    def repaired_share(self) -> float:
        return self.repaired / self.questions


def failures(scope: Scope) -> list[Failures]:
    """Of questions that were answered or given up, the most frequent first."""
    failed = Attempt.objects.filter(scope.ended("episode__")).exclude(error_class="").order_by()
    counted = failed.values("error_class").annotate(
        attempts=Count("pk"),
        questions=Count("episode", distinct=True),
        repaired=Count("episode", distinct=True, filter=Q(episode__status=Episode.Status.SUCCEEDED)),
    )
    return sorted((Failures(**row) for row in counted), key=lambda one: (-one.attempts, one.error_class))
