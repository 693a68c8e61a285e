"""Parquet, by DuckDB: the rows go into a text file first, and what they were says which types the columns have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from datasources.engine import Cell
from workbench.results import texts
from workbench.results.exports.taking import Taken

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "160MB",
    "preserve_insertion_order": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_ROWS_IN_GROUP = 20_480
_MOST_DIGITS = 38
_SMALLEST_BUFFER = 1 << 20
_DATES = ("date", "timestamp", "timestamp without time zone", "datetime")
_NUMBER = "n"
"""A column of ours: a line of a single NULL would be an empty one, which is none."""


def write(taken: Taken, path: Path) -> None:
    lines = path.with_suffix(".lines")
    try:
        columns = [_Column(type_.lower()) for type_ in taken.types]
        longest = _write_lines(taken, lines, columns)
        try:
            _convert(lines, path, taken.columns, columns, longest)
        except duckdb.ConversionException:
            # A date that is none elsewhere, such as 0000-00-00: then they are texts.
            _convert(lines, path, taken.columns, columns, longest, dates=False)
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


def _convert(
    lines: Path, path: Path, names: Sequence[str], columns: Sequence[_Column], longest: int, *, dates: bool = True
) -> None:
    types = [column.sql_type(dates=dates) for column in columns]
    unique = [name or f"column {number}" for number, name in enumerate(texts.once_named(names), 1)]
    read = ", ".join(
        [f"'{_NUMBER}': 'BIGINT'", *(f"'c{number}': '{_read_as(kind)}'" for number, kind in enumerate(types))]
    )
    chosen = ", ".join(
        f"{_made(number, kind)} AS {_named(name)}"
        for number, (kind, name) in enumerate(zip(types, unique, strict=True))
    )
    buffer = max(_SMALLEST_BUFFER, 2 * longest)
    source = (
        f"read_csv({_text(lines)}, columns = {{{read}}}, header = false, auto_detect = false, delim = ','"
        f", quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, new_line = '\\n',"
        f" max_line_size = {buffer}, buffer_size = {buffer})"
    )
    target = f"{_text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_IN_GROUP})"
    with duckdb.connect(":memory:", config=_CONFIG | {"temp_directory": str(path.parent)}) as connection:
        connection.execute(f"COPY (SELECT {chosen} FROM {source}) TO {target}")  # noqa: S608 - all of it is ours


def _read_as(kind: str) -> str:
    return "VARCHAR" if kind == "BLOB" else kind


def _made(number: int, kind: str) -> str:
    return f"unhex(c{number})" if kind == "BLOB" else f"c{number}"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\0", "") + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
