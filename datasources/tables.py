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
from datasources.nested import NESTED_TYPE, indented

HEAD_ROWS = 100
TEXT_SHOWN = 120
BYTES_SHOWN = 8
# Nested data that is no longer reads well on one line.
NESTED_SHOWN = 40
# Of a Decimal: PostgreSQL has some of 131,072 digits.
DIGITS_SHOWN = 60
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_TIME_TYPE = re.compile(r"date|time", re.IGNORECASE)

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
    """`numeric` columns are set to the right. `type` is in the database's own words, empty where it says none."""

    name: str
    numeric: bool
    type: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what the table shows; `full` is the whole value where the text had to leave something out, or nested
    data over several lines.

    `numeric` says of a NULL that it stands among numbers. `href` is where a click leads, if anywhere.
    """

    kind: Literal["null", "empty", "number", "text", "time", "nested", "bytes"]
    text: str
    full: str = ""
    numeric: bool = False
    href: str = ""


Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Table:
    """Written only when it is drawn, and no more of it than is drawn: a large one takes a while."""

    result: ResultSet

    @classmethod
    def from_result(cls, result: ResultSet) -> Table:
        return cls(result)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        types = self.result.types or ("",) * len(self.result.columns)
        return tuple(map(Column, self.result.columns, map(_is_numeric, self._values), types))

    @property
    def rows(self) -> Rows:
        return self.written(self.result.rows)

    @property
    def head(self) -> Rows:
        """The rows that are shown at first; in the form that all of them ask for."""
        return self.written(self.result.rows[:HEAD_ROWS])

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

    def written(self, rows: Sequence[Sequence[Value]]) -> Rows:
        """Rows as the table writes its own: also others of the same columns."""
        return tuple(tuple(write(value) for write, value in zip(self._writers, row, strict=True)) for row in rows)

    @cached_property
    def _writers(self) -> list[Format]:
        return [_writer(*column) for column in zip(self.columns, self._values, strict=True)]

    @cached_property
    def _values(self) -> list[tuple[Value, ...]]:
        """By column."""
        return list(zip(*self.result.rows, strict=True)) or [() for _ in self.result.columns]


def _is_numeric(values: Sequence[Value]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(map(_is_number, present))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _writer(column: Column, values: Sequence[Value]) -> Format:
    """How a column is written: its numbers all alike, so that their points stand in line, its texts by its type."""
    null = Cell("null", "NULL", numeric=column.numeric)
    number, decimal, text = _number_format(column, values), _decimal_format(column), _text_format(column.type)

    def write(value: Value) -> Cell:
        match value:
            case None:
                return null
            case bool():
                return Cell("text", str(value).lower())
            case Decimal():
                return decimal(value)
            case int() | float():
                return number(value)
            case bytes():
                return _bytes(value)
            case str():
                return text(value)

    return write


def _number_format(column: Column, values: Sequence[Value]) -> Format:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if all(isinstance(number, int) for number in numbers):
        return _plain_integer if _is_identifier(column.name, numbers) else _measure(0)
    return _measure(_decimals([number for number in numbers if isinstance(number, float) and _is_ordinary(number)]))


def _decimal_format(column: Column) -> Format:
    """Exact, with the digits that the database keeps."""
    grouping = "" if _is_identifier(column.name, ()) else ","

    def write(value: Decimal) -> Cell:
        if not value.is_finite():
            return Cell("number", _NOT_FINITE[str(float(value))])
        if abs(value.adjusted()) > DIGITS_SHOWN:
            return Cell("number", f"{value:.6g}", str(value))
        return Cell("number", f"{value:{grouping}f}")

    return write


def _text_format(type_name: str) -> Format:
    if NESTED_TYPE.search(type_name):
        return _nested
    return _time if _TIME_TYPE.match(type_name) else _text


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
        if not math.isfinite(number):
            return Cell("number", _NOT_FINITE[str(number)])
        if not _is_ordinary(number):
            return Cell("number", f"{number:.6g}", repr(number))
        exact = _exact(number)
        shown = round(exact, decimals)
        return Cell("number", f"{shown:,f}", "" if shown == exact else f"{exact:f}")

    return write


def _time(value: str) -> Cell:
    """As the database writes it, with its zone."""
    return Cell("time", value) if value and len(value) <= TEXT_SHOWN else _text(value)


def _nested(value: str) -> Cell:
    lines = indented(value)
    if len(value) <= NESTED_SHOWN or lines == value:
        return Cell("nested", value) if len(value) <= TEXT_SHOWN else Cell("nested", _start(value), value)
    return Cell("nested", value if len(value) <= TEXT_SHOWN else _start(value), lines)


def _text(value: str) -> Cell:
    if not value:
        return Cell("empty", "")
    return Cell("text", value) if len(value) <= TEXT_SHOWN else Cell("text", _start(value), value)


def _start(value: str) -> str:
    return value[: TEXT_SHOWN - 1].rstrip() + "…"


def _bytes(value: bytes) -> Cell:
    start = value[:BYTES_SHOWN].hex(" ") + (" …" if len(value) > BYTES_SHOWN else "")
    return Cell("bytes", f"{start} ({len(value):,} byte{'s' * (len(value) != 1)})".lstrip())
