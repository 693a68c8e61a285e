"""Verified queries and a team's settings in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Team, User
from datasources.models import AuditEntry
from learning.models import BanditArm, TeamLearning, VerifiedQuery
from learning.verified import editing
from tests.learning.admin.things import Things, act, address, said, text

pytestmark = pytest.mark.django_db


def test_verified_queries_are_retired_with_a_reason(colleague: Client, things: Things) -> None:
    response = act(colleague, "verifiedquery", "retire", [things["verifiedquery"]], "The table is gone.")
    assert (VerifiedQuery.objects.get().state, VerifiedQuery.objects.get().reason) == ("retired", "The table is gone.")
    assert said(response)[0].startswith("1 verified query was retired.")


def on_record() -> str:
    """What was put on record last."""
    return AuditEntry.objects.latest("pk").message


def test_a_retirement_is_on_record(colleague: Client, things: Things) -> None:
    query = things["verifiedquery"]
    act(colleague, "verifiedquery", "retire", [query], "The table is gone.")
    assert on_record() == f"verified query {query.pk} retired (The table is gone.): {query.question}"


def test_without_a_reason_nothing_is_retired(colleague: Client, things: Things) -> None:
    response = act(colleague, "verifiedquery", "retire", [things["verifiedquery"]], " ")
    assert VerifiedQuery.objects.get().is_active
    assert said(response) == ["Say why it is retired, so that others know."]


def test_what_is_retired_already_keeps_its_reason(colleague: Client, things: Things, alice: User) -> None:
    editing.retire(things["verifiedquery"], alice, "The table is gone.")
    response = act(colleague, "verifiedquery", "retire", [things["verifiedquery"]], "Another one.")
    assert VerifiedQuery.objects.get().reason == "The table is gone."
    assert said(response)[0].startswith("0 verified queries were retired.")


def test_verified_queries_are_restored(colleague: Client, things: Things, alice: User) -> None:
    query = things["verifiedquery"]
    editing.retire(query, alice, "The table is gone.")
    response = act(colleague, "verifiedquery", "restore", [query])
    assert (VerifiedQuery.objects.get().is_active, VerifiedQuery.objects.get().reason) == (True, "")
    assert said(response) == ["1 verified query runs, and is in use again."]
    assert on_record() == f"verified query {query.pk} restored: {query.question}"


def test_one_that_does_not_run_is_not_restored_and_the_others_are(
    colleague: Client, things: Things, alice: User
) -> None:
    query = things["verifiedquery"]
    gone = VerifiedQuery.objects.create(
        connection=query.connection, question="What is gone?", key="k", sql="SELECT * FROM gone", state="retired"
    )
    editing.retire(query, alice, "The table is gone.")
    response = act(colleague, "verifiedquery", "restore", [query, gone])
    gone.refresh_from_db()
    assert (VerifiedQuery.objects.get(pk=query.pk).is_active, gone.state) == (True, "retired")
    assert said(response) == [
        "“What is gone?” is left as it was. The SQL does not run: no such table: gone",
        "1 verified query runs, and is in use again.",
    ]


def test_another_team_s_verified_queries_are_not_restored(outsider: Client, things: Things, alice: User) -> None:
    editing.retire(things["verifiedquery"], alice, "The table is gone.")
    act(outsider, "verifiedquery", "restore", [things["verifiedquery"]])
    assert not VerifiedQuery.objects.get().is_active


def test_another_team_s_verified_queries_are_not_retired(outsider: Client, things: Things) -> None:
    act(outsider, "verifiedquery", "retire", [things["verifiedquery"]], "The table is gone.")
    assert VerifiedQuery.objects.get().is_active


def test_a_team_s_settings_are_changed(colleague: Client, things: Things) -> None:
    page = address("teamlearning", "change", things["teamlearning"])
    assert colleague.post(page, {"accepts_remarks": "on"}).status_code == 302
    assert TeamLearning.objects.get().accepts_remarks


def test_a_change_of_a_team_s_settings_is_on_record(colleague: Client, things: Things) -> None:
    colleague.post(address("teamlearning", "change", things["teamlearning"]), {"accepts_remarks": "on"})
    assert on_record() == "switched on: remarks become rules without review"


def test_each_person_has_a_bandit_as_soon_as_that_is_wished(colleague: Client, things: Things, alice: User) -> None:
    """Of what was decided before."""
    things["banditdecision"].user = alice
    things["banditdecision"].save()
    things["banditreset"].delete()
    colleague.post(address("teamlearning", "change", things["teamlearning"]), {"is_personal": "on"})
    assert BanditArm.objects.filter(user=alice).exists()


def test_settings_that_are_new_are_on_record(colleague: Client, things: Things) -> None:
    TeamLearning.objects.all().delete()
    team = things["teamlearning"].team
    response = colleague.post(address("teamlearning", "add"), {"team": team.pk, "accepts_remarks": "on"})
    assert response.status_code == 302
    assert TeamLearning.objects.get(team=team).accepts_remarks
    assert on_record() == "switched on: remarks become rules without review"


def test_settings_are_given_to_one_s_own_teams_only(outsider: Client, bob: User, things: Things) -> None:
    TeamLearning.objects.all().delete()
    theirs = Team.objects.get(name="Team of alice")
    page = address("teamlearning", "add")
    assert "Team of alice" not in text(outsider.get(page))
    assert "Select a valid choice" in text(outsider.post(page, {"team": theirs.pk, "accepts_remarks": "on"}))
    outsider.post(page, {"team": bob.teams.get().pk, "accepts_remarks": "on"})
    assert TeamLearning.objects.get().team == bob.teams.get()
