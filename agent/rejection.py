"""Answers that a person did not want, and when another one is the same again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.same_sql import same_query
from datasources.engine import Cell, ResultSet

SAME_QUERY = "This is the answer that was rejected before."
SAME_ROWS = "This finds the same rows as the answer that was rejected before."
NO_ROWS_AGAIN = "This finds no rows, as the answer that was rejected before."
_RELATIVE = 1e-9


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that is not to be given again; `remark` is what the person said is wrong with it."""

    sql: str
    result: ResultSet | None = None
    remark: str = ""


def verdict_on(sql: str, rejected: Sequence[Rejected], dialect: str) -> str:
    """Empty, or the sentence that says that `sql` is an answer that was rejected."""
    return SAME_QUERY if any(same_query(sql, each.sql, dialect) for each in rejected) else ""


def verdict_on_rows(result: ResultSet, rejected: Sequence[Rejected]) -> str:
    """Empty, or the sentence that says that these are the rows of an answer that was rejected."""
    known = [each.result for each in rejected if each.result is not None]
    if not any(same_result(result, each) for each in known):
        return ""
    return SAME_ROWS if result.rows else NO_ROWS_AGAIN


def same_result(one: ResultSet, other: ResultSet) -> bool:
    """Whether two results hold the same rows: in any order of rows and of columns, whatever these are called.

    Numbers are the same by value, with floats 1e-9 of it apart; exact ones exactly. Of two results that were cut, what
    is there is compared; one that was cut and one that was not are never the same. No rows are the same as no rows.
    """
    if not one.rows and not other.rows:
        return True
    if one.truncated != other.truncated or len(one.columns) != len(other.columns) or len(one.rows) != len(other.rows):
        return False
    return all(map(_same_row, _ordered(one), _ordered(other)))


Row = Sequence[Cell]


def _ordered(result: ResultSet) -> list[Row]:
    """The rows in an order of their own, with the columns in an order of their own."""
    columns = sorted(zip(*result.rows, strict=True), key=lambda column: sorted(map(_key, column)))
    return sorted(zip(*columns, strict=True), key=_row_key)


def _row_key(row: Row) -> tuple[list[tuple[int, float, str]], list[tuple[int, float, str]]]:
    """What is exact first: floats that differ a little must not put rows into another order."""
    keys = [(_key(cell), isinstance(cell, float)) for cell in row]
    return [key for key, is_float in keys if not is_float], [key for key, is_float in keys if is_float]


def _key(cell: Cell) -> tuple[int, float, str]:
    match cell:
        case None:
            return (0, 0.0, "")
        case bool() | int() | float() | Decimal():
            return (2, 0.0, "") if math.isnan(cell) else (1, _float(cell), "")
        case bytes():
            return (4, 0.0, cell.hex())
    return (3, 0.0, cell)


def _float(number: float | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def _same_row(one: Row, other: Row) -> bool:
    return all(map(_same_cell, one, other))


def _same_cell(one: Cell, other: Cell) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return _near(one, other)
    return one == other


def _near(one: Cell, other: Cell) -> bool:
    if not isinstance(one, int | float | Decimal) or not isinstance(other, int | float | Decimal):
        return False
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(_float(one), _float(other), rel_tol=_RELATIVE)
