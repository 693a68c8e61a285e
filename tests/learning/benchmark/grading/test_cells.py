"""Which cells are the same."""

import math
from decimal import Decimal

import pytest

from datasources.engine import Cell
from tests.learning.benchmark.grading.results import column, equal

SAME: list[tuple[Cell, Cell]] = [
    (None, None),
    (1, 1.0),
    (1, True),
    (False, 0),
    (0, -0.0),
    (7, Decimal("7.00")),
    (2024, "2024"),
    ("-3", -3),
    ("12.50", 12.5),
    (Decimal("0.10"), 0.1),
    (10**40, Decimal(10**40)),
    (Decimal("1E+1000000"), Decimal("1E+1000000")),
    (Decimal("1.2345678901234567890123456789012345678901"), 1.2345678901234567),
    (math.nan, Decimal("NaN")),
    (math.inf, Decimal("Infinity")),
    (411.99999999999994, 412),
    (0.1 + 0.2, 0.3),
    (1e-17, 0),
    (1e17, 1e17 + 16),
    (2.0**53, 2**53 + 1),
    (b"\x00\xff", b"\x00\xff"),
    ("Zoë", "Zoë"),
    ("2024-01-31 00:00:00", "2024-01-31"),
    ("2024-01-31T00:00:00+00:00", "2024-01-31"),
    ("2024-01-31 00:00:00.000000", "2024-01-31"),
    ("2024-01-31 12:30:00", "2024-01-31T12:30Z"),
    ("2024-01-31 12:30:00.500", "2024-01-31 12:30:00.5+00"),
]
OTHER: list[tuple[Cell, Cell]] = [
    (None, 0),
    (None, ""),
    (None, "NULL"),
    (None, math.nan),
    (0, ""),
    (1, 2),
    (1, -1),
    (7, "007"),
    (7, "+7"),
    (7, " 7"),
    (7, "7."),
    (1000, "1e3"),
    (1000, "1,000"),
    (5, "five"),
    (0.5, ".5"),
    (True, "true"),
    (10**40, 10**40 + 1),
    (2**53, 2**53 + 1),
    (Decimal("1E+1000000"), Decimal("1E+1000001")),
    (math.nan, 0.0),
    (math.inf, -math.inf),
    (math.inf, 1e308),
    ("a", "A"),
    ("a", "a "),
    ("a", b"a"),
    ("2024-01-31 00:00:01", "2024-01-31"),
    ("2024-01-31 00:00:00+02:00", "2024-01-31"),
    ("2024-01-31", "2024-1-31"),
    ("2024-01", "2024-01-01"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: Cell, other: Cell) -> None:
    assert equal(column(one), column(other))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_not_the_same(one: Cell, other: Cell) -> None:
    assert not equal(column(one), column(other))


def test_texts_and_numbers_of_any_length() -> None:
    assert equal(column("a" * 1_000_000), column("a" * 1_000_000))
    assert not equal(column("a" * 1_000_000), column("a" * 999_999))
    assert not equal(column("1" * 5_000), column("1" * 4_999))
    assert equal(column(10**5_000), column(Decimal(10**5_000)))
    assert not equal(column(10**5_000), column(10**5_000 + 1))
