"""What a team chooses about its learning."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Team, User
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.bandit import rebuild
from learning.models import TeamLearning


@transaction.atomic
def choose(team: Team, owner: User, *, accepts_remarks: bool, is_personal: bool) -> None:
    """Only what changes goes on record."""
    before = TeamLearning.of(team.pk)
    wanted = {"accepts_remarks": accepts_remarks, "is_personal": is_personal}
    TeamLearning.objects.update_or_create(team=team, defaults=wanted)
    if accepts_remarks != before.accepts_remarks:
        _record(team, owner, "remarks become rules without review", is_on=accepts_remarks)
    if is_personal != before.is_personal:
        rebuild.personal(team)
        _record(team, owner, "each person has a bandit of their own", is_on=is_personal)


def _record(team: Team, owner: User, what: str, *, is_on: bool) -> None:
    message = f"switched {'on' if is_on else 'off'}: {what}"
    audit.record(Connection(team=team), owner, AuditEntry.Action.CHANGE, message)
