"""What is said about a result that is not right."""

from __future__ import annotations

import math

import pytest

from datasources.engine import Cell, ResultSet
from tests.learning.benchmark.grading.results import column, graded, result

SALES = result(("Ann", 3.5), ("Bob", 1.25), ("Cid", 2.0), ("Dora", 7.75), names="name total")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (result(names="name total"), "No rows instead of 4."),
        (result(*SALES.rows[:3]), "3 rows instead of 4: those there are right."),
        (result(("Ann", 3.5)), "1 row instead of 4: those there are right."),
        (result(*SALES.rows, ("Eve", 4.0)), "5 rows instead of 4: those asked for, and others."),
        (result(*SALES.rows, ("Ann", 3.5)), "5 rows instead of 4: some appear more often than they should."),
        (result(*SALES.rows[:2], ("Eve", 4.0)), "3 rows instead of 4."),
        (result(*SALES.rows, truncated=True), "More than 4 rows instead of 4: those asked for, and others."),
        (result(*((1, *row) for row in SALES.rows)), "One column too many."),
        (result(*((1, 2, *row) for row in SALES.rows)), "Two columns too many."),
        (result(*((name,) for name, _ in SALES.rows)), "One column too few."),
        (result(("Ann",)), "1 row instead of 4, and one column too few."),
        (result(*((name, 1) for name, _ in SALES.rows)), 'The values of "total" are not right.'),
        (result(*SALES.rows[:3], ("Dora", 8)), "3 of 4 rows are right."),
        (result(("Ann", 3.5), ("B", 1), ("C", 1), ("D", 1)), "1 of 4 rows is right."),
        (result(*((9, 8) for _ in SALES.rows)), "None of 4 rows are right."),
        (result(*((7, 8, 9) for _ in SALES.rows)), "One column too many, and none of 4 rows are right."),
        (
            result(*((name, 8, 9) for name, _ in SALES.rows)),
            'One column too many, and the values of "total" are not right.',
        ),
    ],
)
def test_it_says_what_differs(other: ResultSet, why: str) -> None:
    assert graded(SALES, other).why == why


@pytest.mark.parametrize(
    ("right", "given", "why"),
    [
        (398, 412, "The number is 412 instead of 398."),
        (0.1, 0.30000000000000004, "The number is 0.3 instead of 0.1."),
        (398, None, "The value is NULL instead of 398."),
        ("Ann", "Bob", 'The value is "Bob" instead of "Ann".'),
        (b"ab", b"cd", "The value is b'cd' instead of b'ab'."),
        (1, math.nan, "The number is nan instead of 1."),
    ],
)
def test_it_names_a_single_value(right: Cell, given: Cell, why: str) -> None:
    assert graded(column(right), column(given)).why == why


def test_a_single_row_with_another_number_of_columns_says_that_its_values_are_wrong_too() -> None:
    gold = result((501, 1750), names="daily monthly")
    assert graded(gold, result(("June", 879, 3916))).why == "One column too many, and the row is not right."
    assert graded(gold, result((879,))).why == "One column too few, and the row is not right."
    assert graded(gold, result(("June", 501, 1750))).why == "One column too many."


def test_a_nul_character_is_shown_as_one_that_can_be_kept() -> None:
    assert graded(column(1), column("a\0b")).why == 'The value is "a\N{REPLACEMENT CHARACTER}b" instead of 1.'


def test_long_values_are_cut() -> None:
    assert graded(column("x" * 1_000_000), column(1)).why == f'The value is 1 instead of "{"x" * 60}…".'
    assert graded(column(1), column(10**5000)).why == f"The number is {hex(10**5000)[:60]}… instead of 1."


def test_it_names_the_value_of_a_single_row() -> None:
    gold = result(("Ann", 3), names="name orders")
    assert graded(gold, result(("Ann", 4))).why == 'The number of "orders" is 4 instead of 3.'


def test_no_rows_were_right_in_another_shape() -> None:
    assert graded(result(names="a"), result(names="a b")).why == "One column too many."


def test_rows_where_there_should_be_none() -> None:
    assert graded(result(names="a"), column(1)).why == "1 row instead of none."


def test_several_columns_that_are_not_right_are_counted() -> None:
    gold, other = result((1, "a", "x"), (2, "b", "y")), result((1, "c", "v"), (2, "d", "w"))
    assert graded(gold, other).why == "The values of two columns are not right."


def test_it_says_in_how_many_columns_rows_are_right() -> None:
    gold, other = result((1, "a"), (2, "b"), (3, "c")), result((1, "x"), (2, "y"), (9, "z"))
    assert graded(gold, other).why == "2 of 3 rows are right, in one of two columns."


def test_nothing_is_said_about_what_is_right() -> None:
    assert graded(SALES, SALES).why == ""
