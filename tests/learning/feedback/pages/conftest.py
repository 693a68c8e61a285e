"""A team of three: alice asks, carol and dave curate."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from learning.feedback import remarks
from learning.models import Remark
from tests.learning.feedback.conftest import Answered
from tests.site import MakeUser

Remarked = Callable[..., Remark]


@pytest.fixture
def carol(make_user: MakeUser, alice: User) -> User:
    return curator("carol", make_user, alice)


@pytest.fixture
def dave(make_user: MakeUser, alice: User) -> User:
    return curator("dave", make_user, alice)


@pytest.fixture
def carol_client(carol: User) -> Client:
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def remarked(answered: Answered, alice: User) -> Remarked:
    def make(
        text: str, by: User = alice, question: str = "How many orders are there?", sql: str = "SELECT 1"
    ) -> Remark:
        given = remarks.give(answered(question, sql), by, text)
        assert given is not None
        return given

    return make


def curator(name: str, make_user: MakeUser, alice: User) -> User:
    team = alice.teams.get()
    user = make_user(name, team)
    team.memberships.filter(user=user).update(role="curator")
    return user
