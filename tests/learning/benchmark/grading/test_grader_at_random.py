"""The grader on results made at random: shuffled ones are right, changed ones are wrong, and it agrees with trying
everything."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from datasources.engine import Cell
from learning.benchmark.grading.columns import Bools, Grid, Ints, Reading, near, pair, slack
from learning.benchmark.grading.matching import correspondence
from learning.benchmark.grading.rows import Rows
from tests.learning.benchmark.grading.results import Row, equal, graded, result

KINDS = ("key", "few", "fraction", "text", "truth", "constant", "mixed")


def table(source: random.Random) -> list[Row]:
    kinds = [source.choice(KINDS) for _ in range(source.randint(1, 8))]
    return [tuple(_cell(source, kind, row) for kind in kinds) for row in range(source.randint(1, 60))]


def _cell(source: random.Random, kind: str, row: int) -> Cell:
    cells: dict[str, Cell] = {
        "key": row,
        "few": source.randint(0, 3),
        "fraction": source.uniform(-1000, 1000),
        "text": source.choice(["a", "b", "12", "2024-01-01", ""]),
        "truth": source.random() < 0.5,
        "constant": 7.25,
        "mixed": source.choice([None, "x", 3, 3.5, b"x"]),
    }
    return cells[kind]


def shuffled(rows: list[Row], source: random.Random) -> list[Row]:
    places = source.sample(range(len(rows[0])), len(rows[0]))
    return source.sample([tuple(row[place] for place in places) for row in rows], len(rows))


def with_one_cell_changed(rows: list[Row], source: random.Random) -> list[Row]:
    at, place = source.randrange(len(rows)), source.randrange(len(rows[0]))
    changed = list(rows[at])
    changed[place] = "something else"
    return [*rows[:at], tuple(changed), *rows[at + 1 :]]


@pytest.mark.parametrize("seed", range(60))
def test_shuffled_rows_and_columns_are_right(seed: int) -> None:
    source = random.Random(seed)
    rows = table(source)
    assert equal(result(*rows), result(*shuffled(rows, source)))


@pytest.mark.parametrize("seed", range(60))
def test_with_one_cell_changed_they_are_wrong(seed: int) -> None:
    source = random.Random(seed)
    rows = table(source)
    assert not equal(result(*rows), result(*with_one_cell_changed(shuffled(rows, source), source)))


@pytest.mark.parametrize("seed", range(60))
def test_with_one_row_too_many_or_too_few_they_are_wrong(seed: int) -> None:
    source = random.Random(seed)
    rows = table(source)
    assert not equal(result(*rows), result(*shuffled([*rows, source.choice(rows)], source)))


@pytest.mark.parametrize("seed", range(60))
def test_columns_too_many_leave_them_right_where_they_may_be(seed: int) -> None:
    source = random.Random(seed)
    rows = table(source)
    wider = shuffled([(*row, source.randint(0, 3), row[0]) for row in rows], source)
    assert graded(result(*rows), result(*wider), extra=True).is_right


@pytest.mark.parametrize("seed", range(5))
def test_columns_that_all_have_the_same_values_are_told_apart(seed: int) -> None:
    source = random.Random(seed)
    values = [source.random() for _ in range(30)]
    rows = [*zip(*(source.sample(values, 30) for _ in range(12)), strict=True)]
    assert equal(result(*rows), result(*shuffled(rows, source)))
    assert not equal(result(*rows), result(*with_one_cell_changed(shuffled(rows, source), source)))


# Small numbers of which each is near to some of the others, once these are rounded, and not to what those are near to.
CELLS: tuple[Cell, ...] = (0, 1, 1.001, 1.0049, 1.0051, 1.0099, 1.0149, 1.0151, 1.02, "1.02", "x", None)


def near_ties(source: random.Random) -> list[Row]:
    cells, width = source.sample(CELLS, source.randint(2, 6)), source.randint(1, 3)
    return [tuple(source.choice(cells) for _ in range(width)) for _ in range(source.randint(1, 5))]


def rounded(rows: list[Row], source: random.Random) -> list[Row]:
    """Half of the time with each column in an order of its own."""
    coarse = [tuple(round(cell, 2) if isinstance(cell, float) else cell for cell in row) for row in rows]
    if source.random() < 0.5:
        return coarse
    columns = [source.sample(column, len(column)) for column in zip(*coarse, strict=True)]
    return [*zip(*columns, strict=True)]


def by_trying_everything(gold: Grid, other: Grid) -> bool:
    orders = [np.array(order) for order in permutations(range(other.height))]
    return any(
        any(_same_rows(gold, other, columns, order).all() for order in orders)
        for columns in permutations(range(len(other.columns)), len(gold.columns))
    )


def _same_rows(gold: Grid, other: Grid, columns: Sequence[int], order: Ints) -> Bools:
    """Which rows are the same, with the other's columns and rows put into this order."""
    same = np.ones(gold.height, dtype=bool)
    for ours, place in zip(gold.columns, columns, strict=True):
        theirs = other.columns[place]
        close = near(ours.numbers, theirs.numbers[order], slack(ours, theirs))
        same &= (ours.codes == theirs.codes[order]) | (close & (ours.has_fractions or theirs.has_fractions))
    return same


def read(gold: list[Row], other: list[Row]) -> tuple[Grid, Grid]:
    reading = Reading([result(*gold)])
    return reading.grids[0], reading.other(result(*other))


@pytest.mark.parametrize("seed", range(400))
def test_it_finds_columns_exactly_where_trying_everything_does(seed: int) -> None:
    source = random.Random(seed)
    rows = near_ties(source)
    ours, theirs = read(rows, shuffled(rounded(rows, source), source))
    assert (correspondence(ours, theirs) is not None) == by_trying_everything(ours, theirs)


@pytest.mark.parametrize("seed", range(200))
def test_it_finds_as_many_rows_as_trying_everything_does(seed: int) -> None:
    source = random.Random(seed)
    rows = near_ties(source)
    ours, theirs = read(rows, rounded(rows, source))
    found = Rows.all_of(ours.height, theirs.height)
    for gold, other in zip(ours.columns, theirs.columns, strict=True):
        found = found.split(pair(gold, other))
    orders = (np.array(order) for order in permutations(range(theirs.height)))
    most = max(_same_rows(ours, theirs, range(len(theirs.columns)), order).sum() for order in orders)
    assert found.shared == most
