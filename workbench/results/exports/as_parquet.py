"""Parquet, by DuckDB: the rows go into a text file first, and what they were says which types the columns have."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from datasources.engine import Cell
from workbench.results import texts
from workbench.results.exports import parquet_child
from workbench.results.exports.taking import Taken

_MOST_DIGITS = 38
_DATES = ("date", "timestamp", "timestamp without time zone", "datetime")


class NotWritten(Exception):
    """The message says why."""


def write(taken: Taken, path: Path) -> None:
    lines = path.with_suffix(".lines")
    try:
        columns = [_Column(type_.lower()) for type_ in taken.types]
        longest = _write_lines(taken, lines, columns)
        _convert(lines, path, taken, columns, longest)
    finally:
        lines.unlink(missing_ok=True)


@dataclass
class _Column:
    """What its cells were."""

    type: str
    has_text: bool = False
    has_truth: bool = False
    has_bytes: bool = False
    has_floats: bool = False
    has_whole: bool = False
    has_decimals: bool = False
    before_point: int = 1
    after_point: int = 0

    def note(self, cell: Cell) -> None:
        match cell:
            case str():
                self.has_text = True
            case bool():
                self.has_truth = True
            case int():
                self.has_whole = True
                self.before_point = max(self.before_point, len(str(abs(cell))))
            case float():
                self.has_floats = True
            case bytes():
                self.has_bytes = True
            case Decimal():
                self._note_decimal(cell)

    def _note_decimal(self, number: Decimal) -> None:
        if not number.is_finite():
            self.has_floats = True
            return
        _, _, exponent = number.as_tuple()
        self.has_decimals = True
        self.before_point = max(self.before_point, number.adjusted() + 1)
        self.after_point = max(self.after_point, -int(exponent))

    def sql_type(self, *, dates: bool) -> str:
        has_numbers = self.has_floats or self.has_whole or self.has_decimals
        if sum((self.has_text, self.has_truth, self.has_bytes, has_numbers)) > 1:
            return "VARCHAR"
        if self.has_bytes:
            return "BLOB"
        if self.has_truth:
            return "BOOLEAN"
        if has_numbers:
            return self._number_type()
        return self._date_type() if dates and self.has_text else "VARCHAR"

    def _number_type(self) -> str:
        if self.has_floats:
            return "DOUBLE"
        if not self.has_decimals and self.before_point <= 18:
            return "BIGINT"
        digits = self.before_point + self.after_point
        return f"DECIMAL({digits}, {self.after_point})" if digits <= _MOST_DIGITS else "VARCHAR"

    def _date_type(self) -> str:
        kind = self.type.partition("(")[0].strip()
        if kind not in _DATES:
            return "VARCHAR"
        return "DATE" if kind == "date" else "TIMESTAMP"


def _write_lines(taken: Taken, path: Path, columns: Sequence[_Column]) -> int:
    """The length of the longest line, in bytes."""
    longest, number = 0, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for rows in taken:
            for row in rows:
                number += 1
                for column, cell in zip(columns, row, strict=True):
                    if cell is not None:
                        column.note(cell)
                line = ",".join([str(number), *map(_quoted, row)])
                longest = max(longest, 4 * len(line))
                file.write(line + "\n")
    return longest


def _quoted(cell: Cell) -> str:
    """NULL is what stands without quotes."""
    match cell:
        case None:
            return ""
        case bytes():
            return f'"{cell.hex()}"'
        case float() if not math.isfinite(cell):
            return f'"{cell}"'
        case Decimal():
            return f'"{cell:f}"' if cell.is_finite() and abs(cell.adjusted()) < _MOST_DIGITS else f'"{cell}"'
        case bool():
            return f'"{texts.plain(cell)}"'
    return '"' + str(cell).replace("\0", "\N{REPLACEMENT CHARACTER}").replace('"', '""') + '"'


def _convert(lines: Path, path: Path, taken: Taken, columns: Sequence[_Column], longest: int) -> None:
    """In a process of its own, so that what DuckDB needs is gone with it. Raises NotWritten."""
    names = [name or f"column {number}" for number, name in enumerate(texts.once_named(taken.columns), 1)]
    wish = {
        "lines": str(lines),
        "path": str(path),
        "names": names,
        "types": [column.sql_type(dates=True) for column in columns],
        "without_dates": [column.sql_type(dates=False) for column in columns],
        "longest": longest,
    }
    command = [sys.executable, "-m", parquet_child.__name__]
    done = subprocess.run(
        command, input=json.dumps(wish), capture_output=True, text=True, check=False, cwd=settings.BASE_DIR, env={}
    )
    if done.returncode:
        raise NotWritten((done.stderr.strip().splitlines() or ["the process that writes it broke down"])[-1])
