"""What limits a person and a team have: the operator's for them, else the site's."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from learning.models import PersonQuota, TeamQuota, Usage


@dataclass(frozen=True, slots=True)
class Limits:
    """In a day, and questions `a_minute`; 0 is no limit."""

    questions: int = 0
    tokens: int = 0
    a_minute: int = 0


NONE = Limits()


def of(used: Usage) -> Limits:
    """Those that a row is held against: a member and background work have none of their own."""
    if used.of == Usage.Of.PERSON and used.user:
        return _of_person(getattr(used.user, "quota", None) or PersonQuota())
    if used.of == Usage.Of.TEAM and used.team:
        return _of_team(getattr(used.team, "quota", None) or TeamQuota())
    return NONE


def of_person(user: User) -> Limits:
    return _of_person(PersonQuota.objects.filter(user=user).first() or PersonQuota())


def of_team(team_id: int) -> Limits:
    return _of_team(TeamQuota.objects.filter(team=team_id).first() or TeamQuota())


def _of_person(own: PersonQuota) -> Limits:
    return Limits(
        _own_or(own.questions, settings.QUOTA_USER_QUESTIONS),
        _own_or(own.tokens, settings.QUOTA_USER_TOKENS),
        _own_or(own.a_minute, settings.RATE_USER_QUESTIONS),
    )


def _of_team(own: TeamQuota) -> Limits:
    return Limits(
        _own_or(own.questions, settings.QUOTA_TEAM_QUESTIONS), _own_or(own.tokens, settings.QUOTA_TEAM_TOKENS)
    )


def _own_or(own: int | None, usual: int) -> int:
    return usual if own is None else own
