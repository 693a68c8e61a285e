"""What curators do to a connection's bandit: reset it, take that back, take its policy elsewhere, bring one in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.bandit import resets, transfer
from learning.models import BanditDecision, BanditReset, ImportedPolicy
from learning.standing import standing

Action = AuditEntry.Action

MOST_IMPORTED = 20
"""Policies from elsewhere that count for one connection: each is read with every question."""


@dataclass(frozen=True, slots=True)
class Steered:
    """How many decisions count for a connection, those of them that agents in training have made, its last reset that
    was not undone, and what was imported."""

    pulls: int
    by_agents: int
    reset: BanditReset | None
    imported: Sequence[ImportedPolicy]


def standing_of(connection: Connection) -> Steered:
    return Steered(
        pulls=sum(one.pulls for one in standing(connection)),
        by_agents=BanditDecision.objects.by_agents().counting().filter(connection=connection).count(),
        reset=resets.last(connection),
        imported=list(transfer.active(connection).select_related("user").defer("data")),
    )


def import_policy(connection: Connection, user: User, name: str, data: Any) -> ImportedPolicy:
    """Raises transfer.BadPolicy, with a sentence."""
    if transfer.active(connection).count() >= MOST_IMPORTED:
        raise transfer.BadPolicy(f"{MOST_IMPORTED} policies from elsewhere count here already. Remove one first.")
    imported = transfer.add(connection, user, name, data)
    audit.record(
        connection, user, Action.CHANGE, f"the bandit: policy “{imported.name}” imported, pulls: {imported.pulls:,}"
    )
    return imported


def remove(imported: ImportedPolicy, user: User) -> None:
    transfer.remove(imported)
    audit.record(imported.connection, user, Action.CHANGE, f"the bandit: policy “{imported.name}” removed")


def export(connection: Connection, user: User) -> dict[str, Any]:
    audit.record(connection, user, Action.EXPORT, "the bandit's policy")
    return transfer.export(connection)
