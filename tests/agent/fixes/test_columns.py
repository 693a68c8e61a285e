"""A column that is not there, where only one other can be meant."""

from __future__ import annotations

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

TOWNS: Rows = [("Bonn",), ("Ulm",), ("Ulm",)]
NAMES: Rows = [("Ann",), ("Bob",), ("Cy",)]
MEANT: list[tuple[str, Rows]] = [
    ("SELECT d.town FROM drivers d JOIN depots p ON d.depot_id = p.id", TOWNS),
    ("SELECT x.town FROM drivers d JOIN depots p ON d.depot_id = p.id", TOWNS),
    ("SELECT x.town FROM depots p JOIN drivers d ON d.depot_id = p.id ORDER BY p.town", TOWNS),
    ("SELECT depots.town FROM drivers d JOIN depots p ON d.depot_id = p.id", TOWNS),
    ("SELECT depot.town FROM drivers d JOIN depots ON d.depot_id = depots.id", TOWNS),
    ("SELECT fullname FROM drivers", NAMES),
    ("SELECT d.full_names FROM drivers AS d", NAMES),
    ('SELECT "Fullname" FROM drivers', NAMES),
    (
        "SELECT full_name FROM drivers d WHERE EXISTS (SELECT 1 FROM trips t WHERE t.driver_id = drivers.driver_id)",
        NAMES[:2],
    ),
    (
        "WITH f AS (SELECT driver_id AS who, km FROM trips WHERE km > 50) "
        "SELECT d.km FROM drivers d JOIN f ON f.who = d.driver_id",
        [(100,), (51,)],
    ),
    ('SELECT km FROM trips WHERE status = "open"', [(51,)]),
    ('SELECT km FROM trips WHERE status IN ("open", "gone")', [(51,)]),
]
TWO_WAYS = [
    "SELECT name FROM drivers",
    "SELECT d.name FROM drivers d",
    "SELECT x.driver_id FROM trips t CROSS JOIN drivers d",
    "SELECT a.km FROM trips t JOIN trips u ON t.trip_id = u.trip_id",
    "SELECT driver_id FROM trips WHERE trip = 1",
    "SELECT nothing_like_it FROM trips",
    "SELECT t.km / u.km FROM trips t",
]


@pytest.mark.parametrize(("sql", "rows"), MEANT)
def test_the_only_column_that_can_be_meant_is_written(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize("sql", TWO_WAYS)
def test_where_there_are_two_ways_nothing_is_changed(yard: Database, sql: str) -> None:
    assert put_right(yard, sql) is None


def test_the_rest_of_the_statement_stays_as_it_was_written(yard: Database) -> None:
    fix = put_right(yard, "select  D.town -- where\nfrom drivers D\njoin depots P on D.depot_id=P.id")
    assert fix
    assert fix.sql == "select  P.town -- where\nfrom drivers D\njoin depots P on D.depot_id=P.id"
    assert fix.why == "D.town does not exist, and so the only column that can be meant was written: P.town."


def test_a_name_in_another_case_is_quoted_where_it_has_to_be(on_postgres: Database) -> None:
    assert rows_in_the_end(on_postgres, "SELECT unitPrice FROM side.parts") == [(5,)]


AMBIGUOUS: list[tuple[str, Rows]] = [
    ("SELECT driver_id, km FROM trips t JOIN drivers d ON t.driver_id = d.driver_id WHERE driver_id = 2", [(2, 30)]),
    ("SELECT driver_id, km FROM trips t, drivers d WHERE t.driver_id = d.driver_id AND driver_id = 2", [(2, 30)]),
    ("SELECT driver_id FROM drivers d LEFT JOIN trips t ON t.driver_id = d.driver_id WHERE km IS NULL", [(3,)]),
]


@pytest.mark.parametrize(("sql", "rows"), AMBIGUOUS)
def test_of_columns_that_a_join_makes_equal_the_first_is_written(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT driver_id FROM trips t CROSS JOIN drivers d",
        "SELECT driver_id FROM trips t JOIN drivers d ON t.driver_id <> d.driver_id",
        "SELECT driver_id FROM trips t FULL JOIN drivers d ON t.driver_id = d.driver_id",
    ],
)
def test_an_ambiguous_column_that_may_differ_stays(on_postgres: Database, sql: str) -> None:
    assert put_right(on_postgres, sql) is None


OUTPUTS: list[tuple[str, Rows]] = [
    ("SELECT status, SUM(km) AS total FROM trips GROUP BY status HAVING total > 60", [("done", 130)]),
    ("SELECT status, SUM(km) AS total FROM trips WHERE total > 60 GROUP BY status", [("done", 130)]),
    ("SELECT full_name, salary / 10 AS tithe FROM drivers WHERE tithe > 250", [("Ann", 300)]),
    ("SELECT status, SUM(km) AS total FROM trips GROUP BY status ORDER BY total / 2", [("done", 130), ("open", 51)]),
]


OUTPUTS_IN_BOTH: list[tuple[str, Rows]] = [
    (
        "SELECT status, SUM(km) AS total_km FROM trips t GROUP BY status ORDER BY t.total_km",
        [("done", 130), ("open", 51)],
    ),
    ("SELECT status, SUM(km) AS total_km FROM trips GROUP BY status ORDER BY totalkm", [("done", 130), ("open", 51)]),
    (
        "SELECT status, SUM(km) AS total_km FROM trips t GROUP BY t.status ORDER BY x.total_km",
        [("done", 130), ("open", 51)],
    ),
]


@pytest.mark.parametrize(("sql", "rows"), OUTPUTS_IN_BOTH)
def test_an_output_is_no_column_of_a_table(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize(("sql", "rows"), OUTPUTS)
def test_the_name_of_an_output_is_replaced_by_what_it_stands_for(on_postgres: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(on_postgres, sql) == rows
