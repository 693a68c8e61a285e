"""Who looks: the operator, a colleague and somebody of another team."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from datasources.models import Connection
from tests.learning.admin.things import SECRET, Things, client_of, fill, staff


@pytest.fixture
def things(connection: Connection, alice: User) -> Things:
    connection.name = "shop of alice"
    connection.save()
    return fill(connection, alice, SECRET)


@pytest.fixture
def operator(db: None) -> Client:
    return client_of(User.objects.create_superuser("root", password="pass"))


@pytest.fixture
def colleague(alice: User, things: Things) -> Client:
    """Alice, as staff with every permission of this part."""
    return staff(alice)


@pytest.fixture
def outsider(bob: User, things: Things) -> Client:
    """Bob, as staff with every permission of this part, and a connection of his own."""
    Connection.objects.create(team=bob.teams.get(), name="shop of bob", path="/nowhere.sqlite3")
    return staff(bob)
