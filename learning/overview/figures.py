"""How a connection's learning stands, in figures: of its questions, its errors, its verdicts and what is in use.

A handful of queries, aggregated in the database; only times are read one by one (see questions.TIMED).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from datasources.models import Connection
from learning.models import Remark, VerifiedQuery
from learning.overview import questions
from learning.overview.failures import Failures, failures
from learning.overview.generations import PutToUse, put_to_use
from learning.overview.judged import Judged, judged
from learning.overview.periods import Period, Timeline
from learning.overview.questions import Asked, Seconds, Slot
from learning.overview.scope import Scope


@dataclass(frozen=True, slots=True)
class InUse:
    """What steers the next question, now."""

    verified: int
    rules: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of `period`, of which `since` is the beginning (None: the first question) and `until` the end."""

    period: Period
    since: datetime | None
    until: datetime
    timeline: Timeline
    slots: list[Slot]
    failures: list[Failures]
    judged: Judged
    seconds: list[Seconds]
    in_use: InUse
    put_to_use: list[PutToUse]

    @property
    def asked(self) -> Asked:
        return questions.total(self.slots)

    @property
    def over_time(self) -> list[tuple[datetime, Asked]]:
        """Of all generations together."""
        by_start = groupby(self.slots, lambda slot: slot.start)
        return [(start, questions.total(slots)) for start, slots in by_start]


def figures(connection: Connection, period: Period) -> Figures:
    """Questions count when they were asked, verdicts when they were given."""
    now = timezone.now()
    since = period.since(now)
    scope = Scope(connection, since)
    timeline = Timeline.of(scope.first() or now, now)
    return Figures(
        period,
        since,
        now,
        timeline,
        questions.slots(scope, timeline),
        failures(scope),
        judged(scope, timeline),
        questions.seconds(scope, timeline),
        in_use(connection),
        put_to_use(scope),
    )


def in_use(connection: Connection) -> InUse:
    remarks = Remark.objects.filter(connection=connection)
    return InUse(
        verified=VerifiedQuery.objects.active().filter(connection=connection).count(),
        rules=remarks.rules().count(),
        waiting=remarks.pending().count(),
    )
