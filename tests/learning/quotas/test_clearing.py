"""What was used long ago is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Team
from learning.models import Usage
from learning.quotas import clearing, days

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def test_what_is_older_than_a_year_is_deleted_and_nothing_else() -> None:
    team = Team.objects.create(name="Analysts")
    last = days.today() - clearing.KEPT
    for day in (last - A_DAY, last, days.today()):
        Usage.objects.create(day=day, of=Usage.Of.TEAM, team=team)
    assert clearing.clear() == 1
    assert sorted(Usage.objects.values_list("day", flat=True)) == [last, days.today()]


def test_many_are_deleted_a_thousand_at_a_time() -> None:
    teams = Team.objects.bulk_create(Team(name=f"Team {number}") for number in range(clearing.AT_ONCE + 1))
    old = days.today() - clearing.KEPT - A_DAY
    Usage.objects.bulk_create(Usage(day=old, of=Usage.Of.TEAM, team=team) for team in teams)
    assert clearing.clear() == clearing.AT_ONCE + 1
    assert not Usage.objects.exists()
