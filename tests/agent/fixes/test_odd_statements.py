"""Whatever a model writes, nothing is raised."""

from __future__ import annotations

import random
from itertools import product

import pytest

from agent.errors import ErrorClass
from agent.fixes import fixed, improved
from agent.fixes.failure import FOREIGN
from datasources.bounded_parsing import MAX_BYTES
from datasources.introspect import Column, Schema, Table

SCHEMA = Schema((Table("trips", (Column("km", "int"), Column("status", "text")), ("km",)),))
MESSAGES = ("", "no such column: t.km", "no such table: trip", "no such function: DATE_ADD", "misuse of aggregate")
WORDS = (
    "SELECT FROM WHERE GROUP BY HAVING ORDER trips km t. ( ) , ; * / 100 'x' \"y\" ` COUNT(*) SUM(km) AS JOIN ON = IN "
    "DATE_ADD( INTERVAL 1 MONTH WITH UNION CASE WHEN END CAST( :: [ ] EXTRACT( strftime('%Y', km)"
)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
def test_no_statement_makes_it_raise(dialect: str) -> None:
    chance = random.Random(7)
    for _ in range(60):
        sql = "SELECT " + " ".join(chance.choices(WORDS.split(), k=chance.randint(1, 12)))
        error_class, message = chance.choice(list(ErrorClass)), chance.choice(MESSAGES)
        fixed(sql, error_class, message, SCHEMA, dialect)
        improved(sql, SCHEMA, dialect)


@pytest.mark.parametrize(("sql", "error_class"), list(product(("", ";", "é", "\0", "("), ErrorClass)))
def test_neither_does_what_is_no_statement(sql: str, error_class: ErrorClass) -> None:
    assert fixed(sql, error_class, "no such column: x", SCHEMA, "sqlite") is None


def test_a_statement_that_is_too_long_to_be_read_stays() -> None:
    sql = f"SELECT t.km, {'1, ' * MAX_BYTES} 2 FROM trips"
    assert fixed(sql, ErrorClass.NO_SUCH_COLUMN, "no such column: t.km", SCHEMA, "sqlite") is None


def test_only_the_dialects_that_are_named_are_read() -> None:
    sql, message = "SELECT DATE_FORMAT(status, '%Y-%m') FROM trips", "no such function: DATE_FORMAT"
    others = [each for each in FOREIGN if each != "mysql"]
    assert fixed(sql, ErrorClass.NO_SUCH_FUNCTION, message, SCHEMA, "sqlite", foreign=others) is None
    assert fixed(sql, ErrorClass.NO_SUCH_FUNCTION, message, SCHEMA, "sqlite", foreign=["mysql"])
