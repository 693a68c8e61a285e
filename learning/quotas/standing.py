"""How much of today is used, for those whose limits it counts towards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import Team, User
from learning.models import Usage
from learning.quotas import days, limits
from learning.quotas.limits import Limits

NOTICED_FROM = 0.8
"""The share of a limit from which on people are told of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one limit; `of` is 0 where there is none. `what`: questions or tokens."""

    what: str
    used: int
    of: int

    @property
    def share(self) -> float:
        return self.used / self.of if self.of else 0.0

    @property
    def figures(self) -> str:
        return f"{self.used:,} of {self.of:,}" if self.of else f"{self.used:,}"

    def __str__(self) -> str:
        last = self.of or self.used
        return f"{self.figures} {self.what.removesuffix('s') if last == 1 else self.what}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Today, of a person or a team. `a_minute`: questions that may be asked in one; 0 is any number."""

    questions: Part
    tokens: Part
    cached: int
    recalled: int
    a_minute: int = 0

    @property
    def parts(self) -> tuple[Part, Part]:
        return self.questions, self.tokens


def of_person(user: User) -> Standing:
    found = Usage.objects.filter(day=days.today(), of=Usage.Of.PERSON, user=user).first()
    return _standing(found, limits.of_person(user))


def of_team(team_id: int) -> Standing:
    found = Usage.objects.filter(day=days.today(), of=Usage.Of.TEAM, team=team_id).first()
    return _standing(found, limits.of_team(team_id))


def notice(team: Team, user: User) -> str:
    """What stands nearest to its limit, once that is four fifths of the way; empty before."""
    mine, ours = _limited(user, limits.of_person(user)), _limited(team, limits.of_team(team.pk))
    if mine.share < NOTICED_FROM and ours.share < NOTICED_FROM:
        return ""
    return f"{mine} today" if mine.share >= ours.share else f"{team}: {ours} today"


def _limited(whose: User | Team, its: Limits) -> Part:
    """The nearest to its limit; nothing is read where there is none."""
    if not (its.questions or its.tokens):
        return _nearest(_standing(None, its).parts)
    return _nearest((of_person(whose) if isinstance(whose, User) else of_team(whose.pk)).parts)


def _nearest(parts: Sequence[Part]) -> Part:
    return max(parts, key=lambda part: part.share)


def _standing(used: Usage | None, its: Limits) -> Standing:
    used = used or Usage()
    return Standing(
        Part("questions", used.questions, its.questions),
        Part("tokens", used.tokens, its.tokens),
        used.cached_tokens,
        used.recalled,
        its.a_minute,
    )


def of_teams(teams: Iterable[Team]) -> list[tuple[Team, Standing]]:
    return [(team, of_team(team.pk)) for team in teams]
