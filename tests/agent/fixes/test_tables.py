"""A table that is not there under the name that was written."""

from __future__ import annotations

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

MEANT: list[tuple[str, Rows]] = [
    ("SELECT driver.full_name FROM driver WHERE driver.salary > 2000", [("Ann",)]),
    ("SELECT full_name FROM driver JOIN Depot ON driver.depot_id = depot.id WHERE depot.town = 'Bonn'", [("Bob",)]),
    ('SELECT COUNT(*) FROM "Trip"', [(3,)]),
    ("SELECT COUNT(*) FROM yard.trips", [(3,)]),
    ("WITH far_trips AS (SELECT * FROM trips WHERE km > 50) SELECT COUNT(*) FROM fartrips", [(2,)]),
]


@pytest.mark.parametrize(("sql", "rows"), MEANT)
def test_the_only_table_that_can_be_meant_is_written(yard: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(yard, sql) == rows


@pytest.mark.parametrize("sql", ["SELECT * FROM people", "SELECT * FROM t", "SELECT d FROM drive"])
def test_a_table_that_is_like_none_stays(yard: Database, sql: str) -> None:
    assert put_right(yard, sql) is None


def test_a_table_is_found_in_the_schema_that_has_it(on_postgres: Database) -> None:
    assert rows_in_the_end(on_postgres, 'SELECT parts."unitPrice" FROM parts') == [(5,)]
