"""What the columns of a result are, for a picture: what measures, what is time, what names, what groups."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from datasources.engine import Cell, ResultSet
from datasources.nested import NESTED_TYPE
from workbench.charts.moments import Unit, place_in_order, unit_of

LONG_TEXT = 60
"""Characters, on average: what is longer is read, not compared."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|%")
# fmt: off
_NAMING = frozenset({
    "id", "ids", "key", "pk", "fk", "uuid", "guid", "code", "sku", "isbn", "ean", "zip", "zipcode", "postcode",
    "postal", "phone", "fax", "iban", "rank", "position", "version",
})
_COUNTED_OFF = frozenset({"number", "no", "nr", "num"})
_STEPS = frozenset({"month", "quarter", "week", "weekday", "dow", "dayofweek", "day", "hour", "minute"})
_YEARS = frozenset({"year", "yr", "y"})
_FROM_A_FUNCTION = frozenset({"extract", "date_part"})
_NOT_ADDING_UP = frozenset({
    "avg", "average", "mean", "median", "rate", "ratio", "share", "percent", "percentage", "pct", "%", "price", "min",
    "max", "minimum", "maximum", "age", "score", "rating", "per", "temperature", "latitude", "longitude", "lat", "lon",
    "lng", "stddev", "variance", "growth", "lowest", "highest", "cheapest", "dearest",
})
# fmt: on


class Kind(StrEnum):
    """What a column may stand for in a picture."""

    NUMBER = "number"  # it measures: it can be summed, averaged, drawn as a length
    TIME = "time"
    CATEGORY = "category"
    NAME = "name"  # an id or a code: it tells rows apart, and measures nothing
    TEXT = "text"  # to be read
    OTHER = "other"  # bytes, nested data
    EMPTY = "empty"  # NULL alone


@dataclass(frozen=True)
class Column:
    """`distinct` counts the different values, `missing` NULLs, `not_finite` numbers that no axis has a place for.

    `ordered`: its values have an order of their own (months, hours). `adds_up`: its sum says something.
    """

    index: int
    name: str
    kind: Kind
    distinct: int = 0
    missing: int = 0
    not_finite: int = 0
    unit: Unit | None = None
    ordered: bool = False
    adds_up: bool = False
    largest: float = 0.0
    negative: bool = False

    @property
    def groups(self) -> bool:
        """Whether its values can stand along an axis, or be told apart by colour."""
        return self.kind in {Kind.TIME, Kind.CATEGORY, Kind.NAME}


@dataclass(frozen=True)
class Shape:
    result: ResultSet
    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        return len(self.result.rows)

    def repeats(self, *columns: int) -> bool:
        """Whether two rows are the same in all these columns."""
        seen = {tuple(row[column] for column in columns) for row in self.result.rows}
        return len(seen) < self.rows

    def of(self, *kinds: Kind) -> list[Column]:
        return [column for column in self.columns if column.kind in kinds]


def shape_of(result: ResultSet) -> Shape:
    by_column = list(zip(*result.rows, strict=True)) or [() for _ in result.columns]
    types = result.types or ("",) * len(result.columns)
    described = zip(result.columns, types, by_column, strict=True)
    columns = tuple(_column(index, *each) for index, each in enumerate(described))
    return Shape(result, columns)


def number(value: Cell) -> float | None:
    """As an axis takes it: None for what is no number, infinite for what is beyond floats."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except ValueError:  # a signalling NaN
        return math.nan


def _column(index: int, name: str, type_name: str, values: Sequence[Cell]) -> Column:
    present = [value for value in values if value is not None]
    distinct, missing = len(set(map(str, present))), len(values) - len(present)
    kind, unit, ordered = _kind(name, type_name, present)
    if kind is not Kind.NUMBER:
        return Column(index, name, kind, distinct, missing, unit=unit, ordered=ordered)
    finite = [each for each in map(number, present) if each is not None and math.isfinite(each)]
    return Column(
        index,
        name,
        kind,
        distinct,
        missing,
        not_finite=len(present) - len(finite),
        adds_up=not _NOT_ADDING_UP & {*_words(name)},
        largest=max(map(abs, finite), default=0.0),
        negative=any(each < 0 for each in finite),
    )


_Found = tuple[Kind, Unit | None, bool]


def _kind(name: str, type_name: str, present: Sequence[Cell]) -> _Found:
    if not present:
        return Kind.EMPTY, None, False
    if any(isinstance(value, bytes) for value in present) or NESTED_TYPE.search(type_name):
        return Kind.OTHER, None, False
    if all(isinstance(value, bool) for value in present):
        return Kind.CATEGORY, None, False
    numbers = [each for each in map(number, present) if each is not None]
    if len(numbers) == len(present):
        return _kind_of_numbers(name, numbers)
    texts = [value for value in present if isinstance(value, str)]
    if len(texts) == len(present):
        return _kind_of_texts(name, texts)
    return Kind.CATEGORY, None, False


def _kind_of_numbers(name: str, numbers: Sequence[float]) -> _Found:
    words = _words(name)
    last = words[-1] if words else ""
    if not all(each.is_integer() for each in numbers):
        return Kind.NUMBER, None, False
    if all(1800 <= each <= 2200 for each in numbers) and _says_year(name, words):
        return Kind.TIME, Unit.YEAR, False
    if last in _STEPS and all(0 <= each <= 60 for each in numbers):
        return Kind.CATEGORY, None, True
    if words[:1] in (["is"], ["has"]) and set(numbers) <= {0, 1}:
        return Kind.CATEGORY, None, False
    if "(" not in name and (last in _NAMING or (last in _COUNTED_OFF and len(words) > 1)):
        return Kind.NAME, None, False
    return Kind.NUMBER, None, False


def _says_year(name: str, words: Sequence[str]) -> bool:
    return bool(_YEARS & {*words}) or "%Y" in name or name.lower() in _FROM_A_FUNCTION


def _kind_of_texts(name: str, texts: Sequence[str]) -> _Found:
    words = _words(name)
    if (unit := unit_of(texts)) and not (unit is Unit.YEAR and words and words[-1] in _NAMING):
        return Kind.TIME, unit, False
    if all(place_in_order(text) is not None for text in texts):
        return Kind.CATEGORY, None, True
    if sum(map(len, texts)) > LONG_TEXT * len(texts):
        return Kind.TEXT, None, False
    if words and words[-1] in _NAMING:
        return Kind.NAME, None, False
    return Kind.CATEGORY, None, False


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]
