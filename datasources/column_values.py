"""What columns of few different values hold, read in the background and put into a schema."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from datasources.engine import Database, Values
from datasources.errors import QueryFailed, QueryTimeout, SQLError
from datasources.introspect import Schema, Table

SECONDS = 60.0
"""For all tables of a database; those that are not reached keep what was known of them."""
_SECONDS_AT_ONCE = 10.0
_TABLES_AT_ONCE = 50
# A text column of twenty long values takes a thousand.
_MOST_CHARACTERS = 1_000_000

Found = dict[str, Values]
"""By the full names of the tables that were looked at."""


def read_values(database: Database, tables: Sequence[Table], say: Callable[[str], object]) -> Found:
    """`say` is told how far it is. A table that cannot be looked at has no values; a lost database ends it."""
    end = time.monotonic() + SECONDS
    tables = [table for table in tables if not table.is_view]
    found: Found = {}
    for start in range(0, len(tables), _TABLES_AT_ONCE):
        say(f"Looking at values: {start:,} of {len(tables):,} tables")
        try:
            found |= _of_some(database, tables[start : start + _TABLES_AT_ONCE], end)
        except SQLError:
            break
        if time.monotonic() > end or _characters(found) > _MOST_CHARACTERS:
            break
    return found


def _of_some(database: Database, tables: Sequence[Table], end: float) -> Found:
    """Where a statement fails, the tables are looked at in halves, to find the one that is to blame."""
    seconds = min(_SECONDS_AT_ONCE, end - time.monotonic())
    if seconds <= 0 or not tables:
        return {}
    try:
        return _by_table(tables, database.values(tables, seconds))
    except (QueryFailed, QueryTimeout):
        if len(tables) == 1:
            return {tables[0].full_name: {}}
    middle = len(tables) // 2
    return _of_some(database, tables[:middle], end) | _of_some(database, tables[middle:], end)


def _by_table(tables: Sequence[Table], values: Values) -> Found:
    found: Found = {table.full_name: {} for table in tables}
    for (table, column), held in values.items():
        found[table][table, column] = held
    return found


def _characters(found: Found) -> int:
    return sum(len(value) for values in found.values() for held in values.values() for value in held)


def put_in(schema: Schema, found: Found) -> Schema:
    """With these values in place of those of the tables that were looked at."""
    return Schema(tuple(_with_values(table, found.get(table.full_name)) for table in schema.tables))


def carried_over(before: Schema, after: Schema) -> Schema:
    """`after` with the values that were known, of columns that are still what they were."""
    types = {(table.full_name, column.name): column.type for table in after.tables for column in table.columns}
    found: Found = {}
    for table in before.tables:
        known = ((table.full_name, column.name, column) for column in table.columns if column.values)
        found[table.full_name] = {
            (name, own): column.values for name, own, column in known if types.get((name, own)) == column.type
        }
    return put_in(after, found)


def _with_values(table: Table, values: Values | None) -> Table:
    if values is None:
        return table
    columns = (replace(column, values=values.get((table.full_name, column.name), ())) for column in table.columns)
    return replace(table, columns=tuple(columns))
