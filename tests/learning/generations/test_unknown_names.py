"""Names in a prompt that a database does not have."""

from __future__ import annotations

import pytest

from datasources.introspect import Column, Schema, Table
from learning.generations.unknown_names import MOST, unknown_names

SHOP = Schema(
    (
        Table("orders", (Column("id", "INTEGER"), Column("order_status", "TEXT"), Column("amount", "REAL"))),
        Table("order_lines", (Column("unit_price", "REAL"),)),
    )
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Revenue is orders.amount.", []),
        ("Revenue is invoices.amount.", ["invoices.amount"]),
        ("Join ORDERS.Id.", []),
        ('Use `customers` and "orders".', ["customers"]),
        ("Use unit_price, not list_price.", ["list_price"]),
        ("It is order_lines.unit_price * orders.quantity_sold.", ["orders.quantity_sold"]),
        ("Cancelled means order_status = 'not_paid'.", []),
        ("Use date_trunc('month', orders.amount).", []),
        ("Write o.amount, e.g. with an alias.", []),
        ("Revenue counts paid orders only, in 2.5 of 10 cases.", []),
        ("Reply in one ```sql block.", []),
        ("Use `SELECT 1` first.", []),
        ("a_b a_b A_B c_d", ["a_b", "c_d"]),
    ],
)
def test_what_looks_like_a_name_and_is_none_here(text: str, names: list[str]) -> None:
    assert unknown_names([text], SHOP) == names


def test_no_more_are_told_than_anybody_reads() -> None:
    text = " ".join(f"no_table_{number}" for number in range(MOST + 5))
    assert len(unknown_names([text], SHOP)) == MOST
