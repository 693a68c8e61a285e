"""Where people see what they and their team have used, and how near that is to the limits."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Team, User
from agent.llm import Usage as Used
from chat.models import Conversation
from datasources.models import AuditEntry, Connection
from learning.models import PersonQuota, TeamQuota, Usage
from learning.quotas import counting
from tests.learning.quotas.asked import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice: User) -> Team:
    return alice.teams.get()


@pytest.fixture
def owner(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role=Membership.Role.OWNER)
    return alice_client


def words(client: Client, address: str) -> str:
    """A page without its tags, each run of spaces as one."""
    page = client.get(address).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_person_sees_their_own_use_and_their_teams_on_the_account_page(
    connection: Connection, alice: User, alice_client: Client, team: Team
) -> None:
    PersonQuota.objects.create(user=alice, questions=40)
    ask(connection, alice)
    counting.add(team.pk, None, Used(prompt=1200, completion=34))

    page = words(alice_client, "/account/")
    assert "You, in all teams 1 of 40 0" in page
    assert "Team of alice, all of it 1 1,234" in page
    assert "the next begins at 00:00 UTC, in " in page


def test_members_see_no_one_else_s(alice_client: Client, team: Team) -> None:
    assert alice_client.get(f"/teams/{team.pk}/usage/").status_code == 403
    assert f"/teams/{team.pk}/usage/" not in alice_client.get(f"/teams/{team.pk}/").content.decode()


def test_an_owner_sees_each_person_and_the_background(
    connection: Connection, alice: User, owner: Client, team: Team
) -> None:
    ask(connection, alice)
    counting.add(team.pk, alice, Used(prompt=5000, cached=1000, completion=10))
    counting.add(team.pk, None, Used(prompt=7))

    page = words(owner, f"/teams/{team.pk}/usage/")
    assert "alice 1 4,010 0 1,000 Background work 0 7 0 0" in page
    assert f"{timezone.now():%Y-%m-%d} 1 4,017 0 1,000" in page
    assert "All of them 1 4,017 0 1,000" in page


def test_the_page_goes_back_thirty_days(connection: Connection, alice: User, owner: Client, team: Team) -> None:
    for back in (29, 30):
        ask(connection, alice)
        Usage.objects.filter(day=timezone.now().date()).update(day=timezone.now().date() - timedelta(days=back))

    page = words(owner, f"/teams/{team.pk}/usage/")
    assert "All of them 1 0 0 0" in page
    assert len(re.findall(r"\d{4}-\d\d-\d\d", page)) == 30


def test_the_days_of_one_person_can_be_seen(connection: Connection, alice: User, owner: Client, team: Team) -> None:
    ask(connection, alice)
    counting.admit(team.pk, None)

    page = words(owner, f"/teams/{team.pk}/usage/?person={alice.pk}")
    assert "By day: alice" in page
    assert "All of them 1 0 0 0" in page


def test_nobody_else_can_be_asked_for(owner: Client, team: Team, bob: User) -> None:
    assert owner.get(f"/teams/{team.pk}/usage/?person={bob.pk}").status_code == 404


def test_what_a_deleted_person_used_stays_with_the_team(
    connection: Connection, alice: User, owner: Client, team: Team
) -> None:
    former = User.objects.create_user("former")
    ask(connection, former)
    former.delete()

    assert "People who were deleted 1 0 0 0" in words(owner, f"/teams/{team.pk}/usage/")


def test_the_export_has_a_line_for_each_day_and_person_and_no_formula(
    connection: Connection, owner: Client, team: Team
) -> None:
    ask(connection, User.objects.create_user("=1+1"))
    counting.admit(team.pk, None)
    answer = owner.get(f"/teams/{team.pk}/usage/export/")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]

    day = f"{timezone.now():%Y-%m-%d}"
    assert lines[0] == "day,person,questions,recalled,tokens,cached_tokens"
    assert sorted(lines[1:]) == [f"{day},'=1+1,1,0,0,0", f"{day},Background work,1,0,0,0"]
    assert AuditEntry.objects.filter(action="export", message="usage of the last 30 days").count() == 1


@pytest.mark.parametrize(
    ("asked", "notice"), [(7, ""), (8, "8 of 10 questions today"), (10, "10 of 10 questions today")]
)
def test_who_is_near_a_limit_sees_it_under_the_question_box(
    conversation: Conversation, alice: User, alice_client: Client, asked: int, notice: str
) -> None:
    PersonQuota.objects.create(user=alice, questions=10)
    for _ in range(asked):
        ask(conversation.connection, alice)

    for address in (f"/chat/{conversation.pk}/", f"/prompt/{conversation.connection_id}/"):
        found = re.search(r'<p id="quota-notice"[^>]*>(.*?)</p>', alice_client.get(address).content.decode(), re.S)
        assert found
        assert found[1] == notice


def test_the_team_s_limit_is_told_as_the_team_s(conversation: Conversation, alice_client: Client, team: Team) -> None:
    TeamQuota.objects.create(team=team, tokens=100)
    counting.add(team.pk, None, Used(prompt=90))

    assert "Team of alice: 90 of 100 tokens today" in words(alice_client, f"/chat/{conversation.pk}/")
