"""How much of a result is taken: so many rows, so many bytes, cells of such a length."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

from datasources.wire import Limits

Row = tuple[Any, ...]

_BYTES_PER_CELL = 9
_LENGTHS: dict[type, Callable[[Any], int]] = {str: len, bytes: len, Decimal: lambda number: len(str(number))}


class Take(Protocol):
    """What a driver does with a result: its columns, their types, its rows as they come."""

    def __call__(
        self, columns: Sequence[str], types: Sequence[str], rows: Iterable[Row], limits: Limits
    ) -> tuple[list[Row], bool]:
        """The rows that are answered whole, and whether there were more than the limits let in."""


class Fitting:
    """The rows that fit into the limits. A character counts as a byte.

    `bytes` is what those that were given count; `truncated`, once all were: there were more."""

    def __init__(self, result: Iterable[Row], limits: Limits) -> None:
        self._result = result
        self._limits = limits
        self.bytes = 0
        self.truncated = False

    def __iter__(self) -> Iterator[Row]:
        limits = self._limits
        for number, row in enumerate(self._result):
            lengths = _lengths(row)
            if lengths and max(lengths) > limits.cell_chars:
                row = tuple(_cut(cell, limits.cell_chars) for cell in row)
                lengths = _lengths(row)
            self.bytes += _BYTES_PER_CELL * len(row) + sum(lengths)
            if number == limits.rows or self.bytes > limits.result_bytes:
                self.truncated = True
                return
            yield row


def take(columns: Sequence[str], types: Sequence[str], rows: Iterable[Row], limits: Limits) -> tuple[list[Row], bool]:
    """All of them at once."""
    fitting = Fitting(rows, limits)
    return list(fitting), fitting.truncated


def parts(fitting: Fitting, most: int) -> Iterator[list[Row]]:
    """As they come, each part of about so many bytes."""
    part: list[Row] = []
    begun = 0
    for row in fitting:
        part.append(row)
        if fitting.bytes - begun >= most:
            yield part
            part, begun = [], fitting.bytes
    if part:
        yield part


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
