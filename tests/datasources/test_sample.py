"""The sample database: the same for everyone, believable, and easy to ask."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from datasources.engine import SqliteDatabase
from datasources.sample import EXAMPLE_QUESTIONS, build

ANSWERS = {
    "What were the total sales by month in 2025?": """
        SELECT strftime('%Y-%m', order_date) AS month, SUM(total_amount) AS sales FROM orders
        WHERE order_date BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY month ORDER BY month""",
    "Which 10 products brought in the most revenue?": """
        SELECT p.name, SUM(i.quantity * i.unit_price) AS revenue FROM order_items i
        JOIN products p ON p.id = i.product_id GROUP BY p.id ORDER BY revenue DESC LIMIT 10""",
    "How many orders were cancelled in each year?": """
        SELECT strftime('%Y', order_date) AS year, COUNT(*) FROM orders WHERE status = 'cancelled' GROUP BY year""",
    "Which customers have never placed an order?": """
        SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL""",
    "What is the average review rating for each product category?": """
        SELECT c.name, AVG(r.rating) FROM reviews r JOIN products p ON p.id = r.product_id
        JOIN categories c ON c.id = p.category_id GROUP BY c.id""",
}


@pytest.fixture
def connection(shop: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(shop)) as connection:
        yield connection


def _value(connection: sqlite3.Connection, sql: str) -> float:
    [(value,)] = connection.execute(sql).fetchall()
    return float(value)


def _fingerprint(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def test_the_same_seed_gives_the_same_database(shop: Path, tmp_path: Path) -> None:
    build(tmp_path / "again.db")
    assert _fingerprint(tmp_path / "again.db") == _fingerprint(shop)


def test_another_seed_gives_another(shop: Path, tmp_path: Path) -> None:
    build(tmp_path / "other.db", seed=7)
    assert _fingerprint(tmp_path / "other.db") != _fingerprint(shop)


def test_it_appears_whole_in_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "shop.db"
    subprocess.run([sys.executable, "-m", "datasources.sample", str(path)], check=True)
    build(path)
    assert [file.name for file in path.parent.iterdir()] == ["shop.db"]


def test_its_schema_fits_into_a_small_prompt(shop: Path) -> None:
    schema = SqliteDatabase(shop).schema()
    assert 8 <= len(schema.tables) <= 12
    assert len(schema.to_prompt()) < 3_000


def test_every_reference_leads_somewhere(connection: sqlite3.Connection) -> None:
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_it_spans_three_years_and_tens_of_thousands_of_rows(connection: sqlite3.Connection) -> None:
    assert connection.execute("SELECT min(order_date), max(order_date) FROM orders").fetchone() == (
        "2023-01-01",
        "2025-12-31",
    )
    assert _value(connection, "SELECT count(*) FROM order_items") > 20_000


def test_nothing_happens_after_its_last_day(connection: sqlite3.Connection) -> None:
    for table, day in (
        ("payments", "paid_on"),
        ("refunds", "refunded_on"),
        ("reviews", "reviewed_on"),
        ("employees", "hired_on"),
    ):
        assert _value(connection, f"SELECT count(*) FROM {table} WHERE {day} > '2025-12-31'") == 0


def test_an_order_is_worth_its_items_and_the_shipping(connection: sqlite3.Connection) -> None:
    gaps = """
        SELECT o.total_amount - o.shipping_fee - sum(i.quantity * i.unit_price) AS gap
        FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id"""
    assert _value(connection, f"SELECT max(abs(gap)) FROM ({gaps})") < 0.01


def test_sales_grow_and_peak_in_december(connection: sqlite3.Connection) -> None:
    years = connection.execute(
        "SELECT sum(total_amount) FROM orders GROUP BY substr(order_date, 1, 4) ORDER BY 1"
    ).fetchall()
    assert years == sorted(years)
    best = "SELECT substr(order_date, 6, 2) FROM orders GROUP BY 1 ORDER BY sum(total_amount) DESC LIMIT 1"
    assert _value(connection, best) == 12


def test_one_person_is_at_the_top_of_the_employees(connection: sqlite3.Connection) -> None:
    assert _value(connection, "SELECT count(*) FROM employees WHERE manager_id IS NULL") == 1


def test_nobody_sells_before_being_hired_or_buys_before_signing_up(connection: sqlite3.Connection) -> None:
    assert (
        _value(
            connection,
            "SELECT count(*) FROM orders o JOIN employees e ON e.id = o.employee_id WHERE hired_on > order_date",
        )
        == 0
    )
    assert (
        _value(
            connection,
            "SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE signed_up_on > order_date",
        )
        == 0
    )


@pytest.mark.parametrize(
    "dirt",
    [
        "SELECT count(*) FROM customers WHERE email IS NULL",
        "SELECT count(*) FROM customers WHERE city <> trim(city)",
        "SELECT count(*) FROM customers WHERE city = upper(city)",
        "SELECT count(*) FROM customers WHERE email <> lower(email)",
        "SELECT count(*) - count(DISTINCT lower(trim(email))) FROM customers WHERE email IS NOT NULL",
        "SELECT count(*) FROM orders WHERE status = 'cancelled'",
        "SELECT count(*) FROM orders WHERE status = 'completed' AND id NOT IN (SELECT order_id FROM payments)",
        "SELECT count(*) FROM orders WHERE channel = 'store' AND employee_id IS NULL",
        "SELECT count(*) FROM refunds WHERE reason IS NULL",
    ],
)
def test_it_is_as_untidy_as_real_data(connection: sqlite3.Connection, dirt: str) -> None:
    assert _value(connection, dirt) >= 20


@pytest.mark.parametrize("question", EXAMPLE_QUESTIONS)
def test_each_example_question_has_an_answer(shop: Path, question: str) -> None:
    assert SqliteDatabase(shop).execute(ANSWERS[question]).rows


def test_there_are_five_example_questions() -> None:
    assert set(ANSWERS) == set(EXAMPLE_QUESTIONS)
    assert len(EXAMPLE_QUESTIONS) == 5
