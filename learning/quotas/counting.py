"""Counting what is used. A question is let through and counted while its rows are locked, so that many at once, in
whichever processes, are never more than the limit.

Rows are locked in one order: the person's, the member's or the background's, the team's. Nothing else is locked after
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from accounts.models import User
from agent.llm import Usage as Used
from learning.models import Usage
from learning.quotas import days, limits, refusing

Of = Usage.Of

BACKGROUND_SHARE = 0.8
"""Of a team's tokens, what works in the background may use so much in a day: the rest is people's."""
_ORDER = (Of.PERSON, Of.MEMBER, Of.BACKGROUND, Of.TEAM)
_RANK = Case(*(When(of=of, then=Value(rank)) for rank, of in enumerate(_ORDER)))

Key = tuple[str, int | None, int | None]
"""Of a row of one day: whose it is, the ids of the team and of the person."""


class _Missing(Exception):
    """Some of the rows have to be made first, and not while others are locked."""


@transaction.atomic
def admit(team_id: int, user: User | None, *, is_recalled: bool = False) -> None:
    """Count a question. Without `user` it is nobody's but the team's; one that `is_recalled` counts towards no day's
    limit. Raises Exceeded, and then nothing is counted."""
    rows = _locked(team_id, user)
    for row in rows:
        refusing.require(row, limits.of(row), only_minute=is_recalled)
    _these(rows).update(**({"recalled": F("recalled") + 1} if is_recalled else {"questions": F("questions") + 1}))
    _count_in_minute([row for row in rows if row.of == Of.PERSON])


def _count_in_minute(rows: Sequence[Usage]) -> None:
    """Of each person by themselves: what others of the team ask in a minute is theirs."""
    minute = days.this_minute()
    for row in rows:
        in_minute = row.in_minute if row.minute == minute else 0
        _these([row]).update(minute=minute, in_minute=in_minute + 1)


def require_tokens(team_id: int, user: User | None) -> None:
    """For a question that goes on: the model is to be asked once more. Raises Exceeded."""
    for row in _with_limits(_found(_keys(team_id, user), days.today())):
        refusing.require_tokens(row, limits.of(row))


def require_room(team_id: int) -> None:
    """For work in the background. Raises Exceeded where only people's questions have room left in the team's tokens."""
    its = limits.of_team(team_id)
    if not its.tokens:
        return
    used = (
        Usage.objects.filter(day=days.today(), of=Of.TEAM, team=team_id).values_list("tokens", flat=True).first() or 0
    )
    if used >= its.tokens * BACKGROUND_SHARE:
        raise refusing.for_background(used, its, team_id)


def add(team_id: int, user: User | None, used: Used) -> None:
    """Count the tokens of an answer, or, without `user`, of what worked in the background."""
    add_tokens(team_id, user, used.prompt - used.cached + used.completion, used.cached)


@transaction.atomic
def add_tokens(team_id: int, user: User | None, tokens: int, cached: int = 0) -> None:
    tokens, cached = max(0, tokens), max(0, cached)
    if tokens or cached:
        rows = _locked(team_id, user)
        _these(rows).update(tokens=F("tokens") + tokens, cached_tokens=F("cached_tokens") + cached)


def _locked(team_id: int, user: User | None) -> list[Usage]:
    """Today's rows, made where there are none; nobody else's to change until the transaction ends."""
    keys, day = _keys(team_id, user), days.today()
    try:
        with transaction.atomic():
            return _lock(keys, day)
    except _Missing:
        new = [Usage(day=day, of=of, team_id=team, user_id=person) for of, team, person in keys]
        Usage.objects.bulk_create(new, ignore_conflicts=True)
        return _lock(keys, day)


def _lock(keys: Sequence[Key], day: date) -> list[Usage]:
    """Raises _Missing."""
    rows = list(_with_limits(_found(keys, day)).select_for_update(of=("self",)).order_by(_RANK))
    if len(rows) < len(keys):
        raise _Missing
    return rows


def _keys(team_id: int, user: User | None) -> list[Key]:
    team: Key = (Of.TEAM, team_id, None)
    if user is None:
        return [(Of.BACKGROUND, team_id, None), team]
    return [(Of.PERSON, None, user.pk), (Of.MEMBER, team_id, user.pk), team]


def _found(keys: Sequence[Key], day: date) -> QuerySet[Usage]:
    each = Q()
    for of, team, person in keys:
        each |= Q(of=of, team=team, user=person)
    return Usage.objects.filter(each, day=day)


def _with_limits(found: QuerySet[Usage]) -> QuerySet[Usage]:
    """As `limits.of` reads them, without asking for each."""
    return found.select_related("user__quota", "team__quota")


def _these(rows: Sequence[Usage]) -> QuerySet[Usage]:
    return Usage.objects.filter(pk__in=[row.pk for row in rows])
