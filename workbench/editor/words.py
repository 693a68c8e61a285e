"""What can be completed: the tables and columns of a connection, by name. Of values nothing is told."""

from __future__ import annotations

from typing import Any

from datasources.diagram import Diagram
from datasources.introspect import Column, Table, quoted

_LONGEST_TYPE = 60


def completion(diagram: Diagram, dialect: str) -> dict[str, Any]:
    """As `static/editor.js` wants it."""
    return {"dialect": dialect, "tables": [_table(table, dialect) for table in diagram.tables]}


def _table(table: Table, dialect: str) -> dict[str, Any]:
    columns = [_column(column, dialect) for column in table.columns]
    told = {"schema": table.schema, "name": table.name, "columns": columns, "is_view": table.is_view}
    return told | _spelled(table.name, dialect)


def _column(column: Column, dialect: str) -> dict[str, str]:
    return {"name": column.name, "type": column.type[:_LONGEST_TYPE]} | _spelled(column.name, dialect)


def _spelled(name: str, dialect: str) -> dict[str, str]:
    """Where a statement has to spell it otherwise."""
    spelled = quoted(name, dialect)
    return {"spelled": spelled} if spelled != name else {}
