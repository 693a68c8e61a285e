"""When a generation came into use and went out of it, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from learning.models import Activation, Generation


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    text: str


def changes_of(generation: Generation) -> list[Activation]:
    """By which it came into use or went out of it, the oldest first."""
    found = Activation.objects.filter(Q(generation=generation) | Q(instead_of=generation))
    return list(found.select_related("generation", "instead_of", "user").order_by("at", "pk"))


def events(generation: Generation, changes: Sequence[Activation]) -> list[Event]:
    return [Event(one.at, _sentence(one, generation)) for one in changes]


def why_so(generation: Generation, changes: Sequence[Activation]) -> str:
    """Why it is in the state that it is; empty where nobody said why."""
    if not generation.reason or generation.state == Generation.State.EARLIER:
        return ""
    if generation.state in {Generation.State.ACTIVE, Generation.State.ROLLED_BACK} and changes:
        return _sentence(changes[-1], generation)
    return generation.reason


def _sentence(change: Activation, generation: Generation) -> str:
    who = "by itself" if change.is_automatic else f"by {change.user or 'somebody who is gone'}"
    why = f": {change.reason}" if change.reason else "."
    return f"{_what(change, generation)} {who}{why}"


def _what(change: Activation, generation: Generation) -> str:
    new, old = change.generation.number, change.instead_of.number
    if change.generation_id == generation.pk:
        return f"In use again, as generation {old} was rolled back" if change.is_roll_back else "Put into use"
    return f"Rolled back to generation {new}" if change.is_roll_back else f"Generation {new} was put into use instead"
