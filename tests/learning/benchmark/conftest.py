from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.models import Membership, User
from datasources.engine import SqliteDatabase
from datasources.models import Connection
from datasources.sample import build


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    """The sample database, behind the guard."""
    path = tmp_path_factory.mktemp("sample") / "shop.db"
    build(path)
    database = SqliteDatabase(path)
    yield database
    database.close()


@pytest.fixture
def measured(connection: Connection) -> Connection:
    """Alice's, with a suite of questions."""
    connection.is_sample = True
    connection.save(update_fields=["is_sample"])
    return connection


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role=Membership.Role.CURATOR)
    return alice_client
