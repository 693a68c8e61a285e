"""Statements that run and surely give wrong numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.fixes import improved
from datasources.engine import Database

RATIOS = [
    ("SELECT 100 * SUM(CASE WHEN status = 'done' THEN 1 ELSE 0 END) / COUNT(*) FROM trips", 66.667),
    ("SELECT COUNT(DISTINCT driver_id) / COUNT(*) FROM trips", 0.667),
    ("SELECT ROUND(SUM(km) / COUNT(*), 2) FROM trips", 60.33),
    ("SELECT AVG(fare / km) FROM trips", 0.441),
    ("SELECT SUM(fare) / NULLIF(SUM(km), 0) * 100 FROM trips", 43.094),
    ("SELECT COUNT(*) * 100 / (SELECT COUNT(*) FROM trips) FROM trips WHERE km > 40", 66.667),
    ("WITH s AS (SELECT SUM(fare) AS f, COUNT(*) AS n FROM trips) SELECT f / n FROM s", 26.0),
    ("WITH s AS (SELECT COUNT(*) AS n, SUM(km) AS k FROM trips) SELECT s.n / s.k FROM s", 0.017),
]
LEFT_ALONE = [
    "SELECT km / 10 * 10, COUNT(*) FROM trips GROUP BY 1",
    "SELECT SUM(km) / 60 FROM trips",
    "SELECT CAST(SUM(km) / COUNT(*) AS INTEGER) FROM trips",
    "SELECT SUM(km) * 1.0 / COUNT(*) FROM trips",
    "SELECT SUM(rating) / COUNT(*) FROM drivers",
    "SELECT km / fare FROM trips",
    "SELECT AVG(rating / salary) FROM drivers",
    "SELECT 'a / b', COUNT(*) FROM trips",
]


@pytest.mark.parametrize(("sql", "number"), RATIOS)
def test_a_ratio_of_whole_numbers_is_divided_exactly(yard: Database, sql: str, number: float) -> None:
    fix = improved(sql, yard.schema(), yard.dialect)
    assert fix
    [[cell]] = yard.execute(fix.sql).rows
    assert isinstance(cell, float | Decimal)
    assert float(cell) == pytest.approx(number, abs=0.001)
    assert improved(fix.sql, yard.schema(), yard.dialect) is None


@pytest.mark.parametrize("sql", LEFT_ALONE)
def test_a_division_that_may_be_meant_stays(yard: Database, sql: str) -> None:
    assert improved(sql, yard.schema(), yard.dialect) is None


def test_what_postgres_adds_up_exactly_is_divided_exactly(on_postgres: Database) -> None:
    sql = "SELECT SUM(n) / COUNT(*) FROM (SELECT COUNT(*) AS n FROM trips GROUP BY status) AS s"
    assert improved(sql, on_postgres.schema(), "postgres") is None


SQLITE_TEXTS = [
    ("SELECT km FROM trips WHERE strftime('%Y', started) = 2024 AND strftime('%m', started) = 1", 100),
    ("SELECT km FROM trips WHERE substr(started, 6, 2) BETWEEN 1 AND 1", 100),
    ("SELECT MAX(CAST(started AS DATE)) FROM trips", "2024-02-06"),
]


@pytest.mark.parametrize(("sql", "cell"), SQLITE_TEXTS)
def test_sqlite_compares_numbers_and_casts_dates(on_sqlite: Database, sql: str, cell: object) -> None:
    fix = improved(sql, on_sqlite.schema(), "sqlite")
    assert fix
    assert on_sqlite.execute(fix.sql).rows == ((cell,),)


def test_a_text_that_may_be_a_year_is_cast_as_it_was(on_sqlite: Database) -> None:
    assert improved("SELECT CAST(badge AS DATE) FROM drivers", on_sqlite.schema(), "sqlite") is None
