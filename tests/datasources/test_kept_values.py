"""A connection's value index, read and stored with its schema."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import Team
from datasources import index_reading, privacy, snapshots
from datasources.index_reading import Reading
from datasources.kept_values import keep, kept_values
from datasources.models import AuditEntry, ColumnPrivacy, Connection, KeptValues
from datasources.tasks import read_schema

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, kind TEXT, pin TEXT);
INSERT INTO people VALUES (1, 'Zebulon', 'guest', 'q1w2e3'), (2, 'Philippa', 'member', 'r4t5y6');
"""


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    path = tmp_path / "some.db"
    change(path, SCRIPT)
    return Connection.objects.create(team=Team.objects.create(name="Team"), name="some", path=str(path))


def change(path: Path | str, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def read(connection: Connection) -> None:
    """In the background, as the button has it done."""
    assert snapshots.enqueue(connection)
    for task in DBTaskResult.objects.all():
        read_schema.call(*task.args_kwargs["args"])
        task.delete()
    connection.refresh_from_db()


def make(connection: Connection, column: str, choice: str) -> dict[str, bool]:
    [people] = connection.schema().tables
    return privacy.save(connection, people, {f"values:{column}": choice})


def test_the_background_reading_keeps_a_row_a_column(connection: Connection) -> None:
    read(connection)
    assert kept_values(connection) == {
        ("people", "kind"): ("guest", "member"),
        ("people", "name"): ("Philippa", "Zebulon"),
    }
    assert connection.values_at is not None


def test_reading_again_replaces_what_was_kept(connection: Connection) -> None:
    read(connection)
    change(connection.path, "DELETE FROM people WHERE id = 1; ALTER TABLE people DROP COLUMN kind")
    read(connection)
    assert kept_values(connection) == {("people", "name"): ("Philippa",)}


def test_reading_the_structure_alone_leaves_it(connection: Connection) -> None:
    read(connection)
    connection.refresh_schema()
    assert len(kept_values(connection)) == 2


def test_what_was_not_reached_in_time_stays(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    read(connection)
    change(connection.path, "UPDATE people SET name = 'Other'")
    monkeypatch.setattr(index_reading, "SECONDS", 0.0)
    read(connection)
    assert kept_values(connection)["people", "name"] == ("Philippa", "Zebulon")


def test_nothing_is_kept_where_the_operator_wants_no_index(connection: Connection, settings: Settings) -> None:
    read(connection)
    settings.VALUE_INDEX = False
    read(connection)
    assert kept_values(connection) == {}


def test_another_database_behind_the_connection_has_nothing_kept(connection: Connection) -> None:
    read(connection)
    snapshots.forget(connection)
    assert kept_values(connection) == {}


def test_it_goes_with_the_connection(connection: Connection) -> None:
    read(connection)
    make(connection, "name", "private")
    connection.delete()
    assert not KeptValues.objects.exists()
    assert not ColumnPrivacy.objects.exists()


def test_making_a_column_private_deletes_what_is_kept_of_it_at_once(connection: Connection) -> None:
    read(connection)
    assert make(connection, "kind", "private") == {"kind": True}
    assert list(kept_values(connection)) == [("people", "name")]
    stored = Connection.objects.filter(pk=connection.pk).values_list("schema_snapshot", flat=True)
    assert "guest" not in str(stored.get())


def test_a_private_column_is_not_read_again(connection: Connection) -> None:
    read(connection)
    make(connection, "kind", "private")
    read(connection)
    assert list(kept_values(connection)) == [("people", "name")]
    column = connection.schema().tables[0].column("kind")
    assert column
    assert column.is_private
    assert column.values == ()


def test_a_column_made_private_while_it_is_read_is_not_kept(connection: Connection) -> None:
    read(connection)
    schema = connection.schema()
    reading = Reading({("people", "kind"): ("guest",), ("people", "name"): ("Zebulon",)})
    make(connection, "kind", "private")
    keep(connection, ColumnPrivacy.of(connection).marked(schema), reading)
    assert list(kept_values(connection)) == [("people", "name")]


def test_a_name_that_speaks_of_secrets_is_private_until_a_curator_says_otherwise(connection: Connection) -> None:
    read(connection)
    assert ("people", "pin") not in kept_values(connection)
    assert make(connection, "pin", "read") == {"pin": False}
    read(connection)
    assert kept_values(connection)["people", "pin"] == ("q1w2e3", "r4t5y6")
    assert make(connection, "pin", "private") == {"pin": True}
    assert not ColumnPrivacy.objects.exists()


def test_what_a_form_does_not_name_stays_as_it_is(connection: Connection) -> None:
    read(connection)
    make(connection, "kind", "private")
    [people] = connection.schema().tables
    fields = {"column:kind": "a text", "values:gone": "private", "values:name": "?"}
    assert privacy.save(connection, people, fields) == {}
    assert ColumnPrivacy.of(connection).is_private("people", "kind")


def test_the_process_that_has_the_schema_at_hand_sees_it(connection: Connection) -> None:
    read(connection)
    assert Connection.objects.get().schema().tables[0].columns[2].values == ("guest", "member")
    make(Connection.objects.get(), "kind", "private")
    assert Connection.objects.get().schema().tables[0].columns[2].values == ()


def test_no_value_is_logged_or_audited(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    read(connection)
    make(connection, "name", "private")
    told = caplog.text + str(list(AuditEntry.objects.values())) + str(list(DBTaskResult.objects.values()))
    assert "Zebulon" not in told
    assert "q1w2e3" not in told
    assert "for the value index: 2 in 1 tables" in told
