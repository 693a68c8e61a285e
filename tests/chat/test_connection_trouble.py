"""The chat where there is no database, or one that cannot be used now."""

from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership, Team, User
from agent.events import EpisodeDone, Event
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from datasources.dsn import ServerAddress
from datasources.models import Connection
from learning.endpoints import llm
from learning.models import Episode
from learning.recorder import answer
from tests.chat.sockets import browser, only_episode
from tests.listeners import listening
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    page: str = client.get("/", follow=True).content.decode()
    return page


def test_an_owner_without_a_database_is_offered_the_sample_and_to_connect(alice: User, alice_client: Client) -> None:
    alice.memberships.update(role=Membership.Role.OWNER)
    page = home(alice_client)
    assert "Use the sample" in page
    assert reverse("connect", args=[alice.teams.get().pk]) in page


def test_a_member_without_a_database_is_told_whom_to_ask(alice: User, alice_client: Client) -> None:
    page = home(alice_client)
    assert "An owner of the team can connect one" in page
    assert "Use the sample" not in page


def test_somebody_without_a_team_is_told_what_to_do(alice: User, alice_client: Client) -> None:
    Team.objects.all().delete()
    page = home(alice_client)
    assert "is in no team" in page
    assert reverse("account") in page


@pytest.mark.parametrize(("role", "shown"), [("owner", True), ("curator", False), ("member", False)])
def test_connect_db_is_in_the_header_for_owners(
    conversation: Conversation, alice_client: Client, role: str, shown: bool
) -> None:
    Membership.objects.update(role=role)
    page = alice_client.get(reverse("conversation", args=[conversation.pk])).content.decode()
    assert ("Connect DB" in page) == shown


def down(connection: Connection) -> None:
    """A server that nobody can reach, as it is when it was saved anyway."""
    connection.dialect, connection.origin, connection.path = "postgres", "server", ""
    connection.address = ServerAddress("postgres", "127.0.0.1", 1, "d", "u", "p")
    connection.save()


def switched_off(connection: Connection) -> None:
    Connection.objects.update(is_enabled=False)


@pytest.mark.parametrize("trouble", [down, switched_off])
def test_a_conversation_opens_though_its_database_cannot_be_used(
    conversation: Conversation, alice_client: Client, trouble: object
) -> None:
    assert callable(trouble)
    trouble(conversation.connection)
    assert alice_client.get(reverse("conversation", args=[conversation.pk])).status_code == 200
    assert alice_client.get(reverse("connection", args=[conversation.connection_id])).status_code == 200


def test_one_that_is_switched_off_is_marked_before_anybody_asks(
    conversation: Conversation, alice_client: Client
) -> None:
    Connection.objects.create(team=conversation.connection.team, name="old shop", is_enabled=False)
    address = reverse("conversation", args=[conversation.pk])
    assert "cannot be asked until" not in (page := alice_client.get(address).content.decode())
    assert page.count("switched off") == 1
    switched_off(conversation.connection)
    assert "cannot be asked until an owner switches it on" in alice_client.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
async def test_asking_one_that_is_switched_off_says_so(connection: Connection, model: ServerHandle) -> None:
    connection.is_enabled = False
    await connection.asave()
    language_model = llm(connection)
    record = await Episode.objects.acreate(connection=connection, source="chat", question="What?", model="scripted")
    events: list[Event] = [event async for event in answer(record, language_model)]
    assert isinstance(events[-1], EpisodeDone)
    assert "is switched off" in events[-1].error


@pytest.mark.django_db(transaction=True)
async def test_a_server_that_stalls_holds_up_nobody_else(
    conversation: Conversation,
    alice_client: Client,
    make_user: MakeUser,
    shop_path: Path,
    model: ServerHandle,
    settings: Settings,
) -> None:
    """Its schema was never read, so that the first question has to."""
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    theirs, client = await sync_to_async(_another)(make_user, shop_path)
    with listening() as port:
        await sync_to_async(_stalls)(conversation.connection, port)
        async with browser(conversation, alice_client) as page, browser(theirs, client) as other:
            await page.says(type="ask", question="Which products?")
            await page.sees("Which products?")
            await other.sends("nonsense")
            await other.sees("did not understand", seconds=3)
            await page.says(type="stop", answer=str((await only_episode()).pk))
            await page.sees("Stopped")


def _another(make_user: MakeUser, shop_path: Path) -> tuple[Conversation, Client]:
    user, client = make_user("carol"), Client()
    client.force_login(user)
    connection = Connection.objects.create(team=user.teams.get(), name="shop", path=str(shop_path))
    return Conversation.objects.create(user=user, connection=connection), client


def _stalls(connection: Connection, port: int) -> None:
    connection.dialect, connection.origin, connection.path = "postgres", "server", ""
    connection.address = ServerAddress("postgres", "127.0.0.1", port, "d", "u", "p", "disable")
    connection.save()
