"""Reading a connection's schema in the background, and what is stored of it."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Team
from datasources import snapshots
from datasources.catalogues import MOST_COLUMNS
from datasources.errors import ConnectFailed
from datasources.models import Connection
from datasources.tasks import read_schema
from tests.datasources.strange import wide_table
from tests.programs import Program

State = Connection.SchemaState
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    change(path, "CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT); INSERT INTO orders VALUES (1, 'paid')")
    return path


@pytest.fixture
def connection(path: Path) -> Connection:
    return Connection.objects.create(team=Team.objects.create(name="Team"), name="some", path=str(path))


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def work(connection: Connection) -> None:
    """What the worker does with all that is enqueued."""
    for task in DBTaskResult.objects.order_by("enqueued_at"):
        read_schema.call(*task.args_kwargs["args"])
        task.delete()
    connection.refresh_from_db()


def long_ago(connection: Connection, ago: timedelta) -> None:
    Connection.objects.filter(pk=connection.pk).update(schema_state_at=timezone.now() - ago)


def enqueued() -> int:
    return DBTaskResult.objects.count()


def test_the_worker_reads_structure_and_values(connection: Connection) -> None:
    assert snapshots.enqueue(connection)
    call_command("db_worker", "--batch", "--no-startup-delay", "--interval=0", "--no-reload", verbosity=0)
    connection.refresh_from_db()
    [orders] = connection.schema().tables
    assert (orders.name, orders.rows, orders.columns[1].values) == ("orders", 1, ("paid",))
    assert (connection.schema_state, connection.schema_progress) == (State.READY, "1 table with 2 columns.")
    assert len(connection.schema_fingerprint) == 64
    assert connection.schema_taken_at


def test_one_reading_at_a_time(connection: Connection) -> None:
    assert snapshots.enqueue(connection)
    assert snapshots.is_reading(connection)
    assert connection.schema_state == State.READING
    assert not snapshots.enqueue(connection)
    assert enqueued() == 1


def test_when_it_is_done_another_may_follow(connection: Connection) -> None:
    snapshots.enqueue(connection)
    work(connection)
    assert not snapshots.is_reading(connection)
    assert snapshots.enqueue(connection)


def test_a_reading_that_died_blocks_nobody(connection: Connection) -> None:
    snapshots.enqueue(connection)
    long_ago(connection, snapshots.LONGEST)
    assert not snapshots.is_reading(connection)
    assert snapshots.enqueue(connection)


def test_who_was_taken_over_stores_nothing(connection: Connection, path: Path) -> None:
    snapshots.enqueue(connection)
    long_ago(connection, snapshots.LONGEST)
    snapshots.enqueue(connection)
    first, second = DBTaskResult.objects.order_by("enqueued_at")
    read_schema.call(*first.args_kwargs["args"])
    connection.refresh_from_db()
    assert (connection.schema_state, connection.schema_snapshot) == (State.READING, None)
    read_schema.call(*second.args_kwargs["args"])
    connection.refresh_from_db()
    assert connection.schema_state == State.READY


def test_what_has_changed_is_said(connection: Connection, path: Path) -> None:
    snapshots.read_now(connection)
    before = connection.schema_fingerprint
    change(path, "CREATE TABLE invoices (id INT)")
    snapshots.enqueue(connection)
    work(connection)
    assert connection.schema_progress == "1 table added (invoices)."
    assert connection.schema_fingerprint != before


def test_a_failure_keeps_the_snapshot_and_says_why(connection: Connection, path: Path) -> None:
    snapshots.read_now(connection)
    snapshot, taken_at = connection.schema_snapshot, connection.schema_taken_at
    path.write_bytes(b"no database at all" * 100)
    snapshots.enqueue(connection)
    work(connection)
    assert connection.schema_state == State.FAILED
    assert "file is not a database" in connection.schema_progress
    assert (connection.schema_snapshot, connection.schema_taken_at) == (snapshot, taken_at)


def test_a_failure_now_is_raised_and_stored_as_well(connection: Connection, path: Path) -> None:
    path.unlink()
    with pytest.raises(ConnectFailed):
        snapshots.read_now(connection)
    connection.refresh_from_db()
    assert connection.schema_state == State.FAILED


def test_a_connection_that_is_gone_is_none_to_read(connection: Connection) -> None:
    snapshots.enqueue(connection)
    [task] = DBTaskResult.objects.all()
    connection.delete()
    read_schema.call(*task.args_kwargs["args"])
    assert not Connection.objects.exists()


def test_reading_without_values_keeps_those_that_are_known(connection: Connection) -> None:
    snapshots.read_now(connection, with_values=True)
    snapshots.read_now(connection)
    assert connection.schema().tables[0].columns[1].values == ("paid",)


def test_first_use_reads_the_structure(connection: Connection) -> None:
    assert [table.name for table in connection.schema().tables] == ["orders"]
    assert (connection.schema_state, connection.schema_taken_at is None) == (State.READY, False)


def test_first_use_does_not_wait_for_a_reading_under_way(connection: Connection) -> None:
    snapshots.enqueue(connection)
    assert [table.name for table in connection.schema().tables] == ["orders"]
    assert connection.schema_state == State.READING
    work(connection)
    assert connection.schema().tables[0].columns[1].values == ("paid",)


def test_another_database_is_another_schema(connection: Connection) -> None:
    snapshots.read_now(connection)
    snapshots.enqueue(connection)
    snapshots.forget(connection)
    work(connection)
    assert (connection.schema_state, connection.schema_snapshot) == (State.NONE, None)


class TestMissingObjects:
    def test_they_have_the_schema_read_again(self, connection: Connection) -> None:
        snapshots.read_now(connection)
        long_ago(connection, snapshots.AT_MOST_EVERY)
        assert snapshots.note_missing_object(connection)
        assert enqueued() == 1

    def test_also_where_it_never_was(self, connection: Connection) -> None:
        assert snapshots.note_missing_object(connection)

    def test_not_more_than_once_a_minute(self, connection: Connection) -> None:
        snapshots.read_now(connection)
        assert not snapshots.note_missing_object(connection)
        long_ago(connection, snapshots.AT_MOST_EVERY)
        assert snapshots.note_missing_object(connection)
        work(connection)
        assert not snapshots.note_missing_object(connection)


def test_of_a_monstrous_database_a_part_is_read(connection: Connection, path: Path) -> None:
    change(path, ";".join(wide_table(f"wide_{number}", 1900) for number in range(60)))
    snapshots.read_now(connection)
    assert sum(len(table.columns) for table in connection.schema().tables) == MOST_COLUMNS
    assert connection.schema_progress == "Only the first 54 tables with 100,000 columns were read: there are too many."


def test_of_many_at_once_one_reads(program: Program, path: Path) -> None:
    assert program("tests.datasources.contend", str(path)).split() == ["1", "ready", "1"]


def test_a_reading_whose_worker_died_is_done_by_the_next_that_has_its_task(connection: Connection, path: Path) -> None:
    snapshots.enqueue(connection)
    [task] = DBTaskResult.objects.all()
    mark = datetime.fromisoformat(task.args_kwargs["args"][1])
    half = snapshots._Reading(connection, mark)
    half._say("Looking at values: 0 of 1 tables")  # and here it was killed
    work(connection)
    assert (connection.schema_state, connection.schema_progress) == (State.READY, "1 table with 2 columns.")
