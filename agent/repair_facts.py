"""What the next attempt is told about a failure, beyond its hint: how tables are joined, and how the data is spelled.

The database is asked a little here, and so this blocks: call it where statements may wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from threading import Timer
from time import monotonic

from sqlglot import exp

from agent import facts, hints
from agent.errors import ErrorClass
from agent.fixes.keys import Link, joins, path
from agent.stems import stems
from datasources.engine import Database
from datasources.introspect import Column, Schema, Table

MOST_CHARACTERS = 600
_MOST_PROBES = 3
_SECONDS = 2.0
_MOST_VALUES = 2000
_MOST_HOMES = 2
_LONGEST_PATH = 3
_CLOSE, _SHOWN, _LONGEST_VALUE = 0.8, 3, 40
_SENTENCE = re.compile(r"(?<=[.!?]) (?=\S)")
_ABOUT_DATA = frozenset({ErrorClass.EMPTY_RESULT, ErrorClass.SUSPICIOUS, ErrorClass.REJECTED})
_ABOUT_NAMES = frozenset({ErrorClass.NO_SUCH_COLUMN, ErrorClass.NO_SUCH_TABLE})


def facts_for(
    error_class: ErrorClass,
    message: str,
    sql: str,
    question: str,
    database: Database | None,
    schema: Schema,
    dialect: str,
) -> str:
    """The hint and what else is known, in a few sentences; empty where nothing is. Without a database, only what the
    schema tells."""
    told = [hints.hint(error_class, message, sql, schema, dialect)]
    if error_class in _ABOUT_NAMES:
        told += _ways(message, sql, question, schema, dialect)
    if error_class in _ABOUT_DATA:
        told = [*_spellings(sql, database, schema, dialect), *told]
    return _within(told)


def _ways(message: str, sql: str, question: str, schema: Schema, dialect: str) -> Iterator[str]:
    """How to join what has the column to the tables that the statement uses."""
    used = list(hints.names_used(sql, schema, dialect))
    column = hints.column_named(message).rpartition(".")[2]
    prefix = schema.table(hints.outside_named(message)) if hints.outside_named(message) else None
    homes = [prefix.full_name] if prefix else schema.tables_with_column(column) if column else []
    if not used or any(home in used for home in homes):
        return
    graph = joins(schema)
    found = ((home, _shortest(used, home, graph)) for home in _asked_for_first(homes, question))
    reached = [(home, links) for home, links in found if 0 < len(links) <= _LONGEST_PATH]
    spelled = {table.full_name: table.spelled(dialect) for table in schema.tables}
    for home, links in sorted(reached, key=lambda way: len(way[1]))[:_MOST_HOMES]:
        conditions = " AND ".join(link.condition(dialect, spelled[link.table], spelled[link.other]) for link in links)
        yield f"{spelled[home]} is joined by {conditions}."


def _shortest(used: Sequence[str], home: str, graph: Mapping[str, list[Link]]) -> list[Link]:
    ways = (path([table, home], graph) for table in used)
    return min(filter(None, ways), key=len, default=[])


def _asked_for_first(homes: Sequence[str], question: str) -> list[str]:
    asked = set(stems(question))
    return sorted(homes, key=lambda home: not asked & set(stems(home)))


def _spellings(sql: str, database: Database | None, schema: Schema, dialect: str) -> Iterator[str]:
    """Of each text that a column is compared with and that is not known to be in it: what there is instead."""
    probes = _Probes(database)
    for table, column, text in facts.compared(sql, schema, dialect):
        whose = f"{table.full_name}.{column.name}"
        elsewhere = _elsewhere(text, table, schema, sql, dialect)
        near = _nearest(text, column.values) or probes.near(table, column, text)
        if near and text not in near:
            yield f"{whose} has no {_quoted(text)}, but {' and '.join(map(_quoted, near))}."
        elif elsewhere:
            yield f"{_quoted(text)} is in {elsewhere}."


def _elsewhere(text: str, table: Table, schema: Schema, sql: str, dialect: str) -> str:
    """The other column of the statement's tables that is known to hold the text."""
    used = [each for each in map(schema.table, hints.names_used(sql, schema, dialect)) if each]
    names = (f"{each.full_name}.{column.name}" for each in used for column in each.columns if text in column.values)
    return next(names, "")


class _Probes:
    """A few short questions to the database: after one that took too long, none is asked."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._left = _MOST_PROBES if database else 0
        self._ends = monotonic() + _SECONDS

    def near(self, table: Table, column: Column, text: str) -> list[str]:
        """The texts of a column that are like this one; itself where it is there."""
        like = exp.Like(
            this=exp.Lower(this=exp.column(column.name, quoted=True)),
            expression=exp.Lower(this=exp.Literal.string(f"%{text}%")),
        )
        held_in = facts.held_in(table, column)
        found = self._asked(held_in.where(exp.or_(facts.is_same(column, text), like)), 2 * _SHOWN)
        if text in found:
            return [text]
        return _short(found)[:_SHOWN] or _nearest(text, self._asked(held_in, _MOST_VALUES))

    def _asked(self, statement: exp.Select, most: int) -> list[str]:
        left = self._ends - monotonic()
        if self._database is None or self._left <= 0 or left <= 0:
            return []
        self._left -= 1
        alarm = Timer(left, self._database.cancel)
        alarm.daemon = True
        alarm.start()
        try:
            return facts.texts(self._database, statement, most)
        finally:
            alarm.cancel()


def _nearest(text: str, values: Sequence[str]) -> list[str]:
    by_lower: dict[str, str] = {}
    for value in _short(values):
        by_lower.setdefault(value.casefold(), value)
    return [by_lower[each] for each in get_close_matches(text.casefold(), by_lower, _SHOWN, _CLOSE)]


def _short(values: Sequence[str]) -> list[str]:
    return [value for value in values if len(value) <= _LONGEST_VALUE]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _within(told: Sequence[str]) -> str:
    """The sentences that find room."""
    kept = ""
    for sentence in (each for text in told for each in _SENTENCE.split(text) if each):
        if len(kept) + 1 + len(sentence) <= MOST_CHARACTERS:
            kept = f"{kept} {sentence}".strip()
    return kept
