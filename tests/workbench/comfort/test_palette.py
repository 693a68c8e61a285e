"""The command palette: where a person may go, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import Membership, User
from chat.models import Conversation
from learning.models import VerifiedQuery
from tests.chat.answers import answered
from tests.site import MakeUser
from workbench.models import Board, SavedQuery

pytestmark = pytest.mark.django_db


def places(client: Client, search: str = "") -> dict[str, str]:
    response = client.get(reverse("palette"), {"q": search} if search else {})
    assert response.status_code == 200
    return {place["label"]: place["href"] for place in response.json()["places"]}


def test_databases_and_their_tabs_are_there(alice_client: Client, conversation: Conversation) -> None:
    found = places(alice_client)
    pk = conversation.connection_id
    assert found["shop"] == f"/databases/{pk}/ask/"
    assert found["shop · ER diagram"] == f"/databases/{pk}/diagram/"
    assert found["shop · SQL"] == f"/databases/{pk}/sql/"
    assert found["shop · Saved questions"] == f"/databases/{pk}/saved/"
    assert "shop · Evaluate" not in found


def test_it_leads_to_finding_boards_and_the_api(alice_client: Client, conversation: Conversation) -> None:
    found = places(alice_client)
    team = conversation.connection.team_id
    assert found["Find"] == "/find/"
    assert found["Team of alice · Boards"] == f"/teams/{team}/boards/"
    assert found["Team of alice · Saved questions"] == f"/teams/{team}/saved/"
    assert found["API of your own tools"] == "/api/"


def test_saved_questions_and_boards_are_there_for_those_who_see_them(
    alice_client: Client, conversation: Conversation, alice: User, make_user: MakeUser
) -> None:
    connection = conversation.connection
    of = {"connection": connection, "user": alice, "sql": "SELECT 1"}
    mine = SavedQuery.objects.create(name="Secretly", **of)
    SavedQuery.objects.create(name="Gone", deleted_at=timezone.now(), **of)
    SavedQuery.objects.create(name="Ours", is_shared=True, **of)
    board = Board.objects.create(team=connection.team, name="Mondays", owner=alice)
    mate = Client()
    mate.force_login(make_user("mate", connection.team))
    found = places(alice_client)
    assert found["Secretly"] == reverse("saved_query", args=[mine.pk])
    assert found["Mondays"] == reverse("board", args=[board.pk])
    assert "Gone" not in found
    assert {"Secretly", "Ours", "Mondays"} & {*places(mate)} == {"Ours", "Mondays"}
    assert list(places(alice_client, "monday")) == ["Mondays"]
    assert list(places(alice_client, "secret")) == ["Secretly"]


def test_a_database_with_verified_queries_can_be_evaluated(alice_client: Client, conversation: Conversation) -> None:
    VerifiedQuery.objects.create(connection=conversation.connection, question="How many?", key="k", sql="SELECT 1")
    found = places(alice_client)
    assert "shop · Evaluate" in found
    assert "How many?" in found


def test_every_place_is_one_that_its_person_may_open(alice_client: Client, conversation: Conversation) -> None:
    answered(conversation, "Which products?")
    VerifiedQuery.objects.create(connection=conversation.connection, question="How many?", key="k", sql="SELECT 1")
    for label, href in places(alice_client).items():
        resolve(href)
        assert alice_client.get(href).status_code in {200, 302}, label


def test_conversations_that_hold_a_question_are_there(alice_client: Client, conversation: Conversation) -> None:
    conversation.title = "Products"
    conversation.save()
    assert "Products" not in places(alice_client)
    answered(conversation, "Which products?")
    assert places(alice_client)["Products"] == f"/chat/{conversation.pk}/"


def test_older_ones_are_found_by_their_questions(alice_client: Client, conversation: Conversation) -> None:
    conversation.title = "Products"
    conversation.save()
    answered(conversation, "Which tents leak?")
    assert list(places(alice_client, "leak")) == ["Products"]
    assert places(alice_client, "umbrella") == {}


def test_nothing_of_other_teams_is_there(
    conversation: Conversation, make_user: MakeUser, bob: User, alice: User
) -> None:
    conversation.title = "Products"
    conversation.save()
    answered(conversation, "Which products?")
    VerifiedQuery.objects.create(connection=conversation.connection, question="How many?", key="k", sql="SELECT 1")
    stranger, mate = Client(), Client()
    stranger.force_login(bob)
    mate.force_login(make_user("mate", alice.teams.get()))
    assert not {"shop", "Products", "How many?"} & {*places(stranger)}
    assert {"shop", "How many?"} <= {*places(mate)}
    assert "Products" not in places(mate), "a conversation is its person's alone"
    assert places(stranger, "products") == places(mate, "products") == {}


def test_what_owners_do_is_offered_to_owners(alice_client: Client, alice: User) -> None:
    assert "Team of alice · Audit" not in places(alice_client)
    alice.memberships.update(role=Membership.Role.OWNER)
    assert "Team of alice · Audit" in places(alice_client)


def test_the_admin_is_offered_to_staff(alice_client: Client, alice: User) -> None:
    assert "Admin" not in places(alice_client)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert "Admin" in places(alice_client)


def test_it_is_on_every_page_of_who_is_logged_in(alice_client: Client, conversation: Conversation) -> None:
    for page in ("account", "teams", "conversations"):
        assert 'id="palette"' in alice_client.get(reverse(page)).content.decode()
    assert 'id="palette"' not in Client().get("/login/").content.decode()


def test_every_key_that_a_script_knows_is_in_the_list() -> None:
    listed = (Path(settings.BASE_DIR) / "templates/workbench/comfort/_keyboard.html").read_text()
    shown = {*re.findall(r"<kbd>(.*?)</kbd>", listed)}
    known = set()
    for script in Path(settings.BASE_DIR).glob("static/*.js"):
        code = script.read_text()
        for keys in re.findall(r"const keys = \{(.*?)\n\};", code, re.DOTALL):
            known |= {*re.findall(r'^\s+"?([^\s":]+)"?: \(', keys, re.MULTILINE)}
        known |= {*re.findall(r'aria-keyshortcuts="(.)"', code)}
    assert {"r", "/", "[", "]", "a", "x", "e", "j", "k"} <= known
    assert known - shown == set()
