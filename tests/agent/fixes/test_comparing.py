"""Values of different types that PostgreSQL does not compare."""

from __future__ import annotations

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

MEANT: list[tuple[str, Rows]] = [
    ("SELECT full_name FROM drivers WHERE badge = 7", [("Ann",)]),
    ("SELECT full_name FROM drivers WHERE badge IN (7, 8)", [("Ann",), ("Bob",)]),
    ("SELECT town FROM depots WHERE is_open = 1", [("Ulm",)]),
    ("SELECT town FROM depots WHERE is_open <> 1", [("Bonn",)]),
    ("SELECT full_name FROM drivers WHERE salary LIKE '2%'", [("Bob",)]),
    ("SELECT km FROM trips WHERE started LIKE '2024-02%'", [(30,), (51,)]),
    ("SELECT km FROM trips WHERE TO_CHAR(started, 'YYYY') >= 2024 AND km > 50", [(100,), (51,)]),
]


@pytest.mark.parametrize(("sql", "rows"), MEANT)
def test_the_literal_is_written_as_the_column_is(on_postgres: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(on_postgres, sql) == rows


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM drivers WHERE badge > 7", "SELECT * FROM drivers JOIN trips ON badge = trip_id"]
)
def test_an_order_that_differs_between_texts_and_numbers_stays(on_postgres: Database, sql: str) -> None:
    assert put_right(on_postgres, sql) is None
