"""Which column of a result answers which of the gold's."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from learning.benchmark.grading.candidates import candidates, twins
from learning.benchmark.grading.columns import Grid, Pair, pair
from learning.benchmark.grading.rows import Rows

# Choices of a column: more than any results need that people ask for.
_MOST_TRIED = 4_000

Choice = tuple[int, ...]
"""For each column of the gold, the position of the one that answers it."""


def correspondence(gold: Grid, other: Grid, in_place: Collection[int] = ()) -> Choice | None:
    """The columns under which the rows of both are the same, in any order and each as often; None where there are none.

    Those `in_place` have the same value at each position, too. Columns of `other` may be left over.
    """
    if gold.height != other.height or len(gold.columns) > len(other.columns):
        return None
    return _Search(gold, other, frozenset(in_place)).found() if gold.columns else ()


class _Search:
    """Depth first, the columns with the fewest candidates first. A candidate is dropped as soon as the rows, as far as
    their columns are chosen, are not the same. Of twins, columns that are the same in every row, one is tried.

    Only results made to puzzle it reach its bounds: they count as different.
    """

    def __init__(self, gold: Grid, other: Grid, in_place: frozenset[int]) -> None:
        self._gold, self._other = gold, other
        self._twins = twins(other)
        self._candidates = candidates(gold, other, self._twins, in_place)
        self._order = sorted(range(len(gold.columns)), key=lambda at: len(self._candidates[at]))
        self._pairs: dict[tuple[int, int], Pair] = {}
        self._tried = 0

    def found(self) -> Choice | None:
        paths = [self._ways_on((), Rows.all_of(self._gold.height, self._other.height))]
        while paths:
            if (way := next(paths[-1], None)) is None:
                paths.pop()
                continue
            chosen, rows = way
            if len(chosen) < len(self._order):
                paths.append(self._ways_on(chosen, rows))
            elif rows.shared == self._gold.height:
                return self._choice(chosen)
        return None

    def _ways_on(self, chosen: Choice, rows: Rows) -> Iterator[tuple[Choice, Rows]]:
        """With each candidate for the next column that keeps the rows the same."""
        at = self._order[len(chosen)]
        for candidate in self._candidates[at]:
            if chosen.count(candidate) == len(self._twins[candidate]) or self._tried == _MOST_TRIED:
                continue
            self._tried += 1
            split = rows.split(self._pair(at, candidate))
            if split.are_even:
                yield (*chosen, candidate), split

    def _choice(self, chosen: Choice) -> Choice:
        left = {candidate: iter(places) for candidate, places in self._twins.items()}
        answers = {at: next(left[candidate]) for at, candidate in zip(self._order, chosen, strict=True)}
        return tuple(answers[at] for at in range(len(answers)))

    def _pair(self, at: int, candidate: int) -> Pair:
        if (at, candidate) not in self._pairs:
            self._pairs[at, candidate] = pair(self._gold.columns[at], self._other.columns[candidate])
        return self._pairs[at, candidate]
