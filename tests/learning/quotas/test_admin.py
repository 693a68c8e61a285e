"""The operator sets limits in the admin, on record; others only see what their teams use."""

import pytest
from django.test import Client

from accounts.models import Team, User
from datasources.models import AuditEntry, Connection
from learning.models import PersonQuota, TeamQuota
from tests.learning.admin.things import client_of, staff
from tests.learning.quotas.asked import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> Client:
    return client_of(User.objects.create_superuser("root", password="pass"))


@pytest.fixture
def team(alice: User) -> Team:
    return alice.teams.get()


def test_a_team_s_limit_is_set_changed_and_taken_away_on_record(operator: Client, team: Team) -> None:
    assert operator.post("/admin/learning/teamquota/add/", {"team": team.pk, "questions": "40"}).status_code == 302
    quota = TeamQuota.objects.get(team=team)
    operator.post(f"/admin/learning/teamquota/{quota.pk}/change/", {"questions": "40", "tokens": "0"})
    operator.post(f"/admin/learning/teamquota/{quota.pk}/delete/", {"post": "yes"})

    said = AuditEntry.objects.filter(team=team, user_name="root").order_by("at").values_list("message", flat=True)
    assert list(said) == [
        "limits of the team: questions a day: as the site's settings say, now 40",
        "limits of the team: tokens a day: as the site's settings say, now no limit",
        "limits of the team: as the site's settings say",
    ]
    assert not TeamQuota.objects.exists()


def test_a_person_s_limit_is_on_record_in_their_teams(operator: Client, alice: User, team: Team) -> None:
    operator.post("/admin/learning/personquota/add/", {"user": alice.pk, "a_minute": "3"})

    assert PersonQuota.objects.get(user=alice).a_minute == 3
    entry = AuditEntry.objects.get(team=team)
    assert entry.message == "limits of alice: questions a minute: as the site's settings say, now 3"


@pytest.mark.parametrize("name", ["teamquota", "personquota"])
def test_staff_that_is_no_superuser_sets_none(alice: User, name: str) -> None:
    assert staff(alice).get(f"/admin/learning/{name}/").status_code == 403
    assert staff(alice).get(f"/admin/learning/{name}/add/").status_code == 403


def test_staff_sees_the_usage_of_its_own_teams(connection: Connection, alice: User, bob: User) -> None:
    ask(connection, alice)
    ask(Connection.objects.create(team=bob.teams.get(), name="bob's", path=connection.path), bob)

    page = staff(alice).get("/admin/learning/usage/").content.decode()
    assert "Team of alice" in page
    assert "Team of bob" not in page


def test_usage_is_changed_by_nobody(connection: Connection, alice: User, operator: Client) -> None:
    ask(connection, alice)

    assert operator.get("/admin/learning/usage/add/").status_code == 403
