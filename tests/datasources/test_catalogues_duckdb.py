"""DuckDB's catalogues, asked in DuckDB."""

from collections.abc import Iterator

import duckdb
import pytest

from datasources.catalogues import Ask
from datasources.catalogues import duckdb as catalogue
from datasources.introspect import Column, ForeignKey, Schema, Table
from tests.datasources.strange import NAMES, quoted, wide_table

SCRIPT = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, status VARCHAR NOT NULL, size ENUM ('s', 'l'), balance DECIMAL(10, 2),
    place STRUCT(city VARCHAR, lines VARCHAR[]), email VARCHAR, seen TIMESTAMPTZ);
COMMENT ON TABLE customers IS 'Who buys';
COMMENT ON COLUMN customers.status IS 'Where they are';
INSERT INTO customers
    SELECT n, ['new', 'old', 'lost'][n % 3 + 1], 's', 1, NULL, 'a@b.example', NULL FROM range(900) t (n);
CREATE SCHEMA archive;
CREATE TABLE archive.orders (year INTEGER, number INTEGER, PRIMARY KEY (year, number));
CREATE TABLE archive.lines (number INTEGER, year INTEGER,
    FOREIGN KEY (year, number) REFERENCES archive.orders (year, number));
CREATE VIEW statuses AS SELECT DISTINCT status FROM customers;
"""


@pytest.fixture
def ask() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        connection.execute(SCRIPT)
        yield lambda sql: connection.execute(sql).fetchall()


def read(ask: Ask) -> Schema:
    return Schema.from_dict({"tables": catalogue.read(ask)})


def table(ask: Ask, name: str) -> Table:
    found = read(ask).table(name)
    assert found
    return found


def values(ask: Ask, seconds: float = 10) -> dict[tuple[str, str], list[str]]:
    found = catalogue.values(ask, catalogue.read(ask), seconds)
    return {(f"{schema}.{name}" if schema else name, column): held for schema, name, column, held in found}


def test_columns_have_their_declared_types(ask: Ask) -> None:
    assert table(ask, "customers").columns == (
        Column("id", "INTEGER", nullable=False),
        Column("status", "VARCHAR", nullable=False, comment="Where they are"),
        Column("size", "ENUM('s', 'l')"),
        Column("balance", "DECIMAL(10,2)"),
        Column("place", "STRUCT(city VARCHAR, lines VARCHAR[])"),
        Column("email", "VARCHAR"),
        Column("seen", "TIMESTAMP WITH TIME ZONE"),
    )


def test_comment_key_and_estimated_rows_of_a_table(ask: Ask) -> None:
    customers = table(ask, "customers")
    assert (customers.comment, customers.primary_key, customers.rows) == ("Who buys", ("id",), 900)


def test_only_main_needs_no_naming(ask: Ask) -> None:
    assert [found.full_name for found in read(ask).tables] == [
        "archive.lines",
        "archive.orders",
        "customers",
        "statuses",
    ]


def test_keys_of_several_columns_in_another_schema(ask: Ask) -> None:
    assert table(ask, "archive.lines").foreign_keys == (
        ForeignKey(("year", "number"), "archive.orders", ("year", "number")),
    )


def test_views_say_so(ask: Ask) -> None:
    view = table(ask, "statuses")
    assert (view.is_view, view.rows) == (True, None)


def test_values_of_texts_of_few(ask: Ask) -> None:
    assert values(ask) == {("customers", "status"): ["lost", "new", "old"]}


def test_no_values_after_the_time_is_over(ask: Ask) -> None:
    assert values(ask, seconds=-1) == {}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(ask: Ask, name: str) -> None:
    spelled = quoted(name)
    ask(f"CREATE SCHEMA {spelled}")
    for place, full_name in (("main", name), (spelled, f"{name}.{name}")):
        ask(f"CREATE TABLE {place}.{spelled} ({spelled} VARCHAR PRIMARY KEY)")
        ask(f"CREATE TABLE {place}.child (parent VARCHAR REFERENCES {place}.{spelled} ({spelled}))")
        ask(f"INSERT INTO {place}.{spelled} VALUES ('red'), ('blue')")
        found = table(ask, full_name)
        assert (found.name, found.columns[0].name, found.primary_key) == (name, name, (name,))
        child = table(ask, full_name.removesuffix(name) + "child")
        assert child.foreign_keys == (ForeignKey(("parent",), full_name, (name,)),)
        assert values(ask)[full_name, name] == ["blue", "red"]


def test_a_table_of_500_columns(ask: Ask) -> None:
    ask(wide_table("wide"))
    assert [column.name for column in table(ask, "wide").columns] == [f"c{number}" for number in range(500)]
