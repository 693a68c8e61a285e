"""The rules in force: their order, where each came from, what they cost, and which are too many."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from agent import house_rules
from datasources.models import Connection
from learning.feedback.remarks import AlreadyDecided, tell
from learning.models import Remark
from learning.prompts import budget


@dataclass(frozen=True, slots=True)
class Rule:
    """`is_told`: whether the prompt holds it; it does not where those before it leave no room."""

    remark: Remark
    is_told: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """In the order of the prompt. `used` of `room` tokens are taken."""

    listed: tuple[Rule, ...]
    used: int
    room: int

    @property
    def left_out(self) -> int:
        return sum(not rule.is_told for rule in self.listed)

    @property
    def told(self) -> int:
        return len(self.listed) - self.left_out


def in_force(connection: Connection) -> Rules:
    remarks = list(connection.remarks.rules().select_related("user", "reviewer"))
    room = budget(connection).rules
    told = house_rules.fitting([remark.rule for remark in remarks], room)
    listed = tuple(Rule(remark, place < len(told)) for place, remark in enumerate(remarks))
    return Rules(listed, sum(map(house_rules.cost, told)), room)


@transaction.atomic
def move(rule: Remark, curator: User, *, up: bool) -> bool:
    """One place up or down; False where there is none. Raises AlreadyDecided where it is no rule any more.

    The order is that of the prompt, and decides which rules find room.
    """
    connection = rule.connection
    Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).values_list("pk").first()
    ordered = list(connection.remarks.rules().select_for_update(of=("self",)))
    place = next((place for place, each in enumerate(ordered) if each.pk == rule.pk), None)
    if place is None:
        raise AlreadyDecided("This rule is not in force any more. Nothing was changed.")
    other = place - 1 if up else place + 1
    if not 0 <= other < len(ordered):
        return False
    ordered[place], ordered[other] = ordered[other], ordered[place]
    for number, each in enumerate(ordered, start=1):
        each.position = number
    Remark.objects.bulk_update(ordered, ["position"])
    tell(ordered[other], curator, f"a rule was moved {'up' if up else 'down'}")
    return True
