"""SQLite: its pragmas as tables."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from datasources.catalogues import LONGEST_TYPE, MOST_COLUMNS, MOST_TABLES, Ask
from datasources.catalogues import distinct as of_columns
from datasources.catalogues.sampling import Sample, Tables, sampled, wanted

_TABLES = f"""
SELECT name, type, wr FROM pragma_table_list
WHERE schema = 'main' AND type <> 'shadow' AND lower(substr(name, 1, 7)) <> 'sqlite_'
ORDER BY name LIMIT {MOST_TABLES}
"""  # noqa: S608
_COLUMNS = f"""
SELECT t.name, c.name, substr(c.type, 1, {LONGEST_TYPE}), c."notnull", c.pk
FROM pragma_table_list t, pragma_table_xinfo(t.name, 'main') c
WHERE t.schema = 'main' AND lower(substr(t.name, 1, 7)) <> 'sqlite_' AND {{which}} AND c.hidden <> 1
ORDER BY t.name, c.cid LIMIT {MOST_COLUMNS}
"""  # noqa: S608
_FOREIGN_KEYS = """
SELECT t.name, k.id, k."table", k."from", k."to" FROM pragma_table_list t, pragma_foreign_key_list(t.name, 'main') k
WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name, k.id DESC, k.seq
"""
_STATISTICS = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl"
_ROW_IDS = ("rowid", "oid", "_rowid_")
# Counted to the end only where that is soon.
_COUNTED = 1_000
_TABLES_AT_ONCE = 100
_TEXT = re.compile(r"|.*(char|clob|text).*", re.DOTALL)

_Column = tuple[str, str, int, int]


def read(ask: Ask) -> list[dict[str, Any]]:
    listed = ask(_TABLES)
    columns = _columns(ask, [name for name, kind, _ in listed if kind != "table"])
    tables = [_table(name, kind, columns[name]) for name, kind, _ in listed if name in columns]
    _add_foreign_keys(ask, {table["name"].casefold(): table for table in tables})
    without_row_id = {name for name, _, wr in listed if wr}
    ordinary = {name for name, kind, _ in listed if kind == "table"}
    _add_rows(ask, [table for table in tables if table["name"] in ordinary], without_row_id)
    return tables


def values(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    return sampled(ask, wanted(tables, _TEXT), seconds)


def distinct(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    return of_columns.distinct(ask, of_columns.wanted(tables), seconds)


def _columns(ask: Ask, odd: list[str]) -> dict[str, list[_Column]]:
    """`odd`: views and virtual tables, of which those that are broken have none."""
    found = ask(_COLUMNS.format(which="t.type = 'table'"))
    for name in odd:
        if len(found) < MOST_COLUMNS:
            with _broken_ones_left_out():
                found += ask(_COLUMNS.format(which=f"t.name = {_literal(name)}"))
    columns: dict[str, list[_Column]] = {}
    for name, *column in found:
        columns.setdefault(name, []).append((column[0], column[1], column[2], column[3]))
    return columns


@contextmanager
def _broken_ones_left_out() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise


def _table(name: str, kind: str, columns: list[_Column]) -> dict[str, Any]:
    return {
        "schema": "",
        "name": name,
        "columns": [_column(*column) for column in columns],
        "primary_key": [column for _, column in sorted((place, column) for column, _, _, place in columns if place)],
        "foreign_keys": [],
        "is_view": kind == "view",
    }


def _column(name: str, type_: str, not_null: int, key: int) -> dict[str, Any]:
    return {"name": name, "type": type_, "nullable": not (not_null or key)}


def _add_foreign_keys(ask: Ask, tables: dict[str, dict[str, Any]]) -> None:
    """A key that names no column means the other table's primary key."""
    keys: dict[tuple[str, int], dict[str, Any]] = {}
    for table, number, other, column, referenced in ask(_FOREIGN_KEYS):
        key = keys.setdefault((table, number), {"columns": [], "table": other, "referenced": []})
        key["columns"].append(column)
        key["referenced"].append(referenced)
    for (table, _), key in keys.items():
        other_table = tables.get(key["table"].casefold(), {"name": key["table"], "primary_key": []})
        key["table"] = other_table["name"]
        if None in key["referenced"]:
            key["referenced"] = other_table["primary_key"]
        if table.casefold() in tables:
            tables[table.casefold()]["foreign_keys"].append(key)


def _add_rows(ask: Ask, tables: list[dict[str, Any]], without_row_id: set[str]) -> None:
    """From the statistics where there are any; else counted up to a thousand, and from then on by the row ids."""
    estimates = _analysed(ask)
    unknown = [table for table in tables if table["name"] not in estimates]
    for start in range(0, len(unknown), _TABLES_AT_ONCE):
        some = unknown[start : start + _TABLES_AT_ONCE]
        with _broken_ones_left_out():
            estimates.update(ask(" UNION ALL ".join(_estimate(table, without_row_id) for table in some)))
    for table in tables:
        rows = estimates.get(table["name"])
        table["rows"] = rows if isinstance(rows, int) else None


def _analysed(ask: Ask) -> dict[str, Any]:
    with _broken_ones_left_out():
        return dict(ask(_STATISTICS))
    return {}


def _estimate(table: dict[str, Any], without_row_id: set[str]) -> str:
    """Row ids may have gaps, but there are no more rows than fit into the file."""
    name, source = _literal(table["name"]), '"' + table["name"].replace('"', '""') + '"'
    counted = f"(SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {_COUNTED + 1}))"  # noqa: S608
    names = {column["name"].casefold() for column in table["columns"]}
    row_id = next((row_id for row_id in _ROW_IDS if row_id not in names), None)
    if table["name"] in without_row_id or row_id is None:
        return f"SELECT {name}, CASE WHEN {counted} <= {_COUNTED} THEN {counted} END"
    smallest_row = len(names) + 4
    size = "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
    span = f"(SELECT max({row_id}) FROM {source}) - (SELECT min({row_id}) FROM {source}) + 1"  # noqa: S608
    by_ids = f"max({_COUNTED + 1}, min({span}, {size} / {smallest_row}))"
    return f"SELECT {name}, CASE WHEN {counted} <= {_COUNTED} THEN {counted} ELSE {by_ids} END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
