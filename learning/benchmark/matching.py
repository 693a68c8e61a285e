"""Which column of a result answers which of the gold's."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from datasources.engine import ResultSet
from learning.benchmark.columns import (
    Codebook,
    Column,
    Ints,
    Pair,
    are_the_same_at_each_position,
    columns,
    have_the_same_values,
    pair,
)
from learning.benchmark.rows import refined, shared_rows

# Of columns with each other, and of choices: far more than any results need that people ask for.
_MOST_COMPARED = 20_000
_MOST_TRIED = 2_000

Choice = tuple[int, ...]
"""For each column of the gold, the position of the one that answers it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A result, read to be compared."""

    columns: list[Column]
    height: int


def grids(*results: ResultSet) -> list[Grid]:
    """To be compared with each other."""
    codebook: Codebook = {}
    return [Grid(columns(result, codebook), len(result.rows)) for result in results]


def correspondence(gold: Grid, other: Grid, in_place: Collection[int] = ()) -> Choice | None:
    """The columns under which the rows of both are the same, in any order and each as often; None where there are none.

    Those `in_place` have the same value at each position, too. Columns of `other` may be left over.
    """
    if gold.height != other.height or len(gold.columns) > len(other.columns):
        return None
    return _Search(gold, other, frozenset(in_place)).found()


class _Search:
    """Depth first, the columns with the fewest candidates first. A candidate is dropped as soon as the rows, as far as
    their columns are chosen, are not the same. Columns that are the same in every row are one candidate: a twin.

    Only results made to puzzle it reach its bounds; they count as different.
    """

    def __init__(self, gold: Grid, other: Grid, in_place: frozenset[int]) -> None:
        self._gold, self._other, self._in_place = gold, other, in_place
        self._twins: dict[bytes, list[int]] = {}
        for at, column in enumerate(other.columns):
            self._twins.setdefault(column.in_order, []).append(at)
        self._pairs: dict[tuple[int, bytes], Pair] = {}
        self._compared = self._tried = 0

    def found(self) -> Choice | None:
        rows = np.zeros(self._gold.height, dtype=np.int64)
        ways = [self._ways_on((), rows, rows)]
        while ways:
            if (way := next(ways[-1], None)) is None:
                ways.pop()
                continue
            chosen, ours, theirs = way
            if len(chosen) < len(self._order):
                ways.append(self._ways_on(chosen, ours, theirs))
            elif self._is_right(chosen):
                return self._choice(chosen)
        return None

    def _ways_on(
        self, chosen: tuple[bytes, ...], ours: Ints, theirs: Ints
    ) -> Iterator[tuple[tuple[bytes, ...], Ints, Ints]]:
        """With each candidate for the next column that keeps the rows the same, and the groups of rows by then."""
        at = self._order[len(chosen)]
        for candidate in self._candidates[at]:
            if chosen.count(candidate) == len(self._twins[candidate]) or self._tried == _MOST_TRIED:
                continue
            self._tried += 1
            groups = refined(ours, theirs, self._pair(at, candidate))
            if np.array_equal(np.sort(groups[0]), np.sort(groups[1])):
                yield (*chosen, candidate), *groups

    def _is_right(self, chosen: tuple[bytes, ...]) -> bool:
        pairs = [self._pair(at, candidate) for at, candidate in zip(self._order, chosen, strict=True)]
        return shared_rows(pairs, self._gold.height, self._other.height) == self._gold.height

    def _choice(self, chosen: tuple[bytes, ...]) -> Choice:
        left = {candidate: iter(places) for candidate, places in self._twins.items()}
        answers = {at: next(left[candidate]) for at, candidate in zip(self._order, chosen, strict=True)}
        return tuple(answers[at] for at in range(len(answers)))

    @cached_property
    def _order(self) -> list[int]:
        return sorted(range(len(self._gold.columns)), key=lambda at: len(self._candidates[at]))

    @cached_property
    def _candidates(self) -> list[list[bytes]]:
        return [[twin for twin in self._twins if self._may_answer(at, twin)] for at in range(len(self._gold.columns))]

    def _may_answer(self, at: int, candidate: bytes) -> bool:
        self._compared += 1
        gold, other = self._gold.columns[at], self._other.columns[self._twins[candidate][0]]
        if self._compared > _MOST_COMPARED or not have_the_same_values(gold, other):
            return False
        return at not in self._in_place or are_the_same_at_each_position(gold, other)

    def _pair(self, at: int, candidate: bytes) -> Pair:
        if (at, candidate) not in self._pairs:
            other = self._other.columns[self._twins[candidate][0]]
            self._pairs[at, candidate] = pair(self._gold.columns[at], other)
        return self._pairs[at, candidate]
