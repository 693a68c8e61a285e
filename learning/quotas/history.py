"""What a team has used in the last thirty days, by day and by person, and the same as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import Team
from datasources.audit_list import harmless
from learning.models import Usage
from learning.quotas import days

DAYS = 30
HEADER = ("day", "person", "questions", "recalled", "tokens", "cached_tokens")
NOBODY = "Background work"
"""Who asks where there is no person: evaluations, optimizations, example questions, the command line."""
DELETED = "People who were deleted"

_SUMS = {name: Sum(name, default=0) for name in ("questions", "recalled", "tokens", "cached_tokens")}
Of = Usage.Of


@dataclass(frozen=True, slots=True)
class Line:
    """`who` is a person or a day; `user_id` that of a person."""

    who: Any
    questions: int
    recalled: int
    tokens: int
    cached_tokens: int
    user_id: int | None = None


def by_person(team: Team) -> list[Line]:
    """Who used most comes first, and background work last."""
    used = _within(team).values("of", "user", "user__username").annotate(**_SUMS)
    ordered = used.order_by("-of", "-tokens", "user__username")
    return [_line(row, _name(row["of"], row["user__username"]), row["user"]) for row in ordered]


def by_day(team: Team, user_id: int | None = None) -> list[Line]:
    """All of the days, the newest first; with `user_id` of one person."""
    found = _within(team).filter(user=user_id) if user_id else _within(team)
    used = {row["day"]: row for row in found.values("day").annotate(**_SUMS).order_by("day")}
    nothing = dict.fromkeys(_SUMS, 0)
    return [_line(used.get(day, nothing), day) for day in _days()]


def total(lines: list[Line]) -> Line:
    return Line("", **{name: sum(getattr(line, name) for line in lines) for name in _SUMS})


def csv_pieces(team: Team) -> Iterator[str]:
    """A line for each day and person, the oldest first."""
    yield _csv(HEADER)
    used = _within(team).order_by("day", "user__username").values_list("day", "of", "user__username", *_SUMS)
    for day, of, person, *numbers in used.iterator():
        yield _csv((day.isoformat(), _name(of, person), *numbers))


def _name(of: str, person: str | None) -> str:
    return NOBODY if of == Of.BACKGROUND else person or DELETED


def _days() -> list[date]:
    today = days.today()
    return [today - timedelta(days=back) for back in range(DAYS)]


def _within(team: Team) -> QuerySet[Usage]:
    return Usage.objects.filter(team=team, of__in=(Of.MEMBER, Of.BACKGROUND), day__gt=days.today() - timedelta(DAYS))


def _line(row: Any, who: Any, user_id: int | None = None) -> Line:
    return Line(who, user_id=user_id, **{name: row[name] for name in _SUMS})


def _csv(cells: tuple[Any, ...]) -> str:
    line = StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
