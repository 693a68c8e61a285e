"""What a simulated person says of a wrong answer."""

from __future__ import annotations

import pytest

from learning.curve.remarking import remark

GOLD = "SELECT SUM(o.amount) FROM orders o WHERE o.status = 'paid'"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("SELECT SUM(amount) FROM orders", "For “Revenue” use orders.status."),
        (
            "SELECT SUM(price) FROM products",
            "For “Revenue” use orders.amount, orders.status and not products.price.",
        ),
        (GOLD, ""),
        ("", "For “Revenue” use orders.amount, orders.status."),
        ("SELEC nonsense FROM", ""),
    ],
    ids=["one column more", "other ones", "the same", "none", "no SQL"],
)
def test_names_are_said_and_never_the_sql(given: str, said: str) -> None:
    assert remark("Revenue?", given, GOLD, "sqlite") == said


def test_what_a_query_calls_its_own_columns_is_no_name() -> None:
    given = "SELECT status, SUM(price) AS total FROM orders GROUP BY status ORDER BY total"
    assert remark("Revenue?", given, GOLD, "sqlite") == "For “Revenue” use orders.amount and not orders.price."
