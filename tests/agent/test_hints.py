import pytest

from agent.errors import classify_error
from agent.hints import hint
from datasources.engine import SqliteDatabase
from datasources.errors import SQLError

HINTS = [
    ("SELECT o.price FROM orders o", "price is in products. Join that table"),
    ("SELECT T2.name FROM products T1 JOIN orders T2 ON T1.id = T2.product_id", "T1.name does: write that"),
    ("SELECT orders.name FROM products JOIN orders ON 1", "products.name does: write that"),
    ("SELECT titel FROM products", "No table has a column titel"),
    ("SELECT nam FROM products", "name"),
    ('SELECT id FROM orders WHERE status = "paid"', "single quotes: 'paid'"),
    ("SELECT * FROM product", "closest are products"),
    ("SELECT * FROM zzz", "The tables are orders or products"),
    ("SELECT id FROM orders JOIN products ON product_id = products.id", "id could be orders.id or products.id"),
    ("SELECT YEAR(ordered_at) FROM orders", "strftime('%Y', d)"),
    ("SELECT status FROM orders WHERE SUM(amount) > 1", "HAVING"),
    ("DELETE FROM orders", "single SELECT"),
]


@pytest.mark.parametrize(("sql", "expected"), HINTS)
def test_a_program_knows_the_way_out(shop: SqliteDatabase, sql: str, expected: str) -> None:
    with pytest.raises(SQLError) as failure:
        shop.execute(sql)

    error_class = classify_error(failure.value, "sqlite")
    assert expected in hint(error_class, failure.value.message, sql, shop.schema(), "sqlite")
