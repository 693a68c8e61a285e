"""What was used so long ago that nobody asks for it is deleted."""

from __future__ import annotations

from datetime import timedelta

from learning.models import Usage
from learning.quotas import days

KEPT = timedelta(days=365)
AT_ONCE = 1_000


def clear() -> int:
    """Delete what is older than a year, a thousand days of somebody at a time. Gives how many those were."""
    total = 0
    while deleted := _clear_some():
        total += deleted
    return total


def _clear_some() -> int:
    old = Usage.objects.filter(day__lt=days.today() - KEPT).order_by().values_list("pk", flat=True)[:AT_ONCE]
    return Usage.objects.filter(pk__in=list(old)).delete()[0]
