"""What a team chooses about its learning."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.models import TeamLearning


@transaction.atomic
def choose(wanted: TeamLearning, owner: User) -> None:
    """Keep what is wanted; only what changes goes on record."""
    before = TeamLearning.of(wanted.team_id)
    wanted.save()
    if wanted.accepts_remarks != before.accepts_remarks:
        _record(wanted, owner, "remarks become rules without review", is_on=wanted.accepts_remarks)
    if wanted.is_personal != before.is_personal:
        _record(wanted, owner, "each person has a bandit of their own", is_on=wanted.is_personal)


def _record(chosen: TeamLearning, owner: User, what: str, *, is_on: bool) -> None:
    message = f"switched {'on' if is_on else 'off'}: {what}"
    audit.record(Connection(team=chosen.team), owner, AuditEntry.Action.CHANGE, message)
