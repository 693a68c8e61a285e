"""A table that is too wide for the room comes with the columns that matter."""

import sqlite3

import pytest

from agent.budget import Budget, tokens
from agent.definitions import Definitions
from agent.prompt import Prompt
from agent.stems import stems
from datasources.introspect import Column, ForeignKey, Schema, Table

MEASURES = tuple(Column(f"measure_{number}", "REAL") for number in range(400))
READINGS = Table(
    "readings",
    (Column("id", "INTEGER"), *MEASURES, Column("sensor_id", "INTEGER"), Column("humidity", "REAL")),
    primary_key=("id",),
    foreign_keys=(ForeignKey(("sensor_id",), "sensors", ("id",)),),
    comment="One row a minute",
)
SENSORS = Table("sensors", (Column("id", "INTEGER"), Column("place", "TEXT")), ("id",))
SCHEMA = Schema((READINGS, SENSORS))
ROOM = 800


@pytest.fixture
def text() -> str:
    return Definitions(SCHEMA, "sqlite", ROOM, stems("What is the average humidity?")).of(READINGS)


def test_it_has_its_keys_and_what_is_asked_about(text: str) -> None:
    assert "id INTEGER PRIMARY KEY" in text
    assert "FOREIGN KEY (sensor_id) REFERENCES sensors (id)" in text
    assert "humidity REAL" in text


def test_it_says_how_many_columns_are_not_shown(text: str) -> None:
    shown = text.count(" REAL")
    assert f"-- {402 - 1 - shown} more columns are not shown. One row a minute" in text


def test_it_takes_no_more_than_its_share(text: str) -> None:
    assert ROOM / 4 < tokens(text) <= ROOM / 2


def test_it_is_a_statement_that_runs(text: str) -> None:
    sqlite3.connect(":memory:").execute(text)


def test_a_table_that_fits_is_whole() -> None:
    assert Definitions(SCHEMA, "sqlite", ROOM).of(SENSORS) == SCHEMA.statements("sqlite")["sensors"]


def test_a_question_about_a_wide_table_brings_it() -> None:
    asked_with = Prompt.of(SCHEMA, "sqlite", "", "", Budget.of(4096))
    asked = asked_with.opening([], "What is the average humidity of the readings?")[-1].content
    assert "humidity REAL" in asked
    assert tokens(asked) < Budget.of(4096).tables + 60


def test_a_column_that_is_missing_is_shown_with_the_repair() -> None:
    asked_with = Prompt.of(SCHEMA, "sqlite", "", "", Budget.of(4096))
    shown = asked_with.opening([], "What is the average humidity of the readings?")[-1].content
    assert "measure_399 " not in shown
    sql = "SELECT AVG(r.measure_399) FROM sensors AS r"
    assert "measure_399 REAL" in asked_with.tables_for_repair(sql, "no such column: r.measure_399", shown)
