"""Cells of a result as a file of SQLite holds them, and back, without a loss."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from datasources.column_kinds import Kind, kind_of
from datasources.engine import Cell

_NUMBERS = frozenset({int, float, Decimal})
_LARGEST = 2**63
_NAN = "NaN"
_DAY = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d.*)?")
_LOOKED_AT = 200

Stored = None | int | float | str | bytes


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is what all of its cells are. `exact`: some of its numbers are kept by their digits."""

    name: str
    type: str
    kind: Kind
    exact: bool = False
    has_floats: bool = False
    width: int = 0
    """Characters of its longest cell, among the first rows."""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Column:
        return cls(**data | {"kind": Kind(data["kind"])})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def decoded(self, cell: Stored) -> Cell:
        if self.kind is Kind.TRUTH and isinstance(cell, int):
            return bool(cell)
        if self.kind is Kind.NUMBER and isinstance(cell, str):
            return self._number(cell)
        return cell

    def _number(self, digits: str) -> Cell:
        if digits == _NAN and self.has_floats:
            return math.nan
        try:
            return int(digits) if digits.lstrip("-").isdigit() else Decimal(digits)
        except (ValueError, InvalidOperation):
            return digits


@dataclass
class Encoder:
    """Writes rows and notes what the columns hold."""

    names: Sequence[str]
    types: Sequence[str]
    _classes: list[set[type]] = field(default_factory=list)
    _exact: set[int] = field(default_factory=set)
    _first: list[Sequence[Cell]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._classes = [set() for _ in self.names]

    def encoded(self, row: Sequence[Cell]) -> list[Stored]:
        if len(self._first) < _LOOKED_AT:
            self._first.append(row)
        encoded: list[Stored] = []
        for number, cell in enumerate(row):
            kind = cell.__class__
            if cell is not None:
                self._classes[number].add(kind)
            writer = _WRITERS.get(kind)
            written: Any = writer(cell) if writer else cell
            if writer and written.__class__ is str:
                self._exact.add(number)
            encoded.append(written)
        return encoded

    def columns(self) -> list[Column]:
        """Once all rows were written."""
        types = self.types or [""] * len(self.names)
        return [
            self._column(number, name, type_)
            for number, (name, type_) in enumerate(zip(self.names, types, strict=True))
        ]

    def _column(self, number: int, name: str, type_: str) -> Column:
        classes = self._classes[number]
        shown = [row[number] for row in self._first]
        width = max((len(str(cell)) for cell in shown if cell is not None), default=0)
        kind = _kind(classes, type_, [cell for cell in shown if isinstance(cell, str)])
        return Column(name, type_, kind, number in self._exact, float in classes, width)


def _kind(classes: set[type], type_: str, texts: Sequence[str]) -> Kind:
    named = kind_of(type_)
    if not classes:
        return named
    if classes <= _NUMBERS:
        return Kind.NUMBER
    if len(classes) > 1:
        return Kind.UNKNOWN
    if classes == {bool}:
        return Kind.TRUTH
    if classes == {bytes}:
        return Kind.BYTES
    if named is Kind.TIME or (named is Kind.UNKNOWN and texts and all(map(_DAY.fullmatch, texts))):
        return Kind.TIME
    return Kind.TEXT


def _whole(number: int) -> Stored:
    return number if -_LARGEST <= number < _LARGEST else str(number)


def _float(number: float) -> Stored:
    """SQLite takes what is not a number for NULL."""
    return _NAN if math.isnan(number) else number


_WRITERS: dict[type, Callable[[Any], Stored]] = {int: _whole, float: _float, Decimal: str, bool: int}
