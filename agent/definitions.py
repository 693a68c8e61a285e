"""Tables as the model is told of them, where there is no room for the whole schema."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from agent.budget import tokens
from agent.schema_words import likeness
from agent.stems import stems
from datasources.ddl import create_statement
from datasources.introspect import Column, Schema, Table

_MOST_OF_ONE = 0.5
"""Of the room for all tables that one may take."""
_PER_COLUMN = 2
"""Tokens for the break and the comma that each column brings."""


class Definitions:
    """The statements of a schema's tables; a table that is too wide comes with its keys and the columns that matter."""

    def __init__(self, schema: Schema, dialect: str, room: int, sought: Collection[str] = ()) -> None:
        self._known = {table.full_name: table for table in schema.tables}
        self._dialect = dialect
        self._most = round(room * _MOST_OF_ONE)
        self._sought = sought

    def of(self, table: Table) -> str:
        whole = create_statement(table, self._dialect, self._known)
        return whole if tokens(whole) <= self._most else self._cut(table)

    def within(self, tables: Iterable[Table], room: int) -> tuple[list[str], int]:
        """The statements that fit into so many tokens, and what they leave; a large one keeps out none after it."""
        kept: list[str] = []
        for table in tables:
            text = self.of(table)
            if tokens(text) <= room:
                kept.append(text)
                room -= tokens(text)
        return kept, room

    def _cut(self, table: Table) -> str:
        ranked = sorted(table.columns, key=lambda column: -self._matters(column, table))
        room = self._most - tokens(create_statement(replace(table, columns=()), self._dialect, self._known))
        kept: set[str] = set()
        for column in ranked:
            room -= tokens(f"{column.name} {column.type} {column.comment}") + _PER_COLUMN
            if room < 0:
                break
            kept.add(column.name)
        columns = tuple(column for column in table.columns if column.name in kept)
        said = f"{len(table.columns) - len(columns):,} more columns are not shown. {table.comment}"
        return create_statement(replace(table, columns=columns, comment=said), self._dialect, self._known)

    def _matters(self, column: Column, table: Table) -> float:
        """Keys most, then the columns that have the words that are sought; of equals the first ones."""
        if column.name in table.primary_key or any(column.name in key.columns for key in table.foreign_keys):
            return len(self._sought) + 1.0
        words = {*stems(f"{column.name} {column.comment}"), *stems(" ".join(column.values))}
        return sum(max((likeness(word, sought) for word in words), default=0.0) for sought in self._sought)
