"""What a statement does, told from its syntax tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.explanation import explain

ALLOWED = Path(__file__).parent.parent / "datasources"

TOLD = [
    ("SELECT * FROM products", "Shows all columns from products."),
    (
        "SELECT count(*) FROM orders WHERE status = 'paid'",
        "Shows the number of rows from orders. Only rows where status is 'paid'.",
    ),
    (
        "SELECT p.name, SUM(o.amount) AS revenue FROM orders o JOIN products p ON p.id = o.product_id "
        "GROUP BY p.name ORDER BY revenue DESC LIMIT 5",
        "Shows the sum of orders.amount (as revenue) for each products.name from orders, joined with products where "
        "products.id is orders.product_id. Sorted by revenue, highest first; only the first 5 rows.",
    ),
    ("SELECT status FROM orders GROUP BY 1", "Shows each status once from orders."),
    (
        "SELECT a, b FROM t ORDER BY 2 LIMIT 1 OFFSET 3",
        "Shows a and b from t. Sorted by b, lowest first; only the first row after the first 3.",
    ),
    ("SELECT DISTINCT city FROM shops", "Shows without repetition city from shops."),
    (
        "SELECT count(DISTINCT id) FROM a LEFT JOIN b USING (id)",
        "Shows the number of different id from a, with what there is of b of the same id.",
    ),
    ("SELECT a FROM t, u", "Shows a from t, in every combination with u."),
    (
        "WITH x AS (SELECT max(n) m FROM t) SELECT m FROM x",
        "First works out x: shows the highest n (as m) from t. Shows m from x.",
    ),
    (
        "SELECT a FROM t UNION SELECT b FROM u",
        "Puts 2 queries together, the rows of all of them together: (1) shows a from t; (2) shows b from u.",
    ),
    (
        "SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 2",
        "Shows the number of rows for each a from t. Only groups where the number of rows is greater than 2.",
    ),
]
CONDITIONS = [
    ("a > 1 AND b <= 2", "a is greater than 1 and b is at most 2"),
    ("NOT (a = 1 OR b LIKE 'x%')", "(a is not 1 and b is not like 'x%')"),
    ("NOT (a > 1 AND b < 2)", "(a is at most 1 or b is at least 2)"),
    ("a IS NULL AND b IS NOT NULL", "a is missing (NULL) and b is known"),
    ("a NOT IN (1, 2)", "a is none of 1 or 2"),
    ("a IN (1, 2, 3, 4, 5, 6)", "a is one of 1, 2, 3, 4 and 2 more"),
    ("a NOT BETWEEN 1 AND 2", "a is not between 1 and 2"),
    ("lower(a) NOT LIKE 'x'", "LOWER(a) is not like 'x'"),
    ("NOT EXISTS (SELECT 1)", "not (EXISTS(SELECT 1))"),
    ("a LIKE 'x' ESCAPE '!'", "a LIKE 'x' ESCAPE '!'"),
    ("(a = 1 OR b = 2) AND c = 3", "(a is 1 or b is 2) and c is 3"),
]
AS_WRITTEN = [
    (
        "duckdb",
        "SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY a) = 1",
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY a) = 1",
    ),
    ("postgres", "SELECT a FROM t GROUP BY ROLLUP (a)", "ROLLUP (a)"),
    ("postgres", "SELECT DISTINCT ON (a) a, b FROM t", "of the rows of the same (a) the first"),
    ("duckdb", "SELECT * FROM a SEMI JOIN b USING (x)", "SEMI JOIN b"),
    ("sqlite", "SELECT * FROM a NATURAL JOIN b", "by the columns of the same name"),
    ("postgres", "SELECT sum(DISTINCT a) FROM t", "SUM(DISTINCT a)"),
    ("sqlite", "SELECT upper(o.name) FROM orders o JOIN x ON 1", "UPPER(orders.name)"),
    ("duckdb", "SELECT * FROM t TABLESAMPLE bernoulli(10 PERCENT)", "TABLESAMPLE"),
    ("duckdb", "SELECT * FROM repeat('x', 3)", "from REPEAT('x', 3)."),
    ("sqlite", "SELECT * FROM t ORDER BY 1", "Sorted by column 1, lowest first."),
    ("mysql", "SELECT a FROM t WHERE a > ALL (SELECT b FROM u)", "a > ALL (SELECT b FROM u)"),
]


@pytest.mark.parametrize(("sql", "told"), TOLD)
def test_a_query_is_told_in_words(sql: str, told: str) -> None:
    assert explain(sql, "sqlite") == told


@pytest.mark.parametrize(("condition", "told"), CONDITIONS)
def test_a_condition_says_what_it_lets_through(condition: str, told: str) -> None:
    assert explain(f"SELECT a FROM t WHERE {condition}", "sqlite") == f"Shows a from t. Only rows where {told}."


@pytest.mark.parametrize(("dialect", "sql", "shown"), AS_WRITTEN)
def test_what_has_no_words_is_shown_as_it_is_written(dialect: str, sql: str, shown: str) -> None:
    assert shown in explain(sql, dialect)


@pytest.mark.parametrize("sql", ["", "SELECT", "EXPLAIN SELECT 1", "VALUES (1)", "not sql at all ((("])
def test_what_is_no_query_is_not_told(sql: str) -> None:
    assert explain(sql, "sqlite") == ""


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb"])
def test_whatever_may_run_is_told_or_left_alone(dialect: str) -> None:
    statements = (ALLOWED / f"{dialect}_allowed.sql").read_text().splitlines()
    told = [explain(sql, dialect) for sql in statements if sql.strip()]
    assert sum(map(bool, told)) > len(told) / 2


def test_a_long_expression_is_cut_and_shows_that() -> None:
    told = explain(f"SELECT CASE WHEN a > 1 THEN '{'x' * 500}' END FROM t", "sqlite")
    assert "…" in told
    assert len(told) < 200
