"""What curators write about a database: notes about all of it, and a text for a table or a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from datasources.introspect import Column, Schema, Table
from datasources.models import Connection
from datasources.privacy import OF_VALUES
from datasources.schema_cache import stored_schema

LISTED = 100
COLUMNS_A_PAGE = 100
TEXT_CHARACTERS = 500
OF_THE_TABLE = "table"
OF_A_COLUMN = "column:"
"""Names of form fields: the second goes before a column's name."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


@dataclass(frozen=True, slots=True)
class Described:
    """A table of the list: how many texts there are of it and its columns."""

    name: str
    columns: int
    texts: int
    is_view: bool


@dataclass(frozen=True, slots=True)
class Line:
    """`field` and `values_field` are the names of what is filled in: the text, and whether its values are private."""

    column: Column
    field: str
    text: str
    values_field: str


class TooLong(ValueError):
    """A text that is longer than what is kept; the message is a sentence for a person."""


def markdown(text: str) -> SafeString:
    """As HTML. What looks like HTML in it stays text, and pictures of other sites are not loaded."""
    html: str = _MARKDOWN.render(text)
    return mark_safe(html)  # noqa: S308 - the renderer escapes, html is off


def snapshot_of(connection: Connection) -> Schema:
    """What is stored; empty while nothing has been read."""
    return stored_schema(connection) or Schema(())


def listing(connection: Connection, search: str) -> dict[str, Any]:
    """The context of the list of tables: those whose name, or a column's, has `search` in it."""
    wanted = search.strip().casefold()
    tables = [table for table in snapshot_of(connection).tables if _matches(table, wanted)]
    counts = _counts(connection)
    shown = [_described(table, counts) for table in tables[:LISTED]]
    return {"tables": shown, "search": search, "found": len(tables), "more": len(tables) - len(shown)}


def table_of(connection: Connection, name: str) -> Table | None:
    """By its full name."""
    return next((table for table in snapshot_of(connection).tables if table.full_name == name), None)


def lines_of(connection: Connection, table: Table, search: str, number: str | None) -> Page[Any]:
    """A page of the table's columns with their texts."""
    wanted = search.strip().casefold()
    texts = texts_of(connection, table)
    columns = [column for column in table.columns if wanted in column.name.casefold()]
    lines = [_line(column, texts.get(column.name, "")) for column in columns]
    return Paginator(lines, COLUMNS_A_PAGE).get_page(number)


def texts_of(connection: Connection, table: Table) -> dict[str, str]:
    """By column; the table's own under an empty name."""
    return dict(connection.descriptions.filter(table=table.full_name).values_list("column", "text"))


def save(connection: Connection, table: Table, fields: Mapping[str, str]) -> int:
    """Keep the texts in a form's fields and delete those that are empty now. Others stay. Gives how many were changed.

    Raises TooLong, and then none is kept.
    """
    before = texts_of(connection, table)
    after = {name: " ".join(fields[field].split()) for name, field in _fields(table) if field in fields}
    if longest := next((name for name, text in after.items() if len(text) > TEXT_CHARACTERS), None):
        raise TooLong(f"The text of {longest} is longer than {TEXT_CHARACTERS} characters. Shorten it.")
    changed = {name: text for name, text in after.items() if text != before.get(name, "")}
    with transaction.atomic():
        for name, text in changed.items():
            _save_one(connection, table.full_name, name, text)
    return len(changed)


def _line(column: Column, text: str) -> Line:
    return Line(column, OF_A_COLUMN + column.name, text, OF_VALUES + column.name)


def _save_one(connection: Connection, table: str, column: str, text: str) -> None:
    if text:
        connection.descriptions.update_or_create(table=table, column=column, defaults={"text": text})
    else:
        connection.descriptions.filter(table=table, column=column).delete()


def _fields(table: Table) -> list[tuple[str, str]]:
    return [("", OF_THE_TABLE), *((column.name, OF_A_COLUMN + column.name) for column in table.columns)]


def _matches(table: Table, wanted: str) -> bool:
    return wanted in table.full_name.casefold() or any(wanted in column.name.casefold() for column in table.columns)


def _counts(connection: Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in connection.descriptions.values_list("table", flat=True):
        counts[table] = counts.get(table, 0) + 1
    return counts


def _described(table: Table, counts: Mapping[str, int]) -> Described:
    return Described(table.full_name, len(table.columns), counts.get(table.full_name, 0), table.is_view)
