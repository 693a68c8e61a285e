"""Verified queries and a team's settings in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Team, User
from learning.models import TeamLearning, VerifiedQuery
from tests.learning.admin.things import Things, act, address, said, text

pytestmark = pytest.mark.django_db


def test_verified_queries_are_retired_with_a_reason(colleague: Client, things: Things) -> None:
    response = act(colleague, "verifiedquery", "retire", [things["verifiedquery"]], "The table is gone.")
    assert (VerifiedQuery.objects.get().state, VerifiedQuery.objects.get().reason) == ("retired", "The table is gone.")
    assert said(response)[0].startswith("1 verified query was retired.")


def test_another_team_s_verified_queries_are_not_retired(outsider: Client, things: Things) -> None:
    act(outsider, "verifiedquery", "retire", [things["verifiedquery"]])
    assert VerifiedQuery.objects.get().is_active


def test_a_team_s_settings_are_changed(colleague: Client, things: Things) -> None:
    page = address("teamlearning", "change", things["teamlearning"])
    assert colleague.post(page, {"accepts_remarks": "on"}).status_code == 302
    assert TeamLearning.objects.get().accepts_remarks


def test_settings_are_given_to_one_s_own_teams_only(outsider: Client, bob: User, things: Things) -> None:
    TeamLearning.objects.all().delete()
    theirs = Team.objects.get(name="Team of alice")
    page = address("teamlearning", "add")
    assert "Team of alice" not in text(outsider.get(page))
    assert "Select a valid choice" in text(outsider.post(page, {"team": theirs.pk, "accepts_remarks": "on"}))
    outsider.post(page, {"team": bob.teams.get().pk, "accepts_remarks": "on"})
    assert TeamLearning.objects.get().team == bob.teams.get()
