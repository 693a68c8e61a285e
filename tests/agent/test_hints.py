import json
import time

import pytest

from agent.errors import ErrorClass, classify, classify_error
from agent.hints import hint
from agent.prompt import PROMPTS
from datasources.engine import SqliteDatabase
from datasources.errors import SQLError
from datasources.introspect import Column, Schema, Table

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


SCHEMA = Schema(
    (
        Table("orders", tuple(Column(name, "int") for name in ("id", "product_id", "amount"))),
        Table("products", (Column("id", "int"), Column("name", "text"), Column("listPrice", "int"))),
        Table("things", (Column("id", "int"),), schema="other"),
        Table("states", (Column("state", "text", values=("open", "closed")),)),
    )
)

# As the servers and DuckDB put it.
ELSEWHERE = [
    (
        "postgres",
        "42703",
        "column o.name does not exist",
        "SELECT o.name FROM orders o JOIN products p ON true",
        "p.name",
    ),
    ("postgres", "42703", "column p.listprice does not exist", "SELECT p.listPrice FROM products p", 'p."listPrice"'),
    (
        "postgres",
        "42703",
        'column "Tent" does not exist',
        'SELECT 1 FROM products WHERE name = "Tent"',
        "quotes: 'Tent'",
    ),
    (
        "postgres",
        "42P01",
        'missing FROM-clause entry for table "x"',
        "SELECT x.id FROM orders o",
        "called o (which is orders)",
    ),
    ("postgres", "42P01", 'relation "things" does not exist', "SELECT * FROM things", "but other.things: write that"),
    (
        "postgres",
        "42702",
        'column reference "id" is ambiguous',
        "SELECT id FROM orders, products",
        "orders.id or products.id",
    ),
    (
        "postgres",
        "42883",
        "function year(date) does not exist",
        "SELECT year(d) FROM orders",
        "PostgreSQL has no year()",
    ),
    (
        "postgres",
        "42883",
        "function round(double precision, integer) does not exist",
        "SELECT round(amount, 2) FROM orders",
        "round(x::numeric, 2)",
    ),
    (
        "postgres",
        "42P01",
        'invalid reference to FROM-clause entry for table "orders" HINT: Perhaps you meant to reference the table '
        'alias "o".',
        "SELECT orders.id FROM orders o",
        "called o (which is orders)",
    ),
    ("mysql", "1146", "Table 'my-shop.product' doesn't exist", "SELECT * FROM product", "closest are products"),
    ("mysql", "1305", "FUNCTION my-shop.strftime does not exist", "SELECT 1", "DATE_FORMAT"),
    ("postgres", "42501", "permission denied for table orders", "SELECT * FROM orders", "may not read orders"),
    (
        "mysql",
        "1142",
        "SELECT command denied to user 'reader'@'%' for table `shop`.`product`",
        "SELECT * FROM product",
        "closest are products",
    ),
    (
        "mysql",
        "1143",
        "SELECT command denied to user 'reader'@'%' for column 'name' in table 'products'",
        "SELECT name FROM products",
        "may not read name",
    ),
    ("postgres", "22012", "division by zero", "SELECT 1/0", "NULLIF"),
    (
        "postgres",
        "21000",
        "more than one row returned by a subquery used as an expression",
        "SELECT 1",
        "IN instead of =",
    ),
    ("mysql", "1054", "Unknown column 'o.name' in 'SELECT'", "SELECT o.name FROM orders o JOIN products p", "p.name"),
    ("mysql", "1054", "Unknown column 'titel' in 'SELECT'", "SELECT titel FROM products", "products has id, name"),
    ("mysql", "1146", "Table 'shop.product' doesn't exist", "SELECT * FROM product", "closest are products"),
    (
        "mysql",
        "1052",
        "Column 'id' in SELECT is ambiguous",
        "SELECT id FROM orders, products",
        "orders.id or products.id",
    ),
    ("mysql", "1305", "FUNCTION shop.date_trunc does not exist", "SELECT 1", "DATE_FORMAT(d, '%Y-%m-01')"),
    ("mysql", "1582", "Incorrect parameter count in the call to native function 'datediff'", "SELECT 1", "no unit"),
    ("mysql", "1242", "Subquery returns more than 1 row", "SELECT 1", "IN instead of ="),
    (
        "duckdb",
        "",
        'Binder Error: Table "o" does not have a column named "name"\n\nCandidate bindings: : "amount"',
        "SELECT o.name FROM orders o JOIN products p ON true",
        "p.name",
    ),
    (
        "duckdb",
        "",
        'Binder Error: Referenced column "titel" not found in FROM clause!',
        "SELECT titel FROM products",
        "has id",
    ),
    (
        "duckdb",
        "",
        "Catalog Error: Table with name product does not exist!",
        "SELECT * FROM product",
        "closest are products",
    ),
    ("duckdb", "", 'Binder Error: Referenced table "x" not found!', "SELECT x.id FROM orders", "are called orders"),
    (
        "duckdb",
        "",
        "Binder Error: Ambiguous reference to column name \"id\" (use: 'orders.id' or 'products.id')",
        "SELECT id FROM orders, products",
        "orders.id or products.id",
    ),
    (
        "duckdb",
        "",
        "Catalog Error: Scalar Function with name to_char does not exist!",
        "SELECT 1",
        "strftime(d, '%Y-%m')",
    ),
    (
        "duckdb",
        "",
        "Binder Error: No function matches the given name and argument types 'sum(VARCHAR)'.",
        "SELECT sum(name) FROM products",
        "sum(x::DOUBLE)",
    ),
]


@pytest.mark.parametrize(("dialect", "code", "message", "sql", "expected"), ELSEWHERE)
def test_it_knows_as_much_of_other_databases(dialect: str, code: str, message: str, sql: str, expected: str) -> None:
    assert expected in hint(classify(message, dialect, code), message, sql, SCHEMA, dialect)


def test_where_nothing_was_found_it_tells_what_the_column_holds() -> None:
    sql = "SELECT * FROM states WHERE state = 'Open'"
    assert "state holds only 'open' or 'closed'" in hint(ErrorClass.EMPTY_RESULT, "", sql, SCHEMA, "postgres")


def test_of_a_thousand_tables_it_does_not_list_all() -> None:
    schema = Schema(tuple(Table(f"t{number}", (Column("id", "int"),)) for number in range(1000)))
    assert len(hint(ErrorClass.NO_SUCH_TABLE, "no such table: zzz", "SELECT * FROM zzz", schema, "sqlite")) < 200


def test_of_500_columns_it_does_not_list_all() -> None:
    schema = Schema((Table("wide", tuple(Column(f"c{number}", "int") for number in range(500))),))
    text = hint(ErrorClass.NO_SUCH_COLUMN, "no such column: zzz", "SELECT zzz FROM wide", schema, "sqlite")
    assert "c39 and 460 more" in text


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
def test_functions_are_known_by_lower_case_names(dialect: str) -> None:
    path = PROMPTS / "dialects" / f"{dialect}_functions.json"
    functions = json.loads(path.read_text())
    assert functions
    assert [name for name in functions if name != name.lower()] == []


def test_a_statement_that_no_parser_gets_through_costs_no_time() -> None:
    started = time.monotonic()
    hint(ErrorClass.NO_SUCH_COLUMN, "no such column: x", f"SELECT {'struct(' * 98}x{')' * 98}", Schema(()), "sqlite")
    assert time.monotonic() - started < 5
