"""Which numbers are near enough, in the columns that they stand in.

Columns of whole numbers are exact. Where one of the two columns holds a fraction, numbers are the same

- within a millionth, but never half a cent or more apart: totals that differ by a cent are different; or
- when one is the other rounded to the decimals that its column shows, half up or half to even: two decimals or more,
  in which the largest number of the column still has two digits. A float drops zeros at its end, so a column of floats
  shows two at least: 12.35 is 12.3456, and 12.5 is 12.4987; but 12.3 and 12 are not 12.3456, nor is 0.05 0.0455.

Nearness does not carry over (what is near to both need not be near to each other), so nothing is rounded to compare it.
Numbers get the same code where a chain of near ones leads from one to the other, which those that are near always have.
Where a chain is longer than nearness reaches, it is `loose`: its rows have to be looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from datasources.engine import Cell, ResultSet
from learning.benchmark.grading.cells import Value, decimals, is_fraction, magnitude, read

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_RELATIVE = 1e-6
_LESS_THAN_A_CENT = 0.005
# What adding floats in another order changes.
_NOISE, _RELATIVE_NOISE = 1e-9, 1e-12
_FEWEST_PLACES = 2
LARGEST_SLACK = 0.5 * 10.0**-_FEWEST_PLACES


@dataclass(frozen=True, eq=False)
class Column:
    """Its `codes` are the same where values are the same, in all columns that were read with one codebook. `numbers`
    are NaN where there is none. `places`: the decimals that it shows."""

    codes: Ints
    numbers: Floats
    has_fractions: bool
    places: int

    @cached_property
    def in_order(self) -> bytes:
        """What is the same only for columns that are the same in every row, and show as many decimals."""
        return self.codes.tobytes() + self.places.to_bytes(8, "big")

    @cached_property
    def in_any_order(self) -> bytes:
        """What is the same only for columns that have the same values."""
        return np.sort(self.codes).tobytes()

    @cached_property
    def ranked(self) -> Floats:
        """The numbers alone."""
        return np.sort(self.numbers[~np.isnan(self.numbers)])

    @cached_property
    def largest(self) -> float:
        return float(np.abs(self.ranked).max(initial=0))

    @cached_property
    def others_in_any_order(self) -> bytes:
        """What is no number."""
        return np.sort(self.codes[np.isnan(self.numbers)]).tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A gold column and the one that may answer it, with codes that both share. `loose`: by code."""

    gold: Column
    other: Column
    gold_codes: Ints
    other_codes: Ints
    loose: Bools
    slack: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A result, read to be compared."""

    columns: list[Column]
    height: int


class Reading:
    """Results that others are compared with, one after the other."""

    def __init__(self, results: Iterable[ResultSet]) -> None:
        self._codebook: dict[Value, int] = {}
        self.grids = [_grid(result, self._codebook) for result in results]

    def other(self, result: ResultSet) -> Grid:
        """To be compared with `grids`, and with no other one."""
        return _grid(result, self._codebook.copy())


def _grid(result: ResultSet, codebook: dict[Value, int]) -> Grid:
    return Grid(_columns(result, codebook), len(result.rows))


def near(numbers: Floats, others: Floats, slack: float) -> Bools:
    """Position by position; `slack` is what rounding forgives. Never what is no number."""
    with np.errstate(over="ignore"):
        close: Bools = np.abs(numbers - others) <= reach(np.maximum(np.abs(numbers), np.abs(others)), slack)
    return close


def reach(sizes: Floats, slack: float) -> Floats:
    """How far a number of such a size may be from one that is the same."""
    forgiven = np.maximum(slack, np.minimum(_RELATIVE * sizes, _LESS_THAN_A_CENT))
    return forgiven + _NOISE + _RELATIVE_NOISE * sizes


def slack(gold: Column, other: Column) -> float:
    """Half of the last digit that the coarser of the two shows, if it shows enough of them."""
    places = min(gold.places, other.places)
    last = 10.0**-places
    is_shown = places >= _FEWEST_PLACES and max(gold.largest, other.largest) >= 10 * last
    return last / 2 if is_shown else 0.0


def have_the_same_values(gold: Column, other: Column) -> bool:
    """In any order. Numbers that can be paired at all can be paired by rank."""
    if not (gold.has_fractions or other.has_fractions):
        return gold.in_any_order == other.in_any_order
    if gold.others_in_any_order != other.others_in_any_order:
        return False
    return bool(near(gold.ranked, other.ranked, slack(gold, other)).all())


def are_the_same_at_each_position(gold: Column, other: Column) -> bool:
    same = gold.codes == other.codes
    if gold.has_fractions or other.has_fractions:
        same |= near(gold.numbers, other.numbers, slack(gold, other))
    return bool(same.all())


def pair(gold: Column, other: Column) -> Pair:
    if not (gold.has_fractions or other.has_fractions):
        loose = np.zeros(1 + max(gold.codes.max(initial=0), other.codes.max(initial=0)), dtype=bool)
        return Pair(gold, other, gold.codes, other.codes, loose, 0.0)
    return _chained(gold, other)


def _chained(gold: Column, other: Column) -> Pair:
    """What is no number keeps its code, behind those of the chains."""
    room, numbers = slack(gold, other), np.concatenate((gold.numbers, other.numbers))
    codes = np.concatenate((gold.codes, other.codes))
    order = np.argsort(numbers)[: np.count_nonzero(~np.isnan(numbers))]
    ranked = numbers[order]
    starts = np.concatenate(([True], ~near(ranked[:-1], ranked[1:], room))) if len(ranked) else np.empty(0, dtype=bool)
    chains, firsts = np.cumsum(starts) - 1, np.flatnonzero(starts)
    lasts = np.append(firsts[1:], len(ranked)) - 1 if len(ranked) else firsts
    codes = codes + len(firsts)
    codes[order] = chains
    loose = np.zeros(1 + codes.max(initial=0), dtype=bool)
    loose[: len(firsts)] = ~near(ranked[firsts], ranked[lasts], room)
    height = len(gold.codes)
    return Pair(gold, other, codes[:height], codes[height:], loose, room)


def _columns(result: ResultSet, codebook: dict[Value, int]) -> list[Column]:
    return [_column([row[at] for row in result.rows], codebook) for at in range(len(result.columns))]


def _column(cells: Sequence[Cell], codebook: dict[Value, int]) -> Column:
    values = [read(cell) for cell in cells]
    codes = np.array([codebook.setdefault(value, len(codebook)) for value in values], dtype=np.int64)
    numbers = np.array([magnitude(value) for value in values], dtype=np.float64)
    has_fractions = any(is_fraction(value) for value in values)
    return Column(codes, numbers, has_fractions, _places(cells))


def _places(cells: Sequence[Cell]) -> int:
    """Two at least where there are floats, which drop their zeros."""
    fewest = _FEWEST_PLACES if any(isinstance(cell, float) for cell in cells) else 0
    return max(fewest, max(map(decimals, cells), default=0))
