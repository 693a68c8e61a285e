"""DuckDB: its duckdb_*() functions, for the database that is open."""

import re
from dataclasses import replace
from typing import Any

from datasources.catalogues import LONGEST_COMMENT, LONGEST_TYPE, MOST_COLUMNS, MOST_TABLES, Ask
from datasources.catalogues import distinct as of_columns
from datasources.catalogues.assembly import assemble
from datasources.catalogues.sampling import Sample, Spelling, Tables, sampled, wanted

HOME = "main"
_HERE = "database_name = current_database() AND NOT internal"
_TABLES = f"""
SELECT schema_name, name, is_view, left(comment, {LONGEST_COMMENT + 1}), rows FROM (
  SELECT schema_name, table_name AS name, false AS is_view, comment, estimated_size AS rows
  FROM duckdb_tables() WHERE {_HERE}
  UNION ALL SELECT schema_name, view_name, true, comment, NULL FROM duckdb_views() WHERE {_HERE})
ORDER BY schema_name <> '{HOME}', schema_name, name LIMIT {MOST_TABLES}
"""  # noqa: S608
_COLUMNS = f"""
SELECT schema_name, table_name, column_name, left(data_type, {LONGEST_TYPE + 1}), is_nullable,
  left(comment, {LONGEST_COMMENT + 1})
FROM duckdb_columns() WHERE {_HERE}
ORDER BY schema_name <> '{HOME}', schema_name, table_name, column_index LIMIT {MOST_COLUMNS}
"""  # noqa: S608
# A foreign key stays within its schema: DuckDB has no others.
_KEYS = f"""
SELECT schema_name, table_name, constraint_index, unnest(constraint_column_names),
  CASE WHEN referenced_table IS NOT NULL THEN schema_name END, referenced_table,
  unnest(CASE WHEN referenced_table IS NULL THEN list_transform(constraint_column_names, lambda name: NULL)
    ELSE referenced_column_names END)
FROM duckdb_constraints()
WHERE {_HERE.replace(" AND NOT internal", "")} AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
ORDER BY schema_name, table_name, constraint_index
"""  # noqa: S608
# A column of so many is read in milliseconds; it is not in order of its key.
_ROWS = 1_000_000
# What an enum may hold is in its type.
_TEXT = re.compile("varchar")


def read(ask: Ask) -> list[dict[str, Any]]:
    return assemble(HOME, ask(_TABLES), ask(_COLUMNS), ask(_KEYS))


def values(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    return sampled(ask, [replace(table, key="") for table in wanted(tables, _TEXT)], seconds, Spelling(rows=_ROWS))


def distinct(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    some = [replace(table, key="") for table in of_columns.wanted(tables)]
    return of_columns.distinct(ask, some, seconds, Spelling(rows=_ROWS))
