"""What a value index is made of: read from real databases, within its bounds."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from datasources import index_reading
from datasources.catalogues import distinct
from datasources.engine import DuckdbDatabase, Limits, ServerDatabase, SqliteDatabase
from datasources.index_reading import columns_worth_reading, fitting, names_among, read_index
from datasources.introspect import Column, ForeignKey, Schema, Table
from datasources.private_columns import Privacy
from tests.mariadb import MariadbServer
from tests.postgres import OpenPostgres, PostgresServer

Build = Callable[[str], SqliteDatabase]
SCRIPT = """
CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR(40), zone TEXT, code CHAR(4), note TEXT, born INT, pin TEXT);
INSERT INTO city VALUES (1, 'New York', 'East', 'NY', 'large', 1, 'aa'), (2, 'Oslo', 'North', 'OS ', 'cold', 2, 'bb');
INSERT INTO city VALUES (3, 'Oslo', NULL, '', '', 3, 'cc');
CREATE VIEW cities AS SELECT name FROM city;
"""


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


def read(database: SqliteDatabase | DuckdbDatabase) -> dict[tuple[str, str], tuple[str, ...]]:
    return read_index(database, Privacy().marked(database.schema()), lambda words: None).found


def text(name: str, type_: str = "text") -> Column:
    return Column(name, type_)


def test_names_of_text_columns_are_read_and_private_ones_are_not(build: Build) -> None:
    assert read(build(SCRIPT)) == {
        ("city", "name"): ("New York", "Oslo"),
        ("city", "zone"): ("East", "North"),
        ("city", "code"): ("NY", "OS"),
    }


def test_duckdb_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "some.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE city (name VARCHAR, code ENUM('NY', 'OS'), names VARCHAR[], pin VARCHAR)")
        connection.execute("INSERT INTO city VALUES ('New York', 'NY', ['a'], 'b'), ('Oslo', 'OS', NULL, 'c')")
    with closing(DuckdbDatabase(path)) as database:
        found = read(database)
    assert found == {("city", "name"): ("New York", "Oslo"), ("city", "code"): ("NY", "OS")}


def test_postgresql_gives_the_same_from_every_schema(postgres: PostgresServer, open_postgres: OpenPostgres) -> None:
    postgres.run(
        'CREATE SCHEMA "Own Place"; GRANT USAGE ON SCHEMA "Own Place" TO reader;'
        'CREATE TABLE "Own Place"."Shop" ("The Title" varchar(20), code char(4), tags text[], api_key text);'
        """INSERT INTO "Own Place"."Shop" VALUES ('Åre', 'SE', '{x}', 'k'), ('O''Fallon', 'US', '{}', 'l');"""
        'GRANT SELECT ON "Own Place"."Shop" TO reader'
    )
    try:
        database = open_postgres(seconds=10)
        found = read_index(database, Privacy().marked(database.schema()), lambda words: None).found
    finally:
        postgres.run('DROP SCHEMA "Own Place" CASCADE')
    assert found["Own Place.Shop", "The Title"] == ("O'Fallon", "Åre")
    assert found["Own Place.Shop", "code"] == ("SE", "US")
    assert {column for table, column in found if table == "Own Place.Shop"} == {"The Title", "code"}
    assert "Ada" in found["authors", "name"]


def test_mysql_gives_the_same(mariadb: MariadbServer) -> None:
    with closing(ServerDatabase(mariadb.address(mariadb.reader), ["127.0.0.1"], Limits(seconds=10))) as database:
        found = read_index(database, Privacy().marked(database.schema()), lambda words: None).found
    assert found["authors", "name"] == ("Ada", "Ben")
    assert found["; drop", "select"] == ("x",)


def test_columns_with_names_come_first_and_those_that_refer_to_others_last() -> None:
    shop = Table(
        "shop",
        (text("about"), text("town"), text("kind_id"), text("city"), text("homepage_url"), text("size", "int")),
        foreign_keys=(ForeignKey(("city",), "c", ("name",)),),
    )
    assert columns_worth_reading(Schema((shop,))) == [("shop", "town"), ("shop", "about"), ("shop", "city")]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (["New York", "a\nb", "12", "7"], ("New York",)),
        (["2020-01-01", "never"], ()),
        (["Ann", "ann@example.org"], ()),
        (["+1 555 123 4567", "Ann"], ()),
        (["a" * 41, "b" * 50], ()),
        (["a" * 70, "b"], ("a" * 70, "b")),
        ([], ()),
    ],
)
def test_what_could_not_be_named_is_left_out(values: list[str], kept: tuple[str, ...]) -> None:
    assert names_among(values) == kept


def test_a_column_of_too_many_values_has_none(build: Build) -> None:
    many = distinct.MOST_VALUES + 1
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
    database = build(
        f"CREATE TABLE t (name TEXT, city TEXT);"
        f"INSERT INTO t {numbers} SELECT 'name ' || i, 'city ' || (i % {many - 1}) FROM n"
    )
    found = read(database)
    assert ("t", "name") not in found
    assert len(found["t", "city"]) == distinct.MOST_VALUES


def test_of_a_large_table_the_first_and_the_last_rows_are_read(build: Build) -> None:
    rows = distinct.ROWS * 2 + 10
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
    database = build(
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);"
        f"INSERT INTO t {numbers} SELECT i, CASE i WHEN 1 THEN 'first' WHEN {rows} THEN 'last' "
        f"WHEN {distinct.ROWS + 5} THEN 'middle' ELSE 'other' END FROM n"
    )
    assert read(database) == {("t", "name"): ("first", "last", "other")}


def test_a_long_value_is_left_out(build: Build) -> None:
    long = "x" * (distinct.LONGEST_VALUE + 1)
    assert read(build(f"CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('{long}'), ('y')")) == {("t", "name"): ("y",)}


def test_a_column_that_finds_no_room_is_left_out_and_a_smaller_one_kept() -> None:
    most = index_reading.MOST_VALUES
    many = {("t", "a"): ("x",) * (most - 1), ("t", "b"): ("x", "y"), ("t", "c"): ("z",)}
    assert list(fitting(many)) == [("t", "a"), ("t", "c")]


def test_bytes_are_counted_too() -> None:
    half = "é" * (index_reading.MOST_BYTES // 4)
    found = {("t", "a"): (half,), ("t", "b"): (half, "x"), ("t", "c"): (half,)}
    assert list(fitting(found)) == [("t", "a"), ("t", "c")]


def test_a_column_that_cannot_be_read_does_not_take_the_others_with_it(build: Build) -> None:
    database = build(
        "CREATE TABLE t (a INT, city TEXT, name TEXT AS (zeroblob(a)) VIRTUAL, town TEXT);"
        "INSERT INTO t (a, city, town) VALUES (1, 'Oslo', 'Bern')"
    )
    assert read(database) == {("t", "city"): ("Oslo",), ("t", "town"): ("Bern",)}


def test_a_database_that_is_gone_leaves_what_was_not_reached(build: Build) -> None:
    database = build(SCRIPT)
    schema = Privacy().marked(database.schema())
    database.close()
    reading = read_index(database, schema, lambda words: None)
    assert reading.found == {}
    assert ("city", "name") in reading.left


def test_it_says_how_far_it_is(build: Build) -> None:
    said: list[str] = []
    database = build("".join(f"CREATE TABLE t{n:02} (name TEXT);" for n in range(60)))
    read_index(database, database.schema(), said.append)
    assert said == ["Looking at values: 0 of 60 columns", "Looking at values: 50 of 60 columns"]
