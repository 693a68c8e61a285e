from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Membership, User
from datasources.engine import ResultSet, SqliteDatabase
from datasources.models import Connection


@pytest.fixture(scope="package")
def sample_database(sample_path: Path) -> Iterator[SqliteDatabase]:
    """Behind the guard."""
    database = SqliteDatabase(sample_path)
    yield database
    database.close()


@pytest.fixture(scope="package")
def run(sample_database: SqliteDatabase) -> Callable[[str], ResultSet]:
    """What a statement gives on the sample database; each is run once."""
    return cache(sample_database.execute)


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
