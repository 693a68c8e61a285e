"""The decisions that count."""

from __future__ import annotations

from django.db.models import QuerySet

from datasources.models import Connection
from learning.models import BanditDecision, BanditReset


def decisions(connection: Connection) -> QuerySet[BanditDecision]:
    """Those of a connection since its last reset that was not undone, whoever asked."""
    found = BanditDecision.objects.filter(connection=connection)
    reset = BanditReset.objects.filter(connection=connection, undone_at=None).first()
    return found.filter(at__gt=reset.at) if reset else found
