"""How much of a result is taken: so many rows, so many bytes, cells of such a length."""

from collections.abc import Iterable
from typing import Any

from datasources.wire import Limits

_BYTES_PER_CELL = 9


def take(result: Iterable[tuple[Any, ...]], limits: Limits) -> tuple[list[tuple[Any, ...]], bool]:
    """The rows that fit into the limits, and whether there were more. A character counts as a byte."""
    rows: list[tuple[Any, ...]] = []
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


def _lengths(row: tuple[Any, ...]) -> list[int]:
    return [len(cell) for cell in row if cell.__class__ is str or cell.__class__ is bytes]


def _cut(cell: Any, length: int) -> Any:
    """A cell that was cut ends in an ellipsis."""
    if not isinstance(cell, str | bytes) or len(cell) <= length:
        return cell
    return cell[:length] + "…" if isinstance(cell, str) else cell[:length] + "…".encode()
