"""What a cell says, whatever type a statement gave it.

Two cells are the same when they read as the same Value. What fractions forgive depends on their columns (columns.py).

- NULL is NULL alone: not 0, not the empty text.
- A number is its value as int, float, Decimal, truth (1 and 0) or plain text: '2024' is 2024. '007', '+7' and '1e3'
  are texts.
- A time at midnight is its date: '2024-01-01 00:00:00', '2024-01-01T00:00Z'. Other times are the same with T or a
  space, with or without seconds that are zero, with or without an offset that is zero.
- NaN is NaN, an infinity is itself. Any other text is exact, with its case and its spaces.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from enum import Enum

from datasources.engine import Cell


class NotANumber(Enum):
    """A float that is no number does not even equal itself; this does."""

    NAN = "NaN"


Value = None | int | float | Decimal | str | bytes | NotANumber
"""A float is a fraction, or inexact otherwise; every whole number is an int, or a Decimal where it is enormous."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.(?P<decimals>[0-9]+))?")
_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ T](?P<minutes>[0-9]{2}:[0-9]{2})"
    r"(?P<seconds>:[0-9]{2})?(?P<fraction>\.[0-9]+)?(?:Z|[+-]00(?::?00)?)?"
)
# No number or time that a person would read is longer.
_LONGEST = 60
# Beyond it a float has no fractions, nor all whole numbers.
_EXACT_IN_FLOAT = 2.0**53
_MOST_DIGITS = 400


def read(cell: Cell) -> Value:
    """The value of a cell; those of cells that are the same compare and hash as one."""
    if isinstance(cell, str):
        return _of_text(cell)
    if isinstance(cell, float):
        return _of_float(cell)
    if isinstance(cell, Decimal):
        return _of_decimal(cell)
    return int(cell) if isinstance(cell, bool) else cell


def decimals(cell: Cell) -> int:
    """How many digits after the point a number is written with. A float does not keep zeros at its end."""
    if isinstance(cell, float):
        return 0 if not math.isfinite(cell) or cell.is_integer() else _places_of_float(cell)
    if isinstance(cell, Decimal):
        return _places(cell) if cell.is_finite() else 0
    if isinstance(cell, str) and (number := _number(cell)):
        return len(number["decimals"] or "")
    return 0


def is_fraction(value: Value) -> bool:
    """Whether it is a number that need not be met exactly."""
    return isinstance(value, float) and math.isfinite(value)


def magnitude(value: Value) -> float:
    """A number to reckon with; NaN for what is none, or too large."""
    if is_fraction(value):
        return float(value)  # type: ignore[arg-type]
    if isinstance(value, int) and value.bit_length() < 1000:
        return float(value)
    return math.nan


def _of_text(text: str) -> Value:
    if not text or len(text) > _LONGEST or not (text[0].isdigit() or text[0] == "-"):
        return text
    if _number(text):
        return _of_decimal(Decimal(text))
    if time := _TIME.fullmatch(text):
        return _of_time(time)
    return text


def _of_float(number: float) -> Value:
    if math.isnan(number):
        return NotANumber.NAN
    return int(number) if number.is_integer() and abs(number) < _EXACT_IN_FLOAT else number


def _of_decimal(number: Decimal) -> Value:
    if number.is_nan():
        return NotANumber.NAN
    if number.is_infinite() or number != number.to_integral_value():
        return float(number)
    return int(number) if number.adjusted() < _MOST_DIGITS else number


def _of_time(time: re.Match[str]) -> str:
    seconds = time["seconds"] or ":00"
    clock = f"{time['minutes']}{seconds}{(time['fraction'] or '').rstrip('0').rstrip('.')}"
    return time["date"] if clock == "00:00:00" else f"{time['date']} {clock}"


def _number(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None


def _places_of_float(number: float) -> int:
    """Results have many of them."""
    written = repr(number)
    return _places(Decimal(written)) if "e" in written else len(written) - written.index(".") - 1


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
