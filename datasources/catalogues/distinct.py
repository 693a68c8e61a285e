"""All different texts of columns, for a value index: one bounded statement a column."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasources.catalogues import Ask
from datasources.catalogues.sampling import Sample, Spelling, Tables, Wanted, quoted

MOST_VALUES = 5_000
"""Of a column; one that holds more has none."""
LONGEST_VALUE = 80
ROWS = 200_000
_MOST_CHARACTERS = 4_000_000
_USUAL = Spelling(rows=ROWS)


@dataclass(frozen=True, slots=True)
class Looked:
    """A column of a table, and what its rows are in order of, if anything."""

    table: Wanted
    column: str


def wanted(tables: Tables) -> list[Wanted]:
    """All the columns that are named: whoever asks has chosen them."""
    return [
        Wanted(
            table["schema"],
            table["name"],
            tuple(column["name"] for column in table["columns"]),
            str(table["primary_key"][0]) if len(table["primary_key"]) == 1 else "",
        )
        for table in tables
    ]


def distinct(ask: Ask, tables: Sequence[Wanted], seconds: float, spelling: Spelling = _USUAL) -> list[Sample]:
    """Of the first columns, at least one, until half the seconds are over or there is much of it. What is asked for and
    not in it was not reached; a column that holds too much, or no text, has no values."""
    end = time.monotonic() + seconds / 2
    found: list[Sample] = []
    characters = 0
    for looked in _each(tables):
        if found and (time.monotonic() > end or characters > _MOST_CHARACTERS):
            break
        values = _kept(value for (value,) in ask(_statement(looked, spelling)))
        characters += sum(map(len, values))
        found.append((looked.table.schema, looked.table.name, looked.column, values))
    return found


def _each(tables: Iterable[Wanted]) -> Iterable[Looked]:
    return (Looked(table, column) for table in tables for column in table.columns)


def _statement(looked: Looked, spelling: Spelling) -> str:
    """From the first and, by its key, the last rows; one value more than are kept, and one character."""
    table, name = looked.table, quoted(looked.column, spelling.quote)
    source = ".".join(quoted(part, spelling.quote) for part in (table.schema, table.name) if part)
    value = spelling.cut.replace("{}", f"substr({name}, 1, {LONGEST_VALUE + 1})")
    some = f"SELECT {value} AS v FROM {source} WHERE {name} IS NOT NULL"  # noqa: S608
    rows = f"SELECT v FROM ({some} LIMIT {spelling.rows}) AS f"  # noqa: S608
    if table.key:
        last = f"{some} ORDER BY {quoted(table.key, spelling.quote)} DESC LIMIT {spelling.rows}"
        rows += f" UNION ALL SELECT v FROM ({last}) AS l"  # noqa: S608
    return f"SELECT DISTINCT v FROM ({rows}) AS s LIMIT {MOST_VALUES + 1}"  # noqa: S608


def _kept(values: Iterable[Any]) -> list[str]:
    """In order, without those that are cut or hold what is no text."""
    held = [value.rstrip() if isinstance(value, str) else "" for value in values]
    if len(held) > MOST_VALUES:
        return []
    return sorted({value for value in held if value and len(value) <= LONGEST_VALUE})


def in_schema(tables: Sequence[Wanted], home: str | None) -> list[Wanted]:
    """With the schema that needs no naming named."""
    return [replace(table, schema=table.schema or home or "") for table in tables]
