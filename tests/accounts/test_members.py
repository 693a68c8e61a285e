"""Teams: made by anybody, managed by their owners, left by whoever wants, never without an owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.test import Client

from accounts import teams
from accounts.models import Membership, Team, User
from chat.models import Conversation
from datasources.models import Connection
from tests.accounts.conftest import client_of, roles, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

ONLY_OWNER = "olive is the only owner of “Analysts”. Make somebody else an owner first."


def post(client: Client, team: Team, path: str, **data: str) -> str:
    """The page that it leads to, with its message."""
    return text(client.post(f"/teams/{team.pk}/{path}/", data, follow=True))


def test_anybody_makes_a_team_and_owns_it(member_client: Client, mark: User) -> None:
    page = text(member_client.post("/teams/", {"name": "  Data \n people "}, follow=True))
    assert "“Data people” is there" in page
    assert roles(mark.teams.get(name="Data people")) == {"mark": "owner"}


def test_a_team_needs_a_name(member_client: Client) -> None:
    response = member_client.post("/teams/", {"name": " "})
    assert response.status_code == 422
    assert "Give the team a name." in text(response)


def test_a_name_that_is_too_long_is_kept_in_the_form(member_client: Client) -> None:
    response = member_client.post("/teams/", {"name": "a" * 101})
    assert response.status_code == 422
    assert "a" * 101 in text(response)


def test_the_teams_page_lists_only_ones_own(member_client: Client, team: Team, bob: User) -> None:
    page = text(member_client.get("/teams/"))
    assert "Analysts" in page
    assert "Team of bob" not in page


def test_every_page_leads_to_ones_teams(member_client: Client, team: Team) -> None:
    assert f'href="/teams/{team.pk}/"' in text(member_client.get("/account/"))


def test_an_owner_renames_the_team(owner_client: Client, team: Team) -> None:
    assert "called “Sales” now" in post(owner_client, team, "rename", name="Sales")
    team.refresh_from_db()
    assert team.name == "Sales"


def test_a_wrong_name_leaves_the_old_one(owner_client: Client, team: Team) -> None:
    response = owner_client.post(f"/teams/{team.pk}/rename/", {"name": "a" * 101})
    assert response.status_code == 422
    assert "a" * 101 in text(response)
    assert "<title>People of Analysts</title>" in text(response)


def test_an_owner_changes_a_role(owner_client: Client, team: Team, mark: User) -> None:
    assert "mark is a curator now." in post(owner_client, team, f"members/{mark.pk}/role", role="curator")
    assert roles(team)["mark"] == "curator"


@pytest.mark.parametrize("role", ["", "king"])
def test_there_are_no_other_roles(owner_client: Client, team: Team, mark: User, role: str) -> None:
    assert "Nothing was changed" in post(owner_client, team, f"members/{mark.pk}/role", role=role)
    assert roles(team)["mark"] == "member"


def test_an_owner_removes_a_member(owner_client: Client, team: Team, mark: User, member_client: Client) -> None:
    assert "not in “Analysts” any more" in post(owner_client, team, f"members/{mark.pk}/remove")
    assert roles(team) == {"olive": "owner"}
    assert member_client.get(f"/teams/{team.pk}/").status_code == 404


def test_what_a_removed_member_asked_is_hidden_and_comes_back_with_them(
    owner_client: Client, team: Team, mark: User, member_client: Client
) -> None:
    shop = Connection.objects.create(team=team, name="shop", path="/nowhere/shop.sqlite3")
    asked = Conversation.objects.create(user=mark, connection=shop)
    post(owner_client, team, f"members/{mark.pk}/remove")
    assert member_client.get(f"/chat/{asked.pk}/").status_code == 404
    assert not Conversation.objects.visible_to(mark).exists()
    Membership.objects.create(team=team, user=mark)
    assert Conversation.objects.visible_to(mark).get() == asked


def test_a_member_leaves(member_client: Client, team: Team) -> None:
    assert "You have left “Analysts”." in post(member_client, team, "leave")
    assert roles(team) == {"olive": "owner"}


@pytest.mark.parametrize("how", ["leave", "remove", "demote"])
def test_the_last_owner_stays_one(owner_client: Client, team: Team, olive: User, mark: User, how: str) -> None:
    page = {
        "leave": lambda: post(owner_client, team, "leave"),
        "remove": lambda: post(owner_client, team, f"members/{olive.pk}/remove"),
        "demote": lambda: post(owner_client, team, f"members/{olive.pk}/role", role="member"),
    }[how]()
    assert ONLY_OWNER in page or ONLY_OWNER in text(owner_client.get(f"/teams/{team.pk}/"))
    assert roles(team) == {"olive": "owner", "mark": "member"}


def test_an_owner_may_go_once_there_is_another(owner_client: Client, team: Team, mark: User) -> None:
    post(owner_client, team, f"members/{mark.pk}/role", role="owner")
    assert "You have left" in post(owner_client, team, "leave")
    assert roles(team) == {"mark": "owner"}


def test_a_team_without_databases_is_deleted(owner_client: Client, team: Team) -> None:
    assert "is deleted" in post(owner_client, team, "delete")
    assert not Team.objects.filter(pk=team.pk).exists()


def test_a_team_with_databases_is_not_deleted(owner_client: Client, team: Team) -> None:
    Connection.objects.create(team=team, name="shop", path="/nowhere/shop.sqlite3")
    assert "“Analysts” still has 1 database. Delete them first" in post(owner_client, team, "delete")
    assert Team.objects.filter(pk=team.pk).exists()


def test_members_see_who_is_there_and_no_invitations(member_client: Client, owner_client: Client, team: Team) -> None:
    owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": "nora@example.org"})
    page = text(member_client.get(f"/teams/{team.pk}/"))
    assert "olive" in page
    assert "nora@example.org" not in page
    assert "Make a link" not in page
    assert "nora@example.org" in text(owner_client.get(f"/teams/{team.pk}/"))


def test_names_are_text(owner_client: Client, team: Team, make_user: MakeUser) -> None:
    make_user("<b>x</b>", team)
    post(owner_client, team, "rename", name="<script>alert(1)</script>")
    page = text(owner_client.get(f"/teams/{team.pk}/"))
    assert "<b>x</b>" not in page
    assert "<script>alert" not in page


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_go_at_once_leave_one(team: Team, olive: User, make_user: MakeUser) -> None:
    second = make_user("second", team)
    teams.change_role(team, second, teams.Role.OWNER)

    def leave(user: User) -> int:
        try:
            return client_of(user).post(f"/teams/{team.pk}/leave/").status_code
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(leave, [olive, second]))
    assert list(roles(team).values()) == ["owner"]
