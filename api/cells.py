"""A result as programs of any language read it: JSON in which no value has become another."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from api.shapes import ResultColumn, Rows
from datasources.engine import Cell, ResultSet

_EXACT = 2**53
"""Whole numbers beyond are not what they were after JSON.parse."""


def rows_of(result: ResultSet, offset: int = 0, limit: int | None = None) -> Rows:
    """A page of it. How a column's numbers are told is decided by all of its rows, so that pages agree."""
    columns = columns_of(result)
    end = len(result.rows) if limit is None else offset + limit
    as_text = [column.digits_as_text for column in columns]
    page = [[_told(cell, text) for cell, text in zip(row, as_text, strict=True)] for row in result.rows[offset:end]]
    return Rows(columns=columns, rows=page, offset=offset, total=len(result.rows), truncated=result.truncated)


def columns_of(result: ResultSet) -> list[ResultColumn]:
    types = result.types or ("",) * len(result.columns)
    cells: Sequence[tuple[Cell, ...]] = list(zip(*result.rows, strict=True)) or [()] * len(result.columns)
    return [
        ResultColumn(name=name, type=kind, digits_as_text=any(map(_would_be_rounded, held)))
        for name, kind, held in zip(result.columns, types, cells, strict=True)
    ]


def _would_be_rounded(cell: Cell) -> bool:
    if isinstance(cell, Decimal):
        return not cell.is_finite() or Decimal(repr(float(cell))) != cell
    return isinstance(cell, int) and abs(cell) > _EXACT


def _told(cell: Cell, as_text: bool) -> Any:
    match cell:
        case None | bool():
            return cell
        case bytes():
            return {"base64": base64.b64encode(cell).decode()}
        case Decimal():
            return str(cell) if as_text else float(cell)
        case int():
            return str(cell) if as_text else cell
        case float():
            return cell if math.isfinite(cell) else _NOT_FINITE[str(cell)]
    return cell


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
