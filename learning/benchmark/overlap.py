"""How much of a gold is in a result that is not right."""

from __future__ import annotations

from dataclasses import dataclass

from learning.benchmark.columns import Pair, pair
from learning.benchmark.matching import Grid
from learning.benchmark.rows import shared_rows

# Cells that are compared with cells of every column; of larger results, columns only with those at their own position.
_MOST_CELLS = 500_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """The columns found, as positions (gold, other), and the rows shared over them. `score` is below 1 unless the rows
    are all there and nothing else is."""

    found: tuple[tuple[int, int], ...]
    shared: int
    score: float


def overlap(gold: Grid, other: Grid, *, extra_columns: bool) -> Overlap:
    """The score is that of the columns times that of the rows. Both are F1, the harmonic mean of how many of the
    gold's are there and how many of those there are the gold's; of columns only the former where more are allowed.

    Columns are found one after the other, those that share most values first, as long as each one makes it better.
    """
    best, pairs = Overlap((), 0, 0.0), list[Pair]()
    for at, answer, one in _alike(gold, other):
        if any(at == known or answer == taken for known, taken in best.found):
            continue
        shared = shared_rows([*pairs, one], gold.height, other.height)
        found = (*best.found, (at, answer))
        columns = _columns_score(len(found), gold, other, extra_columns=extra_columns)
        score = columns * 2 * shared / (gold.height + other.height)
        if score > best.score:
            best, pairs = Overlap(found, shared, score), [*pairs, one]
    return best


def _alike(gold: Grid, other: Grid) -> list[tuple[int, int, Pair]]:
    """Pairs of columns that share values, those that share most first; of equal ones, those at the same position."""
    everywhere = len(gold.columns) * len(other.columns) * max(gold.height, other.height) <= _MOST_CELLS
    ranked: list[tuple[int, int, int, int, Pair]] = []
    for at, column in enumerate(gold.columns):
        for answer, candidate in enumerate(other.columns):
            if everywhere or at == answer:
                one = pair(column, candidate)
                shared = shared_rows([one], gold.height, other.height)
                ranked.append((-shared, abs(at - answer), at, answer, one))
    return [(at, answer, one) for shared, _, at, answer, one in sorted(ranked, key=lambda entry: entry[:4]) if shared]


def _columns_score(found: int, gold: Grid, other: Grid, *, extra_columns: bool) -> float:
    if extra_columns:
        return found / len(gold.columns)
    return 2 * found / (len(gold.columns) + len(other.columns))
