"""What belongs into GROUP BY or HAVING."""

from __future__ import annotations

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

IN_BOTH: list[tuple[str, Rows]] = [
    ("SELECT driver_id FROM trips WHERE SUM(km) > 100 GROUP BY driver_id", [(1,)]),
    ("SELECT driver_id FROM trips WHERE km > 20 AND COUNT(*) > 1 GROUP BY driver_id ORDER BY 1", [(1,)]),
    ("SELECT driver_id, SUM(km) FROM trips WHERE SUM(km) > 100", [(1, 151)]),
    ("SELECT status, SUM(km) AS total FROM trips WHERE total > 60 GROUP BY status", [("done", 130)]),
    ("SELECT status, COUNT(*) AS n FROM trips GROUP BY status, n", [("done", 2), ("open", 1)]),
    ("SELECT status, COUNT(*) FROM trips GROUP BY 1, 2", [("done", 2), ("open", 1)]),
]
IN_POSTGRES: list[tuple[str, Rows]] = [
    ("SELECT status, COUNT(*) FROM trips", [("done", 2), ("open", 1)]),
    ("SELECT status, COUNT(*) FROM trips WHERE km > 40 ORDER BY 2 LIMIT 5", [("done", 1), ("open", 1)]),
    (
        "SELECT d.full_name, d.salary, COUNT(*) FROM drivers d JOIN trips t ON t.driver_id = d.driver_id "
        "GROUP BY d.full_name ORDER BY 1",
        [("Ann", 3000, 2), ("Bob", 2000, 1)],
    ),
    (
        "SELECT salary / 1000 AS k, is_open, COUNT(*) FROM drivers JOIN depots ON depot_id = id GROUP BY k",
        [(1, True, 1), (2, False, 1), (3, True, 1)],
    ),
    ("SELECT status FROM trips HAVING COUNT(*) > 1", [("done",)]),
]
TWO_WAYS = [
    "SELECT full_name FROM drivers WHERE salary > AVG(salary)",
    "SELECT MAX(COUNT(*)) FROM trips",
    "SELECT * FROM trips WHERE SUM(km) > 1",
]
TWO_WAYS_IN_POSTGRES = [
    "SELECT status, MAX(km) FROM trips",
    "SELECT status, km, MAX(started) FROM trips GROUP BY status",
    "SELECT trip_id, status, COUNT(*) FROM trips GROUP BY status",
    "SELECT status, COUNT(*) FROM trips GROUP BY status ORDER BY started",
]


@pytest.mark.parametrize(("sql", "rows"), IN_BOTH)
def test_aggregates_are_taken_out_of_where_and_group_by(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize(("sql", "rows"), IN_POSTGRES)
def test_what_is_selected_beside_aggregates_is_grouped(on_postgres: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(on_postgres, sql) == rows


@pytest.mark.parametrize("sql", TWO_WAYS)
def test_another_question_stays(yard: Database, sql: str) -> None:
    assert put_right(yard, sql) is None


@pytest.mark.parametrize("sql", TWO_WAYS_IN_POSTGRES)
def test_where_a_row_or_a_group_can_be_meant_nothing_is_grouped(on_postgres: Database, sql: str) -> None:
    assert put_right(on_postgres, sql) is None


def test_having_without_anything_to_aggregate_is_a_where(on_sqlite: Database) -> None:
    assert rows_in_the_end(on_sqlite, "SELECT full_name FROM drivers HAVING salary > 1500") == [("Ann",), ("Bob",)]
