"""The grader: results as large as the site shows, and some that were made to be hard."""

import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from datasources.engine import Cell, ResultSet
from learning.benchmark.grading.grader import Gold, grade
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options

ROWS = 1000
ROUNDS = 7
Row = tuple[Cell, ...]


def figures(options: Options) -> Iterator[Figure]:
    yield Figure("grade: one number", _milliseconds([(412,)], [(412.0,)]), "ms", 5)
    yield Figure("grade: 1,000 rows × 9, the same", _milliseconds(_rows(9), _shuffled(_rows(9))), "ms", 250)
    yield Figure("grade: 1,000 rows × 9, one cell wrong", _milliseconds(_rows(9), _one_wrong(_rows(9))), "ms", 500)
    yield Figure("grade: 1,000 rows × 60, the same", _milliseconds(_rows(60), _shuffled(_rows(60))), "ms", 2000)
    alike: list[Row] = [(0.5 + row / 10**9,) * 40 for row in range(ROWS)]
    yield Figure("grade: 1,000 rows × 40 columns all alike", _milliseconds(alike, alike[::-1]), "ms", 2000)


def _rows(columns: int) -> list[Row]:
    source = random.Random(columns)
    return [tuple(_cell(source, row, column) for column in range(columns)) for row in range(ROWS)]


def _cell(source: random.Random, row: int, column: int) -> Cell:
    kinds: tuple[Cell, ...] = (
        row,
        source.randint(0, 9),
        source.uniform(0, 1000),
        f"name {source.randint(0, 99)}",
        None,
    )
    return kinds[column % len(kinds)]


def _shuffled(rows: list[Row]) -> list[Row]:
    source = random.Random(1)
    places = source.sample(range(len(rows[0])), len(rows[0]))
    return source.sample([tuple(row[place] for place in places) for row in rows], len(rows))


def _one_wrong(rows: list[Row]) -> list[Row]:
    return [*rows[:-1], ("wrong", *rows[-1][1:])]


def _milliseconds(gold: Sequence[Row], other: Sequence[Row]) -> float:
    right, given = Gold(_result(gold)), _result(other)
    return 1000 * median(_seconds(lambda: grade(given, [right])) for _ in range(ROUNDS))


def _result(rows: Sequence[Row]) -> ResultSet:
    return ResultSet(tuple(f"c{at}" for at in range(len(rows[0]))), tuple(rows), truncated=False, elapsed=0.0)


def _seconds(run: Callable[[], object]) -> float:
    with stopwatch() as taken:
        run()
    return taken[0]
