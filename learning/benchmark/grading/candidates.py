"""Which columns may answer one of the gold's, by their values alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from learning.benchmark.grading.columns import (
    LARGEST_SLACK,
    Column,
    Grid,
    are_the_same_at_each_position,
    have_the_same_values,
    near,
)

# Pairs of columns, value by value: more than any results have that people ask for.
_MOST_COMPARED = 20_000

Twins = dict[int, list[int]]
"""The first of columns that are the same in every row → all of them."""


def twins(grid: Grid) -> Twins:
    found: dict[bytes, list[int]] = defaultdict(list)
    for at, column in enumerate(grid.columns):
        found[column.in_order].append(at)
    return {places[0]: places for places in found.values()}


def candidates(gold: Grid, other: Grid, places: Collection[int], in_place: Collection[int]) -> list[list[int]]:
    """Of each gold column, those among these `places` that have the same values, of those `in_place` at each position.

    Past a bound there are none.
    """
    pool, compared = _Pool(other, places), 0
    found: list[list[int]] = []
    for at, column in enumerate(gold.columns):
        alike = [place for place in pool.alike(column) if (compared := compared + 1) <= _MOST_COMPARED]
        same = (place for place in alike if have_the_same_values(column, other.columns[place]))
        if at in in_place:
            same = (place for place in same if are_the_same_at_each_position(column, other.columns[place]))
        found.append([*same])
    return found


class _Pool:
    """Columns by what is quick to find them by."""

    def __init__(self, grid: Grid, places: Collection[int]) -> None:
        self._by_values: dict[bytes, list[int]] = defaultdict(list)
        for place in places:
            self._by_values[grid.columns[place].in_any_order].append(place)
        self._places = np.array([*places], dtype=np.int64)
        self._extremes = np.array([_extremes(grid.columns[place]) for place in places]).reshape(-1, 2)
        self._have_fractions = np.array([grid.columns[place].has_fractions for place in places], dtype=bool)

    def alike(self, column: Column) -> Sequence[int]:
        """Those with exactly the same values, and where there are fractions, those whose extremes are near."""
        are_near = near(self._extremes, np.array(_extremes(column)), LARGEST_SLACK).all(axis=1)
        if column.has_fractions:
            return [int(place) for place in self._places[are_near]]
        exact = self._by_values.get(column.in_any_order, [])
        return [*exact, *(int(place) for place in self._places[are_near & self._have_fractions])]


def _extremes(column: Column) -> tuple[float, float]:
    """Of its numbers, where it has any."""
    return (column.ranked[0], column.ranked[-1]) if len(column.ranked) else (np.nan, np.nan)
