"""The rules in force: where each came from, what they cost, and which are too many."""

from __future__ import annotations

from dataclasses import dataclass

from agent import house_rules
from datasources.models import Connection
from learning.models import Remark
from learning.prompts import budget


@dataclass(frozen=True, slots=True)
class Rule:
    """`is_told`: whether the prompt holds it; it does not where those before it leave no room."""

    remark: Remark
    is_told: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Oldest first, as the prompt has them. `used` of `room` tokens are taken."""

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
    room = budget().rules
    told = house_rules.fitting([remark.rule for remark in remarks], room)
    listed = tuple(Rule(remark, place < len(told)) for place, remark in enumerate(remarks))
    return Rules(listed, sum(map(house_rules.cost, told)), room)
