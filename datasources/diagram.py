"""The tables of a schema and what joins them, as the diagram, its list and its panel show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasources.guesses import guesses
from datasources.introspect import Column, ForeignKey, Schema, Table


@dataclass(frozen=True, slots=True)
class Relation:
    """`columns` of `table` hold what `referenced` of `other` hold. Both tables are full names."""

    table: str
    columns: tuple[str, ...]
    other: str
    referenced: tuple[str, ...]
    is_guess: bool

    @property
    def words(self) -> str:
        """orders.customer_id → customers.id"""
        return f"{_spelled(self.table, self.columns)} → {_spelled(self.other, self.referenced)}"


@dataclass(frozen=True)
class Diagram:
    """Of the tables that have a name: only those have a page."""

    schema: Schema

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for table in self.schema.tables if table.name)

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """Declared ones first. What points to a table that is not there is left out."""
        declared = [relation for table in self.tables for relation in self.declared(table)]
        guessed = (self._relation(guess.table, guess.key, True) for guess in guesses(self.schema))
        return (*declared, *filter(None, guessed))

    def table(self, full_name: str) -> Table | None:
        """By its exact full name."""
        return self._by_name.get(full_name)

    def declared(self, table: Table) -> list[Relation]:
        """What a table says itself that it points to."""
        return [*filter(None, (self._relation(table.full_name, key, False) for key in table.foreign_keys))]

    def outgoing(self, table: Table) -> list[Relation]:
        return self._outgoing[table.full_name]

    def incoming(self, table: Table) -> list[Relation]:
        return self._incoming[table.full_name]

    def joined(self, table: Table, column: Column) -> list[Relation]:
        """What a column of it points to."""
        return [relation for relation in self.outgoing(table) if column.name in relation.columns]

    def to_graph(self) -> dict[str, Any]:
        """Fit for JSON: what the page draws."""
        return {
            "tables": [_drawn(table, self.outgoing(table)) for table in self.tables],
            "relations": [_joint(relation) for relation in self.relations],
        }

    @cached_property
    def _by_name(self) -> dict[str, Table]:
        return {table.full_name: table for table in self.tables}

    @cached_property
    def _outgoing(self) -> dict[str, list[Relation]]:
        found: dict[str, list[Relation]] = defaultdict(list)
        for relation in self.relations:
            found[relation.table].append(relation)
        return found

    @cached_property
    def _incoming(self) -> dict[str, list[Relation]]:
        found: dict[str, list[Relation]] = defaultdict(list)
        for relation in self.relations:
            found[relation.other].append(relation)
        return found

    def _relation(self, table: str, key: ForeignKey, is_guess: bool) -> Relation | None:
        target = self.table(key.table) or self.schema.table(key.table)
        if target is None or not target.name:
            return None
        return Relation(table, key.columns, target.full_name, key.referenced or target.primary_key, is_guess)


def _spelled(table: str, columns: tuple[str, ...]) -> str:
    if len(columns) == 1:
        return f"{table}.{columns[0]}"
    return f"{table} ({', '.join(columns)})" if columns else table


def _drawn(table: Table, outgoing: list[Relation]) -> dict[str, Any]:
    joined = {column for relation in outgoing for column in relation.columns}
    return {
        "name": table.full_name,
        "isView": table.is_view,
        "columns": [[column.name, column.type, "".join(_marks(table, column, joined))] for column in table.columns],
    }


def _marks(table: Table, column: Column, joined: set[str]) -> Iterator[str]:
    """p: part of the primary key; f: of a relation."""
    if column.name in table.primary_key:
        yield "p"
    if column.name in joined:
        yield "f"


def _joint(relation: Relation) -> dict[str, Any]:
    return {
        "from": relation.table,
        "to": relation.other,
        "column": next(iter(relation.columns), ""),
        "referenced": next(iter(relation.referenced), ""),
        "isGuess": relation.is_guess,
        "words": relation.words,
    }
