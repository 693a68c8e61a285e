"""What tells two readings of a schema apart."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasources.introspect import Column, Schema, Table
from datasources.wording import counted

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """Full names of tables; columns as `table.column`, of tables that were there before and after."""

    tables_added: tuple[str, ...] = ()
    tables_removed: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()

    def summary(self) -> str:
        """One sentence for a person."""
        parts = (
            _counted("table", "added", self.tables_added),
            _counted("table", "removed", self.tables_removed),
            _counted("column", "added", self.columns_added),
            _counted("column", "removed", self.columns_removed),
            _counted("column", "of another type", self.columns_retyped),
        )
        return f"{', '.join(filter(None, parts)) or 'No table or column has changed'}."


def changes(before: Schema, after: Schema) -> Changes:
    old, new = ({table.full_name: table for table in schema.tables} for schema in (before, after))
    pairs = [(old[name], table) for name, table in new.items() if name in old]
    return Changes(
        tables_added=tuple(name for name in new if name not in old),
        tables_removed=tuple(name for name in old if name not in new),
        columns_added=tuple(name for one, other in pairs for name in _only_in(other, one)),
        columns_removed=tuple(name for one, other in pairs for name in _only_in(one, other)),
        columns_retyped=tuple(name for one, other in pairs for name in _retyped(one, other)),
    )


def fingerprint(schema: Schema) -> str:
    """SHA-256 of everything but the number of rows and the values, in whatever order it was read."""
    tables = sorted((_structure(table) for table in schema.tables), key=json.dumps)
    return hashlib.sha256(json.dumps(tables).encode()).hexdigest()


def _structure(table: Table) -> list[Any]:
    columns = [[column.name, column.type, column.nullable, column.comment] for column in table.columns]
    foreign_keys = sorted([key.columns, key.table, key.referenced] for key in table.foreign_keys)
    return [table.schema, table.name, table.is_view, table.comment, columns, table.primary_key, foreign_keys]


def _only_in(table: Table, other: Table) -> list[str]:
    others = _by_name(other)
    return [f"{table.full_name}.{column.name}" for column in table.columns if column.name not in others]


def _retyped(before: Table, after: Table) -> list[str]:
    old = _by_name(before)
    return [
        f"{after.full_name}.{column.name}"
        for column in after.columns
        if column.name in old and old[column.name].type != column.type
    ]


def _by_name(table: Table) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


def _counted(noun: str, what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"{counted(len(names), noun)} {what} ({shown})"
