"""Where in a statement an error is: the real errors of real databases."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from datasources.engine import Database, DuckdbDatabase, ServerDatabase, SqliteDatabase
from datasources.errors import QueryFailed, SQLError
from tests.postgres import OpenPostgres, PostgresServer
from workbench.editor.places import place

SQLITE = [
    ("SELECT [nme] FROM products", "a column that is not there"),
    ("  SELECT p.name,\n [p.foo] FROM products p", "with the alias before it"),
    ("SELECT * FROM [produkts]", "a table that is not there"),
    ("SELECT [id] FROM products, orders", "an ambiguous column"),
    ("SELECT [foo](1)", "a function that is not there"),
    ("SELECT * FRM [products]", "what the parser stumbles over"),
    ("\n\nSELECT 1 +\n  [FROM] products", "below empty lines"),
    ("SELECT ['abc FROM products]", "a quote that is not closed"),
    ("SELECT 1 [/* why]\nFROM products", "a comment that is not closed"),
    ("SELECT '--', [\"name FROM products]", "a quote after a text that looks like a comment"),
    ("SELECT [load_extension]('x')", "a function that is refused"),
    ("[DELETE] FROM products", "a statement that writes"),
    ("[WITH] a AS (SELECT 1) INSERT INTO products SELECT * FROM a", "one that writes further on"),
    ("SELECT 1;\n[SELECT 2]", "the second of two"),
    ("EXPLAIN SELECT * FRM [x]", "in what is explained"),
]


@pytest.mark.parametrize(("marked", "what"), SQLITE, ids=[what for _, what in SQLITE])
def test_sqlite(shop: SqliteDatabase, marked: str, what: str) -> None:
    assert found(shop, marked) == marked


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckdbDatabase]:
    path = tmp_path_factory.mktemp("duck") / "orders.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id BIGINT, customer VARCHAR, total DECIMAL(10, 2))")
        connection.execute("INSERT INTO orders VALUES (1, 'Ada', 2)")
    database = DuckdbDatabase(path)
    yield database
    database.close()


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT [nme] FROM orders",
        "\n\n SELECT\n [o.foo] FROM orders o",
        "SELECT * FROM [ordrs]",
        "SELECT max(total), [customer] FROM orders",
        "\nSELECT id,\n  [CAST](customer AS INTEGER) FROM orders",
    ],
)
def test_duckdb(orders: DuckdbDatabase, marked: str) -> None:
    assert found(orders, marked) == marked


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT [nme] FROM t",
        "  \n SELECT 'é', a,\n [t.foo] FROM t",
        "SELECT * FROM [nowhere]",
        "SELECT a [-] b FROM t",
        "SELECT [b], count(*) FROM t GROUP BY a",
        "SELECT a FROM t WHERE b [=] 5",
    ],
)
def test_postgres_says_it_itself(tables: ServerDatabase, marked: str) -> None:
    assert found(tables, marked) == marked


@pytest.fixture
def tables(postgres: PostgresServer, open_postgres: OpenPostgres) -> ServerDatabase:
    postgres.run("CREATE TABLE IF NOT EXISTS t (a int, b date); GRANT SELECT ON t TO reader", user="owner")
    return open_postgres()


def test_mysql_quotes_the_rest_of_the_statement() -> None:
    message = "You have an error in your SQL syntax; check the manual … near 'WHERE x = 1' at line 2"
    assert span_of(QueryFailed(message, "1064"), "SELECT 1 FROM\n[WHERE] x = 1", "mysql")


def test_mysql_names_the_column() -> None:
    error = QueryFailed("Unknown column 't.foo' in 'SELECT'", "1054")
    assert span_of(error, "SELECT [t.foo] FROM t", "mysql")


def test_what_nothing_tells_has_no_place() -> None:
    assert place(QueryFailed("division by zero"), "SELECT 1 / 0", "postgres") is None


def found(database: Database, marked: str) -> str:
    """The statement with marks around the place that is found."""
    sql = plain(marked)
    with pytest.raises(SQLError) as caught:
        database.execute(sql)
    span = place(caught.value, sql, database.dialect)
    assert span is not None, caught.value.message
    return f"{sql[: span.start]}[{sql[span.start : span.end]}]{sql[span.end :]}"


def span_of(error: SQLError, marked: str, dialect: str) -> bool:
    sql = plain(marked)
    span = place(error, sql, dialect)
    return span is not None and f"{sql[: span.start]}[{sql[span.start : span.end]}]{sql[span.end :]}" == marked


def plain(marked: str) -> str:
    return marked.replace("[", "").replace("]", "")
