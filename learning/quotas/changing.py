"""Limits are changed by the operator, on record for the owners of the teams that they concern."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Team, User
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.models import PersonQuota, TeamQuota

Quota = TeamQuota | PersonQuota

_LIMITS = {"questions": "questions a day", "tokens": "tokens a day", "a_minute": "questions a minute"}


@transaction.atomic
def change(quota: Quota, by: User) -> None:
    """Only what changes goes on record."""
    before = type(quota).objects.filter(pk=quota.pk).first() or type(quota)()
    changed = [name for name in _LIMITS if getattr(before, name, 0) != getattr(quota, name, 0)]
    quota.save()
    if changed:
        _record(quota, by, "; ".join(_said(before, quota, name) for name in changed))


@transaction.atomic
def remove(quota: Quota, by: User) -> None:
    """The site's limits hold again."""
    _record(quota, by, "as the site's settings say")
    quota.delete()


def _said(before: Quota, now: Quota, name: str) -> str:
    return f"{_LIMITS[name]}: {_limit(getattr(before, name))}, now {_limit(getattr(now, name))}"


def _limit(value: int | None) -> str:
    return "as the site's settings say" if value is None else f"{value:,}" if value else "no limit"


def _record(quota: Quota, by: User, what: str) -> None:
    whose = f"of {quota}" if isinstance(quota, PersonQuota) else "of the team"
    for team in _concerned(quota):
        audit.record(Connection(team=team), by, AuditEntry.Action.CHANGE, f"limits {whose}: {what}")


def _concerned(quota: Quota) -> Iterable[Team]:
    return [quota.team] if isinstance(quota, TeamQuota) else quota.user.teams.all()
