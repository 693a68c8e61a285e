"""Recorded episodes of agents may be millions: they are kept for OPENENV_RETENTION_DAYS. What was decided in them, and
what a bandit has learned of it, stays."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources.audit import Clearing
from learning.models import Episode

AT_ONCE = 500


def clear_some() -> int:
    """Delete the oldest of those that are too old. Gives how many there were, of AT_ONCE at most."""
    if not settings.OPENENV_RETENTION_DAYS:
        return 0
    limit = timezone.now() - timedelta(days=settings.OPENENV_RETENTION_DAYS)
    too_old = Episode.objects.of_agents().filter(started_at__lt=limit).order_by("started_at")
    oldest = list(too_old.values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        Episode.objects.filter(pk__in=oldest).delete()
    return len(oldest)


clearing = Clearing(clear_some, AT_ONCE)
