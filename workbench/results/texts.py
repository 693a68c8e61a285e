"""Cells as programs take them: in CSV, JSON and tables of text."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from datasources.audit_list import harmless
from datasources.engine import Cell


def plain(cell: Cell) -> Any:
    """For a text: numbers as they are, truth as words, bytes as hexadecimal digits, NULL as nothing."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case bytes():
            return f"\\x{cell.hex()}"
        case None:
            return ""
    return cell


def csv_line(cells: Sequence[Cell]) -> str:
    """With its end. What a spreadsheet would take for a formula begins with an apostrophe."""
    return next(csv_lines([cells]))


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    return (writer.writerow([harmless(plain(cell)) for cell in row]) for row in rows)


class _Echo:
    """What csv.writer writes to is what it gives back."""

    def write(self, text: str) -> str:
        return text


def json_value(cell: Cell) -> str:
    """Numbers with all of their digits; what is none in JSON (NaN, infinities) as text."""
    return _JSON[cell.__class__](cell)


def _json_number(number: float | Decimal) -> str:
    return str(number) if math.isfinite(number) else f'"{number}"'


_JSON: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    str: encode_basestring,
    bool: lambda truth: "true" if truth else "false",
    int: str,
    float: _json_number,
    Decimal: _json_number,
    bytes: lambda content: f'"\\\\x{content.hex()}"',
}


def once_named(names: Sequence[str]) -> list[str]:
    """Each column under a name of its own: id, id_2."""
    found: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found.append(unique)
    return found


def tabbed(rows: Sequence[Sequence[Cell]]) -> str:
    """As spreadsheets paste it, and so harmless to them; a cell alone is what it is."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return str(plain(rows[0][0]))
    return "\n".join("\t".join(_on_one_line(harmless(plain(cell))) for cell in row) for row in rows)


def markdown(names: Sequence[str], rows: Sequence[Sequence[Cell]], numeric: Sequence[bool]) -> str:
    lines = [_marked(names), "|" + "|".join(" ---: " if is_number else " --- " for is_number in numeric) + "|"]
    return "\n".join([*lines, *(_marked([plain(cell) for cell in row]) for row in rows)])


def _marked(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(_escaped(_on_one_line(cell)) for cell in cells) + " |"


def _escaped(text: str) -> str:
    for sign in ("\\", "|", "<", "`", "*", "_", "["):
        text = text.replace(sign, f"\\{sign}")
    return text


def _on_one_line(cell: Any) -> str:
    return " ".join(str(cell).replace("\t", " ").splitlines())
