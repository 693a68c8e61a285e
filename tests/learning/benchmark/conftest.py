from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Membership, User
from datasources.engine import SqliteDatabase
from datasources.models import Connection
from datasources.sample import build


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite3"
    build(path)
    return path


@pytest.fixture(scope="session")
def sample_database(sample_path: Path) -> Iterator[SqliteDatabase]:
    """Behind the guard."""
    database = SqliteDatabase(sample_path)
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
