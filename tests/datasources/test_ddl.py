"""The schema as the model reads it, in each dialect's spelling."""

import pytest

from datasources.ddl import COMMENT_CHARACTERS, quoted
from datasources.introspect import Column, ForeignKey, Schema, Table


def shop(**texts: str) -> Schema:
    """Two tables, one of them in a schema of its own, with names that need care."""
    customers = Table("Customers", (Column("id", "int"), Column("full name", "text")), primary_key=("id",))
    orders = Table(
        "order",
        (Column("id", "int"), Column("customerId", "int")),
        primary_key=("id", "customerId"),
        foreign_keys=(ForeignKey(("customerId",), "crm.Customers", ("id",)),),
    )
    crm = Table(**{**{name: getattr(customers, name) for name in Table.__slots__}, "schema": "crm"})
    return Schema((crm, orders)).described({"order": texts})


POSTGRES = """\
CREATE TABLE crm."Customers" (
  id int PRIMARY KEY,
  "full name" text
);

CREATE TABLE "order" (
  id int,
  "customerId" int,
  PRIMARY KEY (id, "customerId"),
  FOREIGN KEY ("customerId") REFERENCES crm."Customers" (id)
);"""

MYSQL = """\
CREATE TABLE crm.Customers (
  id int PRIMARY KEY,
  `full name` text
);

CREATE TABLE `order` (
  id int,
  customerId int,
  PRIMARY KEY (id, customerId),
  FOREIGN KEY (customerId) REFERENCES crm.Customers (id)
);"""

DUCKDB = MYSQL.replace("`", '"')


@pytest.mark.parametrize(("dialect", "expected"), [("postgres", POSTGRES), ("mysql", MYSQL), ("duckdb", DUCKDB)])
def test_names_are_spelled_as_the_dialect_wants_them(dialect: str, expected: str) -> None:
    assert shop().to_prompt(dialect) == expected


@pytest.mark.parametrize(
    ("name", "dialect", "expected"),
    [
        ("orders", "postgres", "orders"),
        ("Orders", "postgres", '"Orders"'),
        ("Orders", "sqlite", "Orders"),
        ("größe", "mysql", "`größe`"),
        ("a`b", "mysql", "`a``b`"),
        ('a"b', "mysql", '`a"b`'),
        ('a"b', "duckdb", '"a""b"'),
        ("select", "mysql", "`select`"),
    ],
)
def test_a_name_is_quoted_only_where_it_needs_it(name: str, dialect: str, expected: str) -> None:
    assert quoted(name, dialect) == expected


def test_descriptions_end_the_lines_of_what_they_describe() -> None:
    assert (
        shop(**{"": "All orders.", "id": "Our\nnumber", "customerId": "Who"})
        .to_prompt("mysql")
        .endswith("""\
CREATE TABLE `order` ( -- All orders.
  id int, -- Our number
  customerId int, -- Who
  PRIMARY KEY (id, customerId),
  FOREIGN KEY (customerId) REFERENCES crm.Customers (id)
);""")
    )


def test_the_comment_of_the_last_column_follows_no_comma() -> None:
    schema = Schema((Table("t", (Column("id", "INTEGER", comment="The key"),)),))
    assert schema.to_prompt() == "CREATE TABLE t (\n  id INTEGER -- The key\n);"


def test_a_person_s_words_stand_in_place_of_the_database_s() -> None:
    schema = Schema((Table("t", (Column("id", "INTEGER", comment="old"), Column("b", "TEXT", comment="kept"))),))
    described = schema.described({"t": {"id": "new"}}).to_prompt()
    assert "-- new" in described
    assert "-- kept" in described
    assert "old" not in described


def test_a_long_comment_is_cut() -> None:
    schema = Schema((Table("t", (Column("id", "INTEGER", comment="word " * 1000),)),))
    line = schema.to_prompt().splitlines()[1]
    assert line.endswith("word…")
    assert len(line) <= len("  id INTEGER -- ") + COMMENT_CHARACTERS


def test_a_table_that_is_not_there_is_still_referred_to_by_its_name() -> None:
    table = Table("t", (Column("a.b", "INTEGER"),), foreign_keys=(ForeignKey(("a.b",), "gone.table", ()),))
    assert 'FOREIGN KEY ("a.b") REFERENCES "gone.table"' in Schema((table,)).to_prompt()
