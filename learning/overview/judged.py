"""What people said of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from learning.models import Verdict
from learning.overview.periods import Timeline
from learning.overview.scope import Scope

_RIGHT = Count("pk", filter=Q(is_right=True))
_WRONG = Count("pk", filter=Q(is_right=False))


@dataclass(frozen=True, slots=True)
class Said:
    """Verdicts that were given in one piece of time."""

    start: datetime
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers that people judged: `right` of them are Correct as most of them say; those that are even do not count."""

    answers: int
    right: int
    over_time: list[Said]

    @property
    def right_share(self) -> float | None:
        return self.right / self.answers if self.answers else None


def judged(scope: Scope, timeline: Timeline) -> Judged:
    verdicts = Verdict.objects.filter(scope.judged())
    by_answer = verdicts.order_by().values("episode").annotate(right=_RIGHT, wrong=_WRONG)
    counted = by_answer.aggregate(
        answers=Count("episode", filter=~Q(right=F("wrong"))),
        agreed=Count("episode", filter=Q(right__gt=F("wrong"))),
    )
    return Judged(counted["answers"], counted["agreed"], _over_time(verdicts, timeline))


def _over_time(verdicts: QuerySet[Verdict], timeline: Timeline) -> list[Said]:
    placed = verdicts.annotate(place=timeline.place_of("given_at")).order_by("place")
    rows = placed.values("place").annotate(right=_RIGHT, wrong=_WRONG).values_list("place", "right", "wrong")
    return [Said(timeline.starts[place], right, wrong) for place, right, wrong in rows]
