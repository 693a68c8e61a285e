"""Results made of rows."""

from __future__ import annotations

from datasources.engine import Cell, ResultSet
from learning.benchmark.grading.grader import Gold, Grade, grade

Row = tuple[Cell, ...]


def result(*rows: Row, names: str = "", truncated: bool = False) -> ResultSet:
    """The columns are called by these names, or by their positions."""
    width = len(rows[0]) if rows else 1
    columns = tuple(names.split()) or tuple(str(at) for at in range(width))
    return ResultSet(columns, rows, truncated, elapsed=0.0)


def column(*cells: Cell) -> ResultSet:
    return result(*((cell,) for cell in cells))


def graded(
    gold: ResultSet, other: ResultSet, *, sorted_by: tuple[int, ...] = (), ordered: bool = False, extra: bool = False
) -> Grade:
    return grade(other, [Gold(gold, sorted_by)], ordered=ordered, extra_columns=extra)


def equal(gold: ResultSet, other: ResultSet) -> bool:
    """Whichever of the two is the gold."""
    there, back = graded(gold, other).is_right, graded(other, gold).is_right
    assert there == back
    return there
