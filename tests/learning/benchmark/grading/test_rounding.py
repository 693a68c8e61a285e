"""Which fractions are near enough, in the columns that they stand in."""

from decimal import Decimal

import pytest

from datasources.engine import Cell
from tests.learning.benchmark.grading.results import column, equal, graded, result


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (12.3456, 12.35),
        (12.3456, 12.346),
        (12.346, 12.35),
        (12.345, 12.35),
        (12.345, 12.34),
        (12.4987, 12.5),
        (12.996, 13.0),
        (0.3382, 0.34),
        (0.0996, 0.1),
        (0.0455486, 0.0455),
        (12.3456, "12.35"),
        (12.3456, Decimal("12.35")),
        (1 / 3, Decimal("0.3333")),
        (6_011_209.88000034, 6_011_209.88),
        (4_000.0004, 4_000.001),
        (1e15 + 0.5, 1e15 + 0.25),
    ],
)
def test_one_is_the_other_rounded(one: Cell, other: Cell) -> None:
    assert equal(column(one), column(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (12.3456, 12.3),
        (12.3456, 12),
        (12.3456, 12.34),
        (12.3456, 12.36),
        (12.4987, Decimal("12.5")),
        (12.4987, "12.5"),
        (12.996, 13),
        (2.5, 2),
        (0.004, 0.0),
        (0.0455, 0.05),
        (0.35, 35.0),
        (0.35, 35),
        (100.01, 100.02),
        (6_011_209.88, 6_011_209.89),
        (6_011_209, 6_011_210),
        (1.001, 1.002),
    ],
)
def test_one_is_not_the_other_rounded(one: Cell, other: Cell) -> None:
    assert not equal(column(one), column(other))


def test_a_column_shows_as_many_decimals_as_any_of_its_cells() -> None:
    assert equal(column(12.5, 0.25, 3.0, 0.0), column(12.4987, 0.2512, 3.0049, 0.0043))
    assert equal(column("12.50", "0.25"), column(12.4987, 0.2512))


def test_three_decimals_are_held_to_three() -> None:
    assert equal(column(12.5, 0.251), column(12.4996, 0.2512))
    assert not equal(column(12.5, 0.251), column(12.4987, 0.2512))


def test_whole_numbers_beside_fractions_stay_exact() -> None:
    assert not equal(column(412, 1.5), column(413, 1.5))


def test_nearness_does_not_carry_over() -> None:
    assert equal(column(1.5, 1.500001, 1.500002), column(1.500001, 1.500002, 1.500003))
    assert not equal(column(1.5, 1.500001, 1.500002), column(1.500001, 1.500001, 1.500004))


def test_rows_are_paired_by_all_of_their_columns() -> None:
    """By rank, the first rows would go together, which are near in one column only."""
    gold = result((1.001, 7.25), (1.002, 3.25))
    assert equal(gold, result((1.0, 3.25), (1.0, 7.25)))
    assert not equal(gold, result((1.0, 3.25), (1.0, 3.25)))


def test_a_row_that_fits_two_leaves_the_one_that_another_needs() -> None:
    gold = result((1.0051, 5.0049), (1.0151, 5.0051), (0.25, 0.25))
    assert equal(gold, result((1.01, 5.0), (1.02, 5.01), (0.25, 0.25)))
    assert equal(gold, result((1.02, 5.01), (1.01, 5.0), (0.25, 0.25)))
    assert not equal(gold, result((1.01, 5.01), (1.02, 5.0), (0.25, 0.25)))


def test_columns_that_are_near_one_by_one_need_not_be_row_by_row() -> None:
    """In each column, the values between lead from one end to the other."""
    gold = result((1.0049, 5.0049), (1.0051, 5.0051))
    assert equal(gold, result((1.01, 5.01), (1.0, 5.0)))
    assert not equal(gold, result((1.0, 5.01), (1.01, 5.0)))


def test_columns_that_show_other_decimals_are_tried_each() -> None:
    assert graded(column(12.4987), result(("12.5", 12.5)), extra=True).is_right


def test_thousands_of_rounded_rows_in_another_order() -> None:
    rows = [(number / 700, 3 - number / 900) for number in range(2000)]
    rounded = [(round(one, 2), round(other, 2)) for one, other in reversed(rows)]
    assert equal(result(*rows), result(*rounded))
    assert not equal(result(*rows), result(*rounded[1:], (0.0, 2.99)))
