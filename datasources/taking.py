"""How much of a result is taken: so many rows, so many bytes, cells of such a length."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from datasources.wire import Limits

Row = tuple[Any, ...]

_BYTES_PER_CELL = 9
_LENGTHS: dict[type, Callable[[Any], int]] = {str: len, bytes: len, Decimal: lambda number: len(str(number))}


def take(result: Iterable[Row], limits: Limits) -> tuple[list[Row], bool]:
    """The rows that fit into the limits, and whether there were more. A character counts as a byte."""
    rows: list[Row] = []
    room = limits.result_bytes
    for row in result:
        lengths = _lengths(row)
        if lengths and max(lengths) > limits.cell_chars:
            row = tuple(_cut(cell, limits.cell_chars) for cell in row)
            lengths = _lengths(row)
        room -= _BYTES_PER_CELL * len(row) + sum(lengths)
        if len(rows) == limits.rows or room < 0:
            return rows, True
        rows.append(row)
    return rows, False


def weight(row: Row) -> int:
    """What a row counts, before anything is cut."""
    return _BYTES_PER_CELL * len(row) + sum(_lengths(row))


def _lengths(row: Row) -> list[int]:
    return [_LENGTHS[cell.__class__](cell) for cell in row if cell.__class__ in _LENGTHS]


def _cut(cell: Any, length: int) -> Any:
    """A cell that was cut ends in an ellipsis; a number that is as long as that is a text."""
    if isinstance(cell, Decimal) and len(str(cell)) > length:
        cell = str(cell)
    if not isinstance(cell, str | bytes) or len(cell) <= length:
        return cell
    return cell[:length] + "…" if isinstance(cell, str) else cell[:length] + "…".encode()
