"""A large schema is not built anew for each request, and never shown when it is old."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team
from datasources import snapshots
from datasources.models import Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute("CREATE TABLE t (a)")
    connection = Connection.objects.create(
        team=Team.objects.create(name="Team"), name="some", path=str(tmp_path / "some.db")
    )
    snapshots.read_now(connection)
    return Connection.objects.get()


def names(connection: Connection) -> list[str]:
    return [table.name for table in connection.schema().tables]


def test_the_second_request_asks_nobody(
    connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert names(connection) == ["t"]
    again = Connection.objects.get()
    with django_assert_num_queries(0):
        assert names(again) == ["t"]


def test_a_new_reading_is_seen_by_whoever_loads_the_connection_after_it(connection: Connection) -> None:
    assert names(connection) == ["t"]
    with closing(sqlite3.connect(connection.path)) as database:
        database.execute("CREATE TABLE u (a)")
    connection.refresh_schema()
    assert names(connection) == ["t", "u"]
    assert names(Connection.objects.get()) == ["t", "u"]


def test_a_snapshot_that_was_put_there_counts(connection: Connection) -> None:
    assert names(connection) == ["t"]
    connection.schema_snapshot = {"tables": []}
    assert names(connection) == []


def test_lists_of_connections_do_not_load_snapshots(connection: Connection) -> None:
    assert "schema_snapshot" in connection.get_deferred_fields()
    assert connection.schema_snapshot
