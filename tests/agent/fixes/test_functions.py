"""Functions and words of another dialect."""

from __future__ import annotations

from decimal import Decimal

import pytest

from datasources.engine import Database
from tests.agent.fixes.putting_right import Rows, put_right, rows_in_the_end

BY_MONTH: Rows = [("2024-01", 1), ("2024-02", 2)]
FOR_SQLITE: list[tuple[str, Rows]] = [
    ("SELECT EXTRACT(YEAR FROM started), COUNT(*) FROM trips GROUP BY 1", [(2024, 3)]),
    ("SELECT DATE_PART('month', started), COUNT(*) FROM trips GROUP BY 1", [(1, 1), (2, 2)]),
    ("SELECT COUNT(*) FROM trips WHERE YEAR(started) = 2024 AND MONTH(started) = 2", [(2,)]),
    ("SELECT QUARTER(opened) FROM depots", [(1,), (4,)]),
    ("SELECT DATE_TRUNC('month', started), SUM(km) FROM trips GROUP BY 1", [("2024-01-01", 100), ("2024-02-01", 81)]),
    ("SELECT DATE_TRUNC('week', started) FROM trips WHERE trip_id = 3", [("2024-02-05",)]),
    ("SELECT TO_CHAR(started, 'YYYY-MM'), COUNT(*) FROM trips GROUP BY 1", BY_MONTH),
    ("SELECT DATE_FORMAT(started, '%Y-%m'), COUNT(*) FROM trips GROUP BY 1", BY_MONTH),
    ("SELECT opened + INTERVAL '1 month' FROM depots", [("2001-03-03",), ("2010-12-12",)]),
    ("SELECT DATE '2024-03-01' - INTERVAL '2 weeks'", [("2024-02-16",)]),
    ("SELECT DATE_ADD(started, INTERVAL 1 HOUR) FROM trips WHERE km = 30", [("2024-02-07 00:30:00",)]),
    ("SELECT DATEDIFF('2024-02-07', started) FROM trips WHERE km = 30", [(1,)]),
    ("SELECT DATEDIFF('day', started, '2024-02-07') FROM trips WHERE km = 30", [(1,)]),
    (
        "SELECT EXTRACT(EPOCH FROM (b.started - a.started)) FROM trips a, trips b WHERE a.km = 51 AND b.km = 30",
        [(135000,)],
    ),
    ("SELECT EXTRACT(DAY FROM b.started - a.started) FROM trips a, trips b WHERE a.km = 51 AND b.km = 30", [(1,)]),
    ("SELECT started::date FROM trips WHERE km = 30", [("2024-02-06",)]),
    ("SELECT CONCAT(full_name, ' ', salary + 1) FROM drivers WHERE salary = 1000", [("Cy 1001",)]),
    ("SELECT LEFT(full_name, 2), RIGHT(full_name, 1) FROM drivers WHERE salary = 3000", [("An", "n")]),
    ("SELECT full_name FROM drivers WHERE full_name ILIKE 'a%'", [("Ann",)]),
    ("SELECT STRING_AGG(full_name, '; ') FROM drivers", [("Ann; Bob; Cy",)]),
    ("SELECT NVL(SUM(km), 0), LEN('abc') FROM trips WHERE km > 999", [(0, 3)]),
    ("SELECT GREATEST(1, 2), IF(1 > 2, 'a', 'b')", [(2, "b")]),
    ("SELECT TOP 1 full_name FROM drivers ORDER BY salary DESC", [("Ann",)]),
]
FOR_POSTGRES: list[tuple[str, Rows]] = [
    ("SELECT strftime('%Y-%m', started), COUNT(*) FROM trips GROUP BY 1", BY_MONTH),
    ("SELECT COUNT(*) FROM trips WHERE strftime('%Y', started) = 2024", [(3,)]),
    ("SELECT DATE_FORMAT(started, '%Y-%m'), COUNT(*) FROM trips GROUP BY 1", BY_MONTH),
    ("SELECT substr(started, 1, 7), COUNT(*) FROM trips GROUP BY 1", BY_MONTH),
    ("SELECT CAST(julianday('2024-02-06') - julianday(opened) AS int) FROM depots WHERE id = 2", [(4834,)]),
    ("SELECT date(started, '-1 month', 'start of month') FROM trips WHERE km = 30", [("2024-01-01",)]),
    ("SELECT started < date('now', '-30 days') FROM trips WHERE km = 30", [(True,)]),
    ("SELECT DATEDIFF('2024-02-07', started) FROM trips WHERE km = 30", [(1,)]),
    ("SELECT strftime('%s', MAX(started)) - strftime('%s', MIN(started)) FROM trips WHERE km < 60", [(135000,)]),
    ("SELECT YEAR(hired), COUNT(*) FROM drivers GROUP BY 1", [(Decimal(2011), 1), (Decimal(2012), 2)]),
    ("SELECT EXTRACT(YEAR FROM hired) FROM drivers WHERE salary = 3000", [(Decimal(2011),)]),
    ("SELECT DATE_TRUNC('year', hired)::date FROM drivers WHERE salary = 1000", [("2012-01-01",)]),
    ("SELECT opened + INTERVAL 1 MONTH FROM depots WHERE id = 1", [("2001-03-03 00:00:00",)]),
    ("SELECT IFNULL(SUM(km), 0), IIF(1 > 2, 'a', 'b') FROM trips WHERE km > 999", [(0, "b")]),
    ("SELECT GROUP_CONCAT(salary) FROM drivers", [("3000,2000,1000",)]),
    ("SELECT STRING_AGG(salary, '; ') FROM drivers", [("3000; 2000; 1000",)]),
    ("SELECT ROUND(rating, 1) FROM drivers WHERE salary = 1000", [(Decimal("3.5"),)]),
    (
        "SELECT ROUND(AVG(rating), 1), ROUND(MAX(rating), 2), ROUND(2.5) FROM drivers",
        [(Decimal("2.4"), Decimal("3.50"), Decimal(3))],
    ),
    ("SELECT IFNULL(IFNULL(MAX(km), 1), 2), IFNULL(\nMIN(km),\n3) FROM trips", [(100, 30)]),
    ("SELECT `full_name` FROM `drivers` WHERE `salary` = 1000", [("Cy",)]),
    ("SELECT km FROM trips ORDER BY km LIMIT 1, 1", [(51,)]),
]


