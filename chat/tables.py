"""A result as a printed table: what each cell says, which columns stand to the right, how much is shown at first."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from datasources.engine import Cell as Value
from datasources.engine import ResultSet
from learning import results

HEAD_ROWS = 100
TEXT_SHOWN = 120
BYTES_SHOWN = 8

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
# fmt: off
_IDENTIFIERS = frozenset({
    "id", "ids", "key", "pk", "fk", "uuid", "code", "sku", "isbn", "ean", "zip", "zipcode", "postcode", "postal",
    "phone", "fax", "year", "yr", "month", "week", "day",
})
# fmt: on

Format = Callable[[Any], "Cell"]


@dataclass(frozen=True, slots=True)
class Column:
    """`numeric` columns are set to the right."""

    name: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what the table shows; `full` is the whole value where the text had to leave something out.

    `numeric` says of a NULL that it stands among numbers.
    """

    kind: Literal["null", "number", "text", "bytes"]
    text: str
    full: str = ""
    numeric: bool = False


Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Table:
    """Written only when it is drawn, and no more of it than is drawn: a large one takes a while."""

    result: ResultSet

    @classmethod
    def from_result(cls, result: ResultSet) -> Table:
        return cls(result)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Table:
        return cls(results.from_json(data))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(Column(*named) for named in zip(self.result.columns, map(_is_numeric, self._values), strict=True))

    @property
    def rows(self) -> Rows:
        return self._written(self.result.rows)

    @property
    def head(self) -> Rows:
        """The rows that are shown at first; in the form that all of them ask for."""
        return self._written(self.result.rows[:HEAD_ROWS])

    @property
    def row_count(self) -> int:
        return len(self.result.rows)

    @property
    def truncated(self) -> bool:
        return self.result.truncated

    @property
    def elapsed_ms(self) -> float:
        return self.result.elapsed * 1000

    @property
    def more(self) -> int:
        """How many rows the head leaves out."""
        return max(0, self.row_count - HEAD_ROWS)

    def _written(self, rows: Sequence[Sequence[Value]]) -> Rows:
        formats = [_format(*column) for column in zip(self.columns, self._values, strict=True)]
        return tuple(tuple(map(_cell, row, self.columns, formats)) for row in rows)

    @cached_property
    def _values(self) -> list[tuple[Value, ...]]:
        """By column."""
        return list(zip(*self.result.rows, strict=True)) or [() for _ in self.result.columns]


def _is_numeric(values: Sequence[Value]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(map(_is_number, present))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _format(column: Column, values: Sequence[Value]) -> Format:
    """How the numbers of a column are written: all of them alike, so that their points stand in line."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if all(isinstance(number, int) for number in numbers):
        return _plain_integer if _is_identifier(column.name, numbers) else _measure(0)
    return _measure(_decimals([number for number in numbers if isinstance(number, float) and _is_ordinary(number)]))


def _is_identifier(name: str, numbers: Sequence[float]) -> bool:
    """Whether whole numbers name something (an id, a year) instead of measuring it."""
    words = _WORD.findall(name)
    if words and words[-1].lower() in _IDENTIFIERS and "(" not in name:
        return True
    return bool(numbers) and all(1900 <= number <= 2100 for number in numbers)


def _decimals(numbers: Sequence[float]) -> int:
    """Two where two say everything (money); else as many as the column's size asks for."""
    if all(_has_two_decimals(number) for number in numbers):
        return 2
    sizes = [abs(number) for number in numbers if number]
    usual = 2 if max(sizes) >= 1000 else 4
    return min(10, max(usual, 2 - math.floor(math.log10(min(sizes)))))


def _has_two_decimals(number: float) -> bool:
    """Or fewer. By its digits: Decimals are exact but slow, and this looks at every number of a result."""
    digits = f"{number:.12g}"
    return "e+" in digits if "e" in digits else len(digits.partition(".")[2]) <= 2


def _is_ordinary(number: float) -> bool:
    """Whether it reads well without an exponent."""
    return number == 0 or 1e-9 <= abs(number) < 1e15


def _exact(number: float) -> Decimal:
    """The number without the noise of binary fractions: 0.1 + 0.2 is 0.3."""
    return Decimal(f"{number:.12g}")


def _plain_integer(number: int) -> Cell:
    return Cell("number", str(number))


def _measure(decimals: int) -> Format:
    def write(number: float) -> Cell:
        if isinstance(number, int):
            return Cell("number", f"{number:,}" if not decimals else f"{number:,}.{'0' * decimals}")
        if not _is_ordinary(number):
            return Cell("number", f"{number:.6g}", repr(number) if math.isfinite(number) else "")
        exact = _exact(number)
        shown = round(exact, decimals)
        return Cell("number", f"{shown:,f}", "" if shown == exact else f"{exact:f}")

    return write


def _cell(value: Value, column: Column, form: Format) -> Cell:
    match value:
        case None:
            return Cell("null", "NULL", numeric=column.numeric)
        case bool():
            return Cell("text", str(value).lower())
        case Decimal():
            return _decimal(value)
        case int() | float():
            return form(value)
        case bytes():
            return _bytes(value)
        case str():
            return _text(value)


def _decimal(value: Decimal) -> Cell:
    """Exact, with the digits that the database keeps."""
    return Cell("number", f"{value:,f}" if value.is_finite() else str(value))


def _text(value: str) -> Cell:
    if len(value) <= TEXT_SHOWN:
        return Cell("text", value)
    return Cell("text", value[: TEXT_SHOWN - 1].rstrip() + "…", value)


def _bytes(value: bytes) -> Cell:
    start = value[:BYTES_SHOWN].hex(" ") + (" …" if len(value) > BYTES_SHOWN else "")
    return Cell("bytes", f"{start} ({len(value):,} bytes)".lstrip())
