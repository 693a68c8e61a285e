"""A column of a table that is not in FROM."""

from __future__ import annotations

import pytest

from agent.errors import ErrorClass
from agent.fixes import fixed
from datasources.engine import Database
from datasources.introspect import Column, ForeignKey, Schema, Table
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

KM: Rows = [(100, "Ann"), (30, "Bob"), (51, "Ann")]
MEANT: list[tuple[str, Rows]] = [
    ("SELECT km, full_name FROM trips", KM),
    ("SELECT t.km, d.full_name FROM trips t", KM),
    ("SELECT t.km, drivers.full_name FROM trips t", KM),
    (
        "SELECT t.km, d.full_name FROM trips t WHERE t.km > 40 AND d.salary > 2500 ORDER BY t.km",
        [(100, "Ann"), (51, "Ann")],
    ),
    ("SELECT driver_id, full_name FROM trips WHERE km = 30", [(2, "Bob")]),
    ("SELECT p.town, COUNT(*) FROM drivers d GROUP BY p.town HAVING COUNT(*) > 1", [("Ulm", 2)]),
    ("SELECT d.full_name, p.town FROM trips t JOIN drivers d ON d.driver_id = t.driver_id LIMIT 1", [("Ann", "Ulm")]),
    ("SELECT d.full_name, SUM(trips.km) FROM drivers d GROUP BY d.full_name", [("Ann", 151), ("Bob", 30)]),
    ("SELECT t.km FROM trips t WHERE t.km IN (SELECT u.km FROM trips u WHERE d.full_name = 'Bob')", [(30,)]),
]
TWO_WAYS = [
    "SELECT amount, full_name FROM fines",  # the giver's or the taker's
    "SELECT town FROM trips",  # over another table
    "SELECT full_name, km FROM drivers",  # a driver's rows would multiply
    "SELECT SUM(d.salary), SUM(trips.km) FROM drivers d",
    "SELECT COUNT(*) FROM drivers d WHERE trips.km > 1",
    "SELECT *, full_name FROM trips",
    "SELECT t.km, d.full_name FROM trips t, depots p",
]


@pytest.mark.parametrize(("sql", "rows"), MEANT)
def test_the_only_table_that_has_it_and_is_one_step_away_is_joined(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize("sql", TWO_WAYS)
def test_where_there_are_two_ways_nothing_is_joined(yard: Database, sql: str) -> None:
    assert put_right(yard, sql) is None


def test_what_a_left_join_may_lack_keeps_its_rows(yard: Database) -> None:
    sql = "SELECT t.km, p.town FROM trips t LEFT JOIN drivers d ON d.driver_id = t.driver_id AND d.salary > 2500"
    assert rows_in_the_end(yard, sql) == [(100, "Ulm"), (30, None), (51, "Ulm")]


def test_the_join_is_told(yard: Database) -> None:
    fix = put_right(yard, "SELECT km, full_name FROM trips")
    assert fix
    assert fix.why == "drivers was joined by trips.driver_id = drivers.driver_id, because full_name is there."


def test_keys_that_nobody_declared_are_followed_where_they_are_evident() -> None:
    papers = Table("papers", (Column("paper_id", "int"), Column("heading", "text")))
    pages = Table("pages", (Column("id", "int"), Column("paper_id", "int"), Column("width", "int")), ("id",))
    sql, message = "SELECT width, heading FROM pages", "no such column: heading"
    fix = fixed(sql, ErrorClass.NO_SUCH_COLUMN, message, Schema((pages, papers)), "sqlite")
    assert fix
    assert fix.sql == "SELECT width, papers.heading FROM pages JOIN papers ON pages.paper_id = papers.paper_id"


def test_a_table_with_a_name_like_it_may_have_been_meant() -> None:
    makers = Table("makers", (Column("id", "int"), Column("name", "text")), ("id",))
    key = ForeignKey(("maker_id",), "makers", ("id",))
    toys = Table("toys", (Column("id", "int"), Column("toy_title", "text"), Column("maker_id", "int")), ("id",), (key,))
    others = Schema((makers, toys))
    assert (
        fixed("SELECT t.name FROM toys t", ErrorClass.NO_SUCH_COLUMN, "no such column: t.name", others, "sqlite")
        is None
    )
