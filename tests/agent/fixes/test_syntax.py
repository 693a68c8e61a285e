"""More than one statement, and words behind it."""

from __future__ import annotations

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import put_right, rows_in_the_end

BEHIND = [
    "SELECT km FROM trips WHERE km > 60; SELECT 1",
    "SELECT km FROM trips WHERE km > 60; This gives the long trips.",
    "SELECT km FROM trips WHERE km > 60;\n\nIt's what you asked for.",
    "SELECT km FROM trips WHERE km > 60\n\nThis query gives the long trips.",
    "SELECT km FROM trips\n\nWHERE km > 60\nThis query gives the long trips.",
    "SELECT km FROM trips WHERE km > 60\n\n**Explanation:** it's about the long trips.",
    "SELECT km FROM trips WHERE km > 60\n```\nThe long trips.",
]


@pytest.mark.parametrize("sql", BEHIND)
def test_what_stands_behind_a_whole_statement_is_left_out(yard: Database, sql: str) -> None:
    assert rows_in_the_end(yard, sql) == [(100,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT km FROM trips\n\nWHERE km = = 60",
        "SELECT km FROM trips\nWhere km = = 60",
        "DELETE FROM trips; SELECT 1",
        "SELECT FROM WHERE",
        "SELECT km FROM",
        "DROP TABLE trips",
    ],
)
def test_no_statement_is_made_of_what_is_none(yard: Database, sql: str) -> None:
    assert put_right(yard, sql) is None
