"""How often something is done by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Every(models.TextChoices):
    HOUR = "hour", "Every hour"
    DAY = "day", "Every day"
    WEEK = "week", "Every week"


_INTERVALS = {Every.HOUR: timedelta(hours=1), Every.DAY: timedelta(days=1), Every.WEEK: timedelta(weeks=1)}


def due() -> Q:
    """Of rows with `every` and `begun_at`: by the database's clock alone; one that was put back makes them due, too."""
    found = Q(begun_at=None) & ~Q(every="")
    for every, interval in _INTERVALS.items():
        found |= Q(every=every.value) & (Q(begun_at__lt=Now() - interval) | Q(begun_at__gt=Now()))
    return found
