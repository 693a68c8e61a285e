"""What the next attempt is told about a failure, beyond its hint."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import ErrorClass, classify_error
from agent.repair_facts import MOST_CHARACTERS, facts_for
from datasources.engine import Limits, SqliteDatabase
from datasources.errors import SQLError
from datasources.introspect import Column, Schema, Table

SCRIPT = """
CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT, region TEXT);
CREATE TABLE stations (id INTEGER PRIMARY KEY, town_id INTEGER REFERENCES towns (id), label TEXT);
CREATE TABLE readings (id INTEGER PRIMARY KEY, station_id INTEGER REFERENCES stations (id), degrees REAL);
INSERT INTO towns VALUES (1, 'Überlingen', 'South'), (2, 'Kiel', 'North'), (3, 'Lindau Harbour', 'South');
"""
EMPTY = "The query ran, but found no rows."


@pytest.fixture
def weather(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with closing(sqlite3.connect(tmp_path / "weather.sqlite3")) as connection:
        connection.executescript(SCRIPT)
    database = SqliteDatabase(tmp_path / "weather.sqlite3", Limits(seconds=10))
    yield database
    database.close()


def _told(database: SqliteDatabase, sql: str, question: str = "") -> str:
    schema = database.schema()
    try:
        database.execute(sql)
    except SQLError as failure:
        error_class = classify_error(failure, "sqlite")
        return facts_for(error_class, failure.message, sql, question, database, schema, "sqlite")
    return facts_for(ErrorClass.EMPTY_RESULT, EMPTY, sql, question, database, schema, "sqlite")


def test_how_to_reach_the_table_that_has_the_column(weather: SqliteDatabase) -> None:
    told = _told(weather, "SELECT r.degrees, r.region FROM readings r")
    assert told.startswith("The column region is in towns. Join that table.")
    assert told.endswith("towns is joined by readings.station_id = stations.id AND stations.town_id = towns.id.")


def test_how_to_reach_a_table_that_is_not_in_from(weather: SqliteDatabase) -> None:
    told = _told(weather, "SELECT degrees FROM readings WHERE stations.label = 'x'")
    assert "stations is joined by readings.station_id = stations.id." in told


def test_the_hint_comes_first(weather: SqliteDatabase) -> None:
    assert _told(weather, "SELECT YEAR(degrees) FROM readings").startswith("SQLite has no YEAR(): use strftime")


NEAR = [
    ("SELECT * FROM towns WHERE name = 'kiel'", "towns.name has no 'kiel', but 'Kiel'."),
    ("SELECT * FROM towns WHERE name = 'Lindau'", "towns.name has no 'Lindau', but 'Lindau Harbour'."),
    ("SELECT * FROM towns WHERE name = 'Uberlingen'", "towns.name has no 'Uberlingen', but 'Überlingen'."),
    ("SELECT * FROM towns t WHERE t.name IN ('Kielt')", "towns.name has no 'Kielt', but 'Kiel'."),
]


@pytest.mark.parametrize(("sql", "told"), NEAR)
def test_a_text_that_is_nowhere_is_told_its_nearest(weather: SqliteDatabase, sql: str, told: str) -> None:
    assert _told(weather, sql).startswith(told)


@pytest.mark.parametrize("text", ["Kiel", "Zanzibar"])
def test_of_a_text_that_is_there_or_like_none_nothing_is_told(weather: SqliteDatabase, text: str) -> None:
    assert "towns.name has no" not in _told(weather, f"SELECT * FROM towns WHERE name = '{text}' AND id = 0")


def test_what_the_schema_knows_of_a_column_needs_no_database() -> None:
    column = Column("state", "text", values=("in transit", "delivered"))
    schema = Schema((Table("parcels", (column, Column("id", "int"))),))
    sql = "SELECT * FROM parcels WHERE state = 'In-Transit'"
    told = facts_for(ErrorClass.EMPTY_RESULT, EMPTY, sql, "", None, schema, "sqlite")
    assert told.startswith("parcels.state has no 'In-Transit', but 'in transit'.")


def test_a_text_may_be_in_another_column() -> None:
    columns = (Column("city", "text", values=("Bern",)), Column("country", "text", values=("France",)))
    sql = "SELECT * FROM shops WHERE city = 'France'"
    told = facts_for(ErrorClass.EMPTY_RESULT, EMPTY, sql, "", None, Schema((Table("shops", columns),)), "sqlite")
    assert "'France' is in shops.country." in told


def test_a_database_that_fails_tells_nothing(tmp_path: Path, weather: SqliteDatabase) -> None:
    gone = SqliteDatabase(tmp_path / "gone.sqlite3")
    sql = "SELECT * FROM towns WHERE name = 'kiel'"
    told = facts_for(ErrorClass.EMPTY_RESULT, EMPTY, sql, "", gone, weather.schema(), "sqlite")
    assert told == "The conditions compare with 'kiel': the data may spell it otherwise."
    gone.close()


def test_a_database_that_takes_long_is_not_waited_for(tmp_path: Path, weather: SqliteDatabase) -> None:
    slow = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT CAST(x AS TEXT) AS name FROM n"
    with closing(sqlite3.connect(tmp_path / "weather.sqlite3")) as connection:
        connection.execute(f"CREATE VIEW endless AS {slow}")
    sql = "SELECT * FROM endless WHERE name = 'x'"
    assert "has no" not in facts_for(ErrorClass.EMPTY_RESULT, EMPTY, sql, "", weather, weather.schema(), "sqlite")


def test_it_is_never_long(weather: SqliteDatabase) -> None:
    columns = tuple(Column(f"a_rather_long_name_{number}", "int") for number in range(40))
    schema = Schema(tuple(Table(f"table_{number}", columns) for number in range(4)))
    sql = "SELECT nothing FROM table_0, table_1, table_2, table_3"
    told = facts_for(ErrorClass.NO_SUCH_COLUMN, "no such column: nothing", sql, "", None, schema, "sqlite")
    assert len(told) <= MOST_CHARACTERS
    assert told.startswith("No table has a column nothing.")
