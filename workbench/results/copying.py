"""Cells that somebody has marked, as a text for the clipboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from datasources.browse_filters import BadFilter
from datasources.column_kinds import Kind
from workbench.results import texts
from workbench.results.pages import View

MOST_CELLS = 200_000


class TooMuch(Exception):
    """The message is a sentence for a person."""


class Form(StrEnum):
    TEXT = "text"
    CSV = "csv"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Wish:
    """`columns` in the order in which they stand on the page."""

    form: Form
    start: int
    count: int
    columns: tuple[int, ...]
    with_names: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], columns: int) -> Wish:
        """Raises BadFilter."""
        try:
            chosen = tuple(int(text) for text in query.get("columns", "").split(",")[:columns])
            start, count = int(query.get("start", "")), int(query.get("count", ""))
            form = Form(query.get("form", ""))
        except ValueError:
            raise BadFilter("What is to be copied cannot be read. Mark it anew.") from None
        if start < 0 or count < 1 or not all(0 <= number < columns for number in chosen):
            raise BadFilter("There are no such cells. Mark them anew.")
        return cls(form, start, count, chosen, "names" in query)


def text_of(view: View, wish: Wish) -> str:
    """Raises TooMuch and BadFilter."""
    count = min(wish.count, view.count() - wish.start)
    if count * len(wish.columns) > MOST_CELLS:
        raise TooMuch(
            f"{count * len(wish.columns):,} cells are too many for the clipboard, which takes {MOST_CELLS:,}. "
            "Mark fewer, or export the result."
        )
    names = [view.stored.columns[number].name for number in wish.columns]
    rows = [
        [row[number] for number in wish.columns]
        for row in view.stored.by_number(view.numbers(wish.start, max(0, count)))
    ]
    match wish.form:
        case Form.CSV:
            return "".join(texts.csv_lines([names, *rows] if wish.with_names else rows))
        case Form.MARKDOWN:
            numeric = [view.stored.columns[number].kind is Kind.NUMBER for number in wish.columns]
            return texts.markdown(names, rows, numeric)
    return texts.tabbed([names, *rows] if wish.with_names else rows)
