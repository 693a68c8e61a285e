"""How much of a gold is in a result that is not right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np

from learning.benchmark.grading.columns import Floats, Grid, Ints, pair
from learning.benchmark.grading.rows import Rows

# Of larger results, columns are compared only with those at their own position.
_MOST_CELLS = 10_000_000
# Of columns that may answer one, and of pairs that are tried: enough for results that people read.
_MOST_ANSWERS = 5
_MOST_TRIED = 300


@dataclass(frozen=True, slots=True)
class Overlap:
    """The columns found, as positions (gold, other), and how many rows are shared over them. `score` is 1 only if all
    of both are."""

    found: tuple[tuple[int, int], ...]
    shared: int
    score: float


def overlap(gold: Grid, other: Grid, *, extra_columns: bool) -> Overlap:
    """The score is that of the columns times that of the rows. Both are F1, the harmonic mean of how many of the
    gold's are there and how many of those there are the gold's; of columns only the former where more are allowed.

    Columns are found one after the other, those that are most alike first, as long as each one makes it better.
    """
    best, rows = Overlap((), 0, 0.0), Rows.all_of(gold.height, other.height)
    for at, answer in islice(_alike(gold, other), _MOST_TRIED):
        if any(at == known or answer == taken for known, taken in best.found):
            continue
        more = rows.split(pair(gold.columns[at], other.columns[answer]))
        found = (*best.found, (at, answer))
        score = _columns_score(len(found), gold, other, extra_columns=extra_columns)
        score *= 2 * more.shared / (gold.height + other.height)
        if score > best.score:
            best, rows = Overlap(found, more.shared, score), more
    return best


def _columns_score(found: int, gold: Grid, other: Grid, *, extra_columns: bool) -> float:
    if extra_columns:
        return found / len(gold.columns)
    return 2 * found / (len(gold.columns) + len(other.columns))


def _alike(gold: Grid, other: Grid) -> list[tuple[int, int]]:
    """Pairs of columns with some of the same values, those most alike first; of equal ones, the closest positions."""
    alike = _likenesses(gold, other)
    at, answer = np.nonzero(alike)
    order = np.lexsort((np.abs(at - answer), -alike[at, answer]))
    answers: dict[int, int] = {}
    ranked: list[tuple[int, int]] = []
    for one, other_one in zip(at[order].tolist(), answer[order].tolist(), strict=True):
        answers[one] = answers.get(one, 0) + 1
        if answers[one] <= _MOST_ANSWERS:
            ranked.append((one, other_one))
    return ranked


def _likenesses(gold: Grid, other: Grid) -> Floats:
    """Of each gold column with each other one: the share of cells there that are in it, times that of its own."""
    if not all((gold.height, other.height, gold.columns, other.columns)):
        return np.zeros((len(gold.columns), len(other.columns)))
    if len(gold.columns) * len(other.columns) * max(gold.height, other.height) > _MOST_CELLS:
        return np.eye(len(gold.columns), len(other.columns))
    ours, theirs = _sketches(gold, other)
    return _shares(ours, theirs) * _shares(theirs, ours).T


def _shares(columns: Ints, others: Ints) -> Floats:
    shares = np.empty((len(columns), len(others)))
    there = np.zeros(1 + max(columns.max(), others.max()), dtype=bool)
    for at, column in enumerate(columns):
        there[column] = True
        shares[at] = there[others].mean(axis=1)
        there[column] = False
    return shares


def _sketches(gold: Grid, other: Grid) -> tuple[Ints, Ints]:
    """The cells of each column as whole numbers, in which those that are near are the same, but at an edge."""
    every = [*gold.columns, *other.columns]
    numbers, codes = (np.concatenate([getattr(column, name) for column in every]) for name in ("numbers", "codes"))
    with np.errstate(over="ignore"):
        sketch = np.unique(np.round(numbers, 2), return_inverse=True)[1]
    sketch = np.where(np.isnan(numbers), len(numbers) + codes, sketch)
    ours = len(gold.columns) * gold.height
    return sketch[:ours].reshape(-1, gold.height), sketch[ours:].reshape(-1, other.height)
