"""Tables put together from the rows that catalogues give."""

from collections.abc import Iterable
from typing import Any

from datasources.catalogues import LONGEST_COMMENT, LONGEST_TYPE

Rows = Iterable[tuple[Any, ...]]
_Place = tuple[str, str]


def assemble(home: str | None, relations: Rows, columns: Rows, keys: Rows) -> list[dict[str, Any]]:
    """Tables that have columns, with the foreign keys whose other end is among them.

    `home`: the schema that needs no naming
    `relations`: schema, name, whether it is a view, comment, estimated rows
    `columns`, in order: schema, table, name, type, whether it may be NULL, comment
    `keys`, in order: schema, table, constraint, column, and for a foreign key the other schema, table and column
    """
    tables = {(schema, name): _table(_shown(schema, home), name, *rest) for schema, name, *rest in relations}
    for schema, table, *column in columns:
        if (schema, table) in tables:
            tables[schema, table]["columns"].append(_column(*column))
    tables = {place: table for place, table in tables.items() if table["columns"]}
    _add_keys(tables, keys)
    return list(tables.values())


def _shown(schema: str, home: str | None) -> str:
    return "" if schema == home else schema


def _table(schema: str, name: str, is_view: Any, comment: str | None, rows: int | None) -> dict[str, Any]:
    return {
        "schema": schema,
        "name": name,
        "columns": [],
        "primary_key": [],
        "foreign_keys": [],
        "is_view": bool(is_view),
        "comment": _cut(comment or "", LONGEST_COMMENT),
        "rows": None if rows is None or is_view else int(rows),
    }


def _column(name: str, type_: str, nullable: Any, comment: str | None) -> dict[str, Any]:
    column = {"name": name, "type": _cut(type_, LONGEST_TYPE), "nullable": bool(nullable)}
    return column | {"comment": _cut(comment, LONGEST_COMMENT)} if comment else column


def _add_keys(tables: dict[_Place, dict[str, Any]], keys: Rows) -> None:
    """A key with a column that may not be read is left out as a whole."""
    readable = {place: {column["name"] for column in table["columns"]} for place, table in tables.items()}
    for (schema, table, *_), parts in _grouped(keys).items():
        place, other = (schema, table), parts[0][1:3]
        own = [column for column, *_ in parts]
        if not readable.get(place, set()).issuperset(own):
            continue
        if other == (None, None):
            tables[place]["primary_key"] = own
            continue
        referenced = [column for *_, column in parts]
        if readable.get(other, set()).issuperset(referenced):
            tables[place]["foreign_keys"].append(_foreign_key(own, tables[other], referenced))


def _grouped(keys: Rows) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for schema, table, constraint, *part in keys:
        groups.setdefault((schema, table, constraint), []).append(tuple(part))
    return groups


def _foreign_key(own: list[str], other: dict[str, Any], referenced: list[str]) -> dict[str, Any]:
    full_name = ".".join(filter(None, (other["schema"], other["name"])))
    return {"columns": own, "table": full_name, "referenced": referenced}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"
