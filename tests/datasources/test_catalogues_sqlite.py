"""SQLite's catalogues, through the real path: the child process that has the file open."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from datasources.engine import SqliteDatabase
from datasources.introspect import ForeignKey, Table
from tests.datasources.strange import NAMES, quoted, wide_table

Build = Callable[[str], SqliteDatabase]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A database that a script has made."""

    def build(script: str) -> SqliteDatabase:
        with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
            connection.executescript(script)
        return SqliteDatabase(tmp_path / "some.db")

    return build


def table(database: SqliteDatabase, name: str) -> Table:
    found = database.schema().table(name)
    assert found
    return found


def values(database: SqliteDatabase) -> dict[tuple[str, str], tuple[str, ...]]:
    return database.values(database.schema().tables)


def numbers(count: int) -> str:
    return f"WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {count}) SELECT n FROM t"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(build: Build, name: str) -> None:
    spelled = quoted(name)
    database = build(
        f"CREATE TABLE {spelled} ({spelled} TEXT PRIMARY KEY); INSERT INTO {spelled} VALUES ('red'), ('blue');"
        f"CREATE TABLE child (parent TEXT REFERENCES {spelled}); CREATE VIEW v AS SELECT {spelled} FROM {spelled};"
    )
    found = table(database, name)
    assert (found.name, found.columns[0].name, found.primary_key, found.rows) == (name, name, (name,), 2)
    assert table(database, "child").foreign_keys == (ForeignKey(("parent",), name, (name,)),)
    assert table(database, "v").columns[0].name == name
    assert values(database) == {(name, name): ("blue", "red")}


def test_a_key_names_the_table_as_it_is_spelled(build: Build) -> None:
    database = build("CREATE TABLE Parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES PARENT)")
    assert table(database, "child").foreign_keys == (ForeignKey(("p",), "Parent", ("id",)),)


def test_a_table_of_500_columns(build: Build) -> None:
    found = table(build(wide_table("wide")), "wide")
    assert [column.name for column in found.columns] == [f"c{number}" for number in range(500)]


class TestEstimatedRows:
    def test_small_tables_are_counted(self, build: Build) -> None:
        database = build(
            f"CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t SELECT n * 1000000 FROM ({numbers(7)})"
        )
        assert table(database, "t").rows == 7

    def test_large_ones_are_guessed_by_their_row_ids(self, build: Build) -> None:
        database = build(f"CREATE TABLE t (a); INSERT INTO t {numbers(5000)}; DELETE FROM t WHERE a <= 1000")
        assert table(database, "t").rows == 4000

    def test_ids_far_apart_do_not_make_more_rows_than_the_file_holds(self, build: Build) -> None:
        database = build(
            f"CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t SELECT n << 40 FROM ({numbers(5000)})"
        )
        assert 5000 <= (table(database, "t").rows or 0) <= 20_000

    def test_a_large_table_without_row_ids_is_not_guessed(self, build: Build) -> None:
        database = build(f"CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO t {numbers(5000)}")
        assert table(database, "t").rows is None

    def test_columns_called_like_the_row_id_do_not_confuse(self, build: Build) -> None:
        database = build(f"CREATE TABLE t (rowid TEXT, oid TEXT); INSERT INTO t (oid) {numbers(5000)}")
        assert table(database, "t").rows == 5000

    def test_what_analyze_has_found_is_believed(self, build: Build) -> None:
        database = build(
            f"CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t {numbers(5000)};"
            "ANALYZE; DELETE FROM t WHERE a > 2000"
        )
        assert table(database, "t").rows == 5000

    def test_statistics_that_are_none_do_not_disturb(self, build: Build) -> None:
        database = build(
            "CREATE TABLE t (a); ANALYZE; INSERT INTO t VALUES (1); DROP TABLE sqlite_stat1;"
            "CREATE TABLE other (a); INSERT INTO other VALUES (1), (2)"
        )
        assert (table(database, "t").rows, table(database, "other").rows) == (1, 2)


class TestValues:
    def test_of_texts_of_few(self, build: Build) -> None:
        database = build(
            "CREATE TABLE t (id INTEGER, status VARCHAR(9), anything, size TEXT, number INT, picture BLOB);"
            f"INSERT INTO t SELECT n, 'is ' || (n % 2), 'a', n, n % 2, x'00' FROM ({numbers(900)})"
        )
        assert values(database) == {("t", "status"): ("is 0", "is 1"), ("t", "anything"): ("a",)}

    def test_of_a_large_table_its_last_rows_tell_as_well(self, build: Build) -> None:
        database = build(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, status TEXT);"
            f"INSERT INTO t SELECT n, iif(n < 40000, 'old', 'new') FROM ({numbers(40_005)})"
        )
        assert values(database) == {("t", "status"): ("new", "old")}

    def test_neither_null_nor_the_empty_text_is_one(self, build: Build) -> None:
        database = build("CREATE TABLE t (kind TEXT); INSERT INTO t VALUES (NULL), (''), ('a')")
        assert values(database) == {("t", "kind"): ("a",)}

    def test_no_more_than_twenty(self, build: Build) -> None:
        database = build(
            "CREATE TABLE t (few TEXT, many TEXT);"
            f"INSERT INTO t SELECT 'v' || (n % 20), 'v' || (n % 21) FROM ({numbers(90)})"
        )
        assert [column for _, column in values(database)] == ["few"]

    def test_no_long_ones(self, build: Build) -> None:
        database = build(
            f"CREATE TABLE t (short TEXT, long TEXT);INSERT INTO t VALUES ('{'ab ' * 20}', '{'ab ' * 20}c'), ('a', 'a')"
        )
        assert [column for _, column in values(database)] == ["short"]

    def test_no_mail_addresses_numbers_and_keys_whatever_the_column_is_called(self, build: Build) -> None:
        database = build(
            "CREATE TABLE t (a TEXT, b TEXT, c TEXT, d TEXT);"
            "INSERT INTO t VALUES ('ada@shop.example', '+49 30 1234567', 'd41d8cd98f00b204e9800998ecf8427e', 'fine')"
        )
        assert values(database) == {("t", "d"): ("fine",)}

    def test_no_text_that_breaks_the_line(self, build: Build) -> None:
        assert values(build("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x' || char(10) || 'y')")) == {}

    def test_not_of_views(self, build: Build) -> None:
        database = build("CREATE TABLE t (a INT); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT 'x' AS a FROM t")
        assert values(database) == {}
