"""Fixtures of the site: people and their teams, a connection to the shop, a scripted model behind real HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, Team, User
from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle, running_server
from chat.models import Conversation
from datasources.models import Connection

MakeUser = Callable[..., User]


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """A person in a team of their own, or in `team`."""

    def make(username: str, team: Team | None = None) -> User:
        user = User.objects.create_user(username, password="pass")
        team = team or Team.objects.create(name=f"Team of {username}")
        Membership.objects.create(user=user, team=team, role=Membership.Role.MEMBER)
        return user

    return make


@pytest.fixture
def alice(make_user: MakeUser) -> User:
    return make_user("alice")


@pytest.fixture
def bob(make_user: MakeUser) -> User:
    """Somebody of another team."""
    return make_user("bob")


@pytest.fixture
def connection(alice: User, shop_path: Path) -> Connection:
    """Alice's team's."""
    return Connection.objects.create(team=alice.teams.get(), name="shop", path=str(shop_path))


@pytest.fixture
def conversation(alice: User, connection: Connection) -> Conversation:
    return Conversation.objects.create(user=alice, connection=connection)


@pytest.fixture
def alice_client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def model(settings: Settings) -> Iterator[ServerHandle]:
    """A scripted model that the site asks; `set_script` says what it answers."""
    with running_server([]) as server:
        settings.LLM_ENDPOINT = Endpoint(server.base_url, "scripted", "key")
        yield server