@pytest.mark.parametrize(("sql", "rows"), FOR_SQLITE)
def test_sqlite_gets_what_it_has_instead(on_sqlite: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(on_sqlite, sql) == rows


@pytest.mark.parametrize(("sql", "rows"), FOR_POSTGRES)
def test_postgres_gets_what_it_has_instead(on_postgres: Database, sql: str, rows: Rows) -> None:
    assert rows_in_the_end(on_postgres, sql) == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT DATEDIFF('month', started, '2024-02-07') FROM trips",
        "SELECT TO_CHAR(started, 'Month') FROM trips",
        "SELECT DAYOFWEEK(started) FROM trips",
        "SELECT STRING_AGG(DISTINCT full_name, '; ') FROM drivers",
        "SELECT MEDIAN(km) FROM trips",
        "SELECT hired + INTERVAL '1 month' FROM drivers",
        "SELECT nonsense(km) FROM trips",
    ],
)
def test_what_sqlite_has_nothing_for_stays(on_sqlite: Database, sql: str) -> None:
    assert put_right(on_sqlite, sql) is None


def test_only_the_call_is_written_anew(on_postgres: Database) -> None:
    fix = put_right(on_postgres, "select ifnull(km,0)  -- all\nfrom trips order by km")
    assert fix
    assert fix.sql == "select COALESCE(km, 0)  -- all\nfrom trips order by km"
