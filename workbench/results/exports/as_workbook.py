"""Excel: a sheet written row by row into a file, so that memory holds one row."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from datasources.audit_list import harmless
from datasources.engine import Cell
from workbench.results import texts
from workbench.results.exports.taking import Taken

MOST_ROWS = 1_048_575
"""Of a sheet, beside the head."""
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
_EXACT_DIGITS = 15
"""Of a number in Excel. What has more is a text."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_SHEET = "Result"


def write(taken: Taken, path: Path) -> None:
    with xlsxwriter.Workbook(path, _OPTIONS | {"tmpdir": str(path.parent)}) as book:
        sheet = book.add_worksheet(_SHEET)
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(taken.columns):
            sheet.write_string(0, column, _text(name), bold)
        number = 0
        for rows in taken:
            for row in rows:
                number += 1
                for column, cell in enumerate(row):
                    if cell is not None:
                        _write(sheet, number, column, cell)


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    kind = cell.__class__
    if kind is str:
        sheet.write_string(row, column, _text(cell))
    elif kind is bool:
        sheet.write_boolean(row, column, cell)
    elif kind in _IS_EXACT and _IS_EXACT[kind](cell):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, _text(texts.plain(cell)))


_IS_EXACT: dict[type, Callable[[Any], bool]] = {
    float: math.isfinite,
    int: lambda number: abs(number) < 10**_EXACT_DIGITS,
    Decimal: lambda number: (
        number.is_finite() and len(number.as_tuple().digits) <= _EXACT_DIGITS and abs(number.adjusted()) < 300
    ),
}
"""Whether Excel would show a number as it is."""


def _text(value: Any) -> str:
    text = str(harmless(value))
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
