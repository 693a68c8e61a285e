"""The prompt's generations, beside the figures that they led to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from datasources.models import Connection
from learning.models import Generation
from learning.overview.scope import Scope
from learning.prompts import SEED

_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PutToUse:
    """A generation, and when it was put to use last."""

    generation: int
    at: datetime


def put_to_use(scope: Scope) -> list[PutToUse]:
    """In the time of the scope, the oldest first. The seed was in use from the start: it is told where it came back."""
    found = scope.connection.generations.exclude(number=SEED, activated_at__lt=F("created_at") + _AT_ONCE)
    if scope.since:
        found = found.filter(activated_at__gte=scope.since)
    ordered = found.order_by("activated_at").values_list("number", "activated_at")
    return [PutToUse(number, at) for number, at in ordered if at]


def listed(connection: Connection) -> list[Generation]:
    """All, the oldest first, without what they say."""
    long = ("instructions", "rules", "reflection")
    found = connection.generations.order_by("number").select_related("parent")
    return list(found.defer(*long, *(f"parent__{field}" for field in long), "parent__comparison"))
