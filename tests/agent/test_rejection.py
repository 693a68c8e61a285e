"""When a query, and when a result, is the same again."""

from decimal import Decimal

import pytest

from agent.rejection import same_result
from agent.same_sql import same_query
from datasources.engine import Cell, ResultSet
from tests.agent.query_pairs import OTHER, SAME

NAN = float("nan")


def found(*rows: tuple[Cell, ...], truncated: bool = False, names: str = "abc") -> ResultSet:
    return ResultSet(tuple(names[: len(rows[0])] if rows else ()), rows, truncated, 0.1)


@pytest.mark.parametrize(("dialect", "one", "other"), SAME)
def test_they_are_one_query(dialect: str, one: str, other: str) -> None:
    assert same_query(one, other, dialect)
    assert same_query(other, one, dialect)


@pytest.mark.parametrize(("dialect", "one", "other"), OTHER)
def test_they_are_two_queries(dialect: str, one: str, other: str) -> None:
    assert not same_query(one, other, dialect)


def test_a_statement_that_is_too_long_to_be_parsed_is_compared_by_words() -> None:
    many = ", ".join(f"'{number}'" for number in range(5000))
    assert same_query(f"SELECT a FROM t WHERE b IN ({many})", f"SELECT a  FROM t WHERE b IN ({many});", "sqlite")
    assert not same_query(f"SELECT a FROM t WHERE b IN ({many})", f"SELECT c FROM t WHERE b IN ({many})", "sqlite")


def test_a_statement_of_very_many_terms_is_compared_all_the_same() -> None:
    terms = [f"a = {number}" for number in range(1500)]
    one, other = " OR ".join(terms), " OR ".join(reversed(terms))
    assert same_query(f"SELECT a FROM t WHERE {one}", f"SELECT a FROM t WHERE {one}", "sqlite")
    assert same_query(f"SELECT a FROM t WHERE {one}", f"SELECT a FROM t WHERE {other}", "sqlite")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (found((1, "x"), (2, "y")), found((2, "y"), (1, "x"))),
        (found((1, "x"), names="ab"), found((1, "x"), names="xy")),
        (found((1, "x"), (2, "y")), found(("x", 1), ("y", 2))),
        (found((3,)), found((3.0,))),
        (found((Decimal("0.30"),)), found((0.1 + 0.2,))),
        (found((0.1 + 0.2, "b"), (0.3, "a")), found((0.3, "b"), (0.1 + 0.2, "a"))),
        (found((NAN,), (1.0,), (None,)), found((None,), (1.0,), (NAN,))),
        (found((b"x", None)), found((b"x", None))),
        (found((1,), truncated=True), found((1,), truncated=True)),
        (found(), found()),
    ],
)
def test_they_are_the_same_rows(one: ResultSet, other: ResultSet) -> None:
    assert same_result(one, other)
    assert same_result(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (found((1,)), found((2,))),
        (found((1,)), found((1,), (1,))),
        (found((1,)), found((1, 1))),
        (found((1,), (1,), (2,)), found((1,), (2,), (2,))),
        (found((1, "x"), (2, "y")), found((1, "y"), (2, "x"))),
        (found((1,)), found(("1",))),
        (found((None,)), found((0,))),
        (found(("",)), found((None,))),
        (found((1_000_000_001,)), found((1_000_000_002,))),
        (found((1.0,)), found((1.00001,))),
        (found((1,), truncated=True), found((1,))),
    ],
)
def test_they_are_other_rows(one: ResultSet, other: ResultSet) -> None:
    assert not same_result(one, other)
    assert not same_result(other, one)
