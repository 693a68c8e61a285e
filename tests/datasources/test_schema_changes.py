"""What tells two readings of a schema apart."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from datasources.engine import SqliteDatabase
from datasources.introspect import Schema
from datasources.schema_changes import Changes, changes, fingerprint

Make = Callable[[str], Schema]
BEFORE = "CREATE TABLE a (id INTEGER PRIMARY KEY, x INT, y INT); CREATE TABLE b (id INT); INSERT INTO b VALUES (1);"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(script: str) -> Schema:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        return SqliteDatabase(path).schema()

    return make


def test_tables_and_columns_that_came_went_and_changed(make: Make) -> None:
    after = make("CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, z INT); CREATE TABLE c (id INT);")
    found = changes(make(BEFORE), after)
    assert found == Changes(("c",), ("b",), ("a.z",), ("a.y",), ("a.x",))
    assert found.summary() == (
        "1 table added (c), 1 table removed (b), 1 column added (a.z), 1 column removed (a.y),"
        " 1 column of another type (a.x)."
    )


def test_only_some_are_named(make: Make) -> None:
    after = make(BEFORE + "".join(f"CREATE TABLE t{number} (id INT);" for number in range(5)))
    assert changes(make(BEFORE), after).summary() == "5 tables added (t0, t1, t2, …)."


def test_nothing_new(make: Make) -> None:
    assert changes(make(BEFORE), make(BEFORE)) == Changes()
    assert Changes().summary() == "No table or column has changed."


def test_rows_values_and_order_leave_the_fingerprint_alone(make: Make) -> None:
    before = make(BEFORE)
    after = make(BEFORE + "INSERT INTO a VALUES (1, 1, 1)")
    assert before != after
    assert fingerprint(after) == fingerprint(before)
    assert fingerprint(Schema(before.tables[::-1])) == fingerprint(before)
    first, *rest = before.tables
    with_values = replace(first, columns=(replace(first.columns[0], values=("x",)), *first.columns[1:]))
    assert fingerprint(Schema((with_values, *rest))) == fingerprint(before)


@pytest.mark.parametrize(
    "script",
    [
        BEFORE + "ALTER TABLE b ADD COLUMN x",
        BEFORE + "DROP TABLE b",
        BEFORE.replace("y INT", "y TEXT"),
        BEFORE.replace("y INT", "y INT NOT NULL"),
        BEFORE.replace(" PRIMARY KEY", ""),
        BEFORE.replace("x INT", "x INT REFERENCES b (id)"),
        BEFORE.replace("TABLE b (id INT); INSERT INTO b VALUES (1)", "VIEW b AS SELECT 1 AS id"),
    ],
)
def test_the_structure_does_not(make: Make, script: str) -> None:
    assert fingerprint(make(script)) != fingerprint(make(BEFORE))
