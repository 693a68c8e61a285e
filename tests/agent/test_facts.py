"""What a program learns from a failure, worded as a rule."""

from __future__ import annotations

import pytest

from agent.errors import ErrorClass, classify_error
from agent.facts import facts, probed
from datasources.engine import SqliteDatabase
from datasources.errors import SQLError
from datasources.introspect import Column, Schema, Table

FAILED = [
    ("SELECT o.price FROM orders o", "The column price is in products, and not in orders."),
    (
        "SELECT T2.name FROM products T1 JOIN orders T2 ON T1.id = T2.product_id",
        "The column name is in products, and not in orders.",
    ),
    ("SELECT titel FROM products", "There is no column titel: products has id, name, price."),
    ("SELECT * FROM product", "There is no table product; the table is called products."),
    ("SELECT YEAR(ordered_at) FROM orders", "SQLite has no YEAR(): use strftime('%Y', d) instead."),
]


@pytest.mark.parametrize(("sql", "rule"), FAILED)
def test_a_failure_teaches_a_rule(shop: SqliteDatabase, sql: str, rule: str) -> None:
    with pytest.raises(SQLError) as failure:
        shop.execute(sql)
    error_class = classify_error(failure.value, "sqlite")
    (found,) = facts(error_class, failure.value.message, sql, shop.schema(), "sqlite")
    assert found.rule == rule
    assert found.why


@pytest.mark.parametrize("sql", ["SELECT * FROM zzz", "SELECT FROM", "SELECT 1 FROM orders WHERE SUM(amount) > 1"])
def test_what_only_a_guess_would_explain_teaches_nothing(shop: SqliteDatabase, sql: str) -> None:
    with pytest.raises(SQLError) as failure:
        shop.execute(sql)
    assert not facts(classify_error(failure.value, "sqlite"), failure.value.message, sql, shop.schema(), "sqlite")


SPELLED = [
    ("SELECT * FROM orders WHERE status = 'Paid'", "The texts in orders.status are all in lower case, such as 'paid'."),
    ("SELECT * FROM products p WHERE p.name = 'tent'", "products.name spells it 'Tent'."),
    (
        "SELECT * FROM products WHERE 1 AND name = 'Boot'",
        "products.name holds texts such as 'Tent', 'Rope' and 'Lamp'.",
    ),
]


@pytest.mark.parametrize(("sql", "rule"), SPELLED)
def test_where_no_row_was_found_the_data_is_asked_how_it_spells(shop: SqliteDatabase, sql: str, rule: str) -> None:
    assert [fact.rule for fact in probed(sql, shop, shop.schema())] == [rule]


def test_a_text_that_is_there_is_not_to_blame(shop: SqliteDatabase) -> None:
    sql = "SELECT * FROM products WHERE name = 'Tent' AND price > 1000"
    assert probed(sql, shop, shop.schema()) == []


def test_what_the_schema_knows_of_a_column_is_told_without_asking() -> None:
    states = Schema((Table("states", (Column("state", "text", values=("open", "closed")),)),))
    (found,) = facts(ErrorClass.EMPTY_RESULT, "No rows.", "SELECT * FROM states WHERE state = 'Open'", states, "sqlite")
    assert found.rule == "states.state holds only 'open' and 'closed'."


def test_a_text_with_quotes_is_compared_as_it_is(shop: SqliteDatabase) -> None:
    sql = "SELECT * FROM products WHERE name = 'x'' OR 1=1 --'"
    (found,) = probed(sql, shop, shop.schema())
    assert found.rule.startswith("products.name holds texts")
