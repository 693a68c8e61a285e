"""Whether a rule may bear on a query that was found right without it."""

import pytest

from agent.concerning import Concern
from datasources.introspect import Column, ForeignKey, Schema, Table


def table(name: str, *columns: str, parent: str = "", is_view: bool = False) -> Table:
    keys = (ForeignKey((f"{parent}_key",), parent, ("id",)),) if parent else ()
    return Table(name, tuple(Column(column, "TEXT") for column in columns), ("id",), keys, is_view)


SCHEMA = Schema(
    (
        table("customers", "id", "name", "is_member"),
        table("orders", "id", "status", "total", parent="customers"),
        table("parcels", "id", "weight", parent="orders"),
        table("products", "id", "name", "price"),
        table("busy", "name", is_view=True),
    )
)
CANCELLED = "Revenue excludes cancelled orders"


@pytest.mark.parametrize(
    ("rule", "question", "sql"),
    [
        (CANCELLED, "How much was sold?", "SELECT SUM(total) FROM orders"),
        (CANCELLED, "How much revenue is there?", "SELECT SUM(price) FROM products"),
        (CANCELLED, "How heavy are they?", "SELECT SUM(weight) FROM parcels"),
        ("Leave out customers with is_member = 0", "How heavy are they?", "SELECT SUM(weight) FROM parcels"),
        ("Loyal means is_member = 1", "How many are loyal?", "SELECT COUNT(*) FROM customers"),
        ("Loyal means is_member = 1", "How many are there?", "SELECT COUNT(*) FROM customers"),
        ("Amounts are in cents", "What do the products cost?", "SELECT SUM(price) FROM products"),
        ("Orders and everything else in ISO dates", "How many?", "SELECT COUNT(*) FROM products"),
        ("Orders count once. All answers are rounded", "What is the mean?", "SELECT AVG(price) FROM products"),
        (CANCELLED, "Who is busy?", "SELECT name FROM busy"),
        (CANCELLED, "What is one?", "SELECT 1"),
        ("Umsatz ohne stornierte", "How many?", "SELECT COUNT(*) FROM products"),
    ],
)
def test_what_may_bear_on_it_concerns_it(rule: str, question: str, sql: str) -> None:
    assert Concern(SCHEMA).may_be(rule, question, sql)


@pytest.mark.parametrize(
    ("rule", "question", "sql"),
    [
        (CANCELLED, "How many customers are there?", "SELECT COUNT(*) FROM customers"),
        (CANCELLED, "Which products are dear?", "SELECT name FROM products ORDER BY price"),
        ("Loyal means is_member = 1", "Which products are dear?", "SELECT name FROM products ORDER BY price"),
    ],
)
def test_a_rule_about_other_tables_with_no_word_in_common_does_not(rule: str, question: str, sql: str) -> None:
    assert not Concern(SCHEMA).may_be(rule, question, sql)


def test_a_key_that_nobody_declared_counts_as_one() -> None:
    schema = Schema((table("orders", "id", "total"), table("parcels", "id", "order_id", "weight")))
    assert Concern(schema).may_be(CANCELLED, "How heavy are they?", "SELECT SUM(weight) FROM parcels")


def test_a_name_that_is_no_word_is_found_in_the_sql() -> None:
    schema = Schema((table("order details", "id"), table("notes", "id")))
    assert not Concern(schema).may_be("A note is read by notes", "How many?", 'SELECT COUNT(*) FROM "order details"')
