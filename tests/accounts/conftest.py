"""A team with an owner and a member; somebody of another team."""

import pytest
from django.test import Client

from accounts import teams
from accounts.models import Membership, Team, User
from tests.site import MakeUser


@pytest.fixture
def olive(db: None) -> User:
    return User.objects.create_user("olive", email="olive@example.org", password="olive's secret")


@pytest.fixture
def team(olive: User) -> Team:
    """Olive's."""
    return teams.found("Analysts", owner=olive)


@pytest.fixture
def mark(make_user: MakeUser, team: Team) -> User:
    """A member of it."""
    return make_user("mark", team)


@pytest.fixture
def owner_client(olive: User, team: Team) -> Client:
    return client_of(olive)


@pytest.fixture
def member_client(mark: User) -> Client:
    return client_of(mark)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def roles(team: Team) -> dict[str, str]:
    return {each.user.username: each.role for each in Membership.objects.filter(team=team)}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]  # the stubs' response has no name
