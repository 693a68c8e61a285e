"""Values of columns, read part by part and put into a schema."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from datasources.column_values import carried_over, put_in, read_values
from datasources.engine import SqliteDatabase

Build = Callable[[str], SqliteDatabase]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    opened: list[SqliteDatabase] = []

    def build(script: str) -> SqliteDatabase:
        path = tmp_path / f"{len(opened)}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        opened.append(SqliteDatabase(path))
        return opened[-1]

    yield build
    for database in opened:
        database.close()


def tables(count: int) -> str:
    return "".join(
        f"CREATE TABLE t{number:03} (kind TEXT); INSERT INTO t{number:03} VALUES ('a');" for number in range(count)
    )


def test_it_says_how_far_it_is(build: Build) -> None:
    database = build(tables(120))
    said: list[str] = []
    found = read_values(database, database.schema().tables, said.append)
    assert said == [f"Looking at values: {done} of 120 tables" for done in (0, 50, 100)]
    assert found["t119"] == {("t119", "kind"): ("a",)}
    assert len(found) == 120


def test_one_bad_table_does_not_take_the_others_with_it(build: Build) -> None:
    database = build(
        tables(6) + "CREATE TABLE t003b (a INT, kind TEXT AS (zeroblob(a)) VIRTUAL); INSERT INTO t003b (a) VALUES (1)"
    )
    found = read_values(database, database.schema().tables, print)
    assert found["t003b"] == {}
    assert [name for name, values in found.items() if values] == [f"t{number:03}" for number in range(6)]


def test_a_database_that_is_gone_ends_it(build: Build) -> None:
    database = build(tables(60))
    schema = database.schema()
    database.close()
    assert read_values(database, schema.tables, print) == {}


def test_values_are_put_in_and_replace_the_old(build: Build) -> None:
    before = build(tables(2)).schema()
    once = put_in(before, {"t000": {("t000", "kind"): ("a", "b")}, "t001": {("t001", "kind"): ("c",)}})
    twice = put_in(once, {"t000": {}})
    assert [table.columns[0].values for table in once.tables] == [("a", "b"), ("c",)]
    assert [table.columns[0].values for table in twice.tables] == [(), ("c",)]


def test_a_new_reading_keeps_what_was_known_of_columns_that_are_the_same(build: Build) -> None:
    before = build("CREATE TABLE a (x TEXT, y TEXT, z TEXT)").schema()
    before = put_in(before, {"a": {("a", column): (column,) for column in "xyz"}})
    after = build("CREATE TABLE a (x TEXT, y VARCHAR(9)); CREATE TABLE b (x TEXT)").schema()
    kept = carried_over(before, after)
    assert [[column.values for column in table.columns] for table in kept.tables] == [[("x",), ()], [()]]
