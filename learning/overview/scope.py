"""Of which questions and verdicts the figures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from datasources.models import Connection
from learning.models import Episode, Verdict


@dataclass(frozen=True, slots=True)
class Scope:
    """One connection's, from `since` on."""

    connection: Connection
    since: datetime | None

    def ended(self, prefix: str = "") -> Q:
        """Questions of people that were answered or given up. `prefix` leads from what is asked to the episode."""
        ended = [Episode.Status.SUCCEEDED, Episode.Status.FAILED]
        of_it = Q(**{f"{prefix}connection": self.connection, f"{prefix}status__in": ended})
        of_it &= ~Q(**{f"{prefix}source": Episode.Source.OPENENV})
        return of_it & Q(**{f"{prefix}started_at__gte": self.since}) if self.since else of_it

    def judged(self) -> Q:
        """Verdicts."""
        of_it = Q(episode__connection=self.connection)
        return of_it & Q(given_at__gte=self.since) if self.since else of_it

    def first(self) -> datetime | None:
        """When the first of them was asked or given."""
        asked = Episode.objects.filter(self.ended()).aggregate(at=Min("started_at"))["at"]
        judged = Verdict.objects.filter(self.judged()).aggregate(at=Min("given_at"))["at"]
        return min((at for at in (asked, judged) if at), default=None)
