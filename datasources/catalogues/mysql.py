"""MySQL and MariaDB: information_schema, whose rows are those that the role may see."""

import re
from dataclasses import replace
from typing import Any

from datasources.catalogues import MOST_COLUMNS, MOST_TABLES, Ask
from datasources.catalogues import distinct as of_columns
from datasources.catalogues.assembly import assemble
from datasources.catalogues.sampling import Sample, Spelling, Tables, sampled, wanted

_SYSTEM = "('information_schema', 'mysql', 'performance_schema', 'sys')"
_MAY_READ_ALL = "SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT'"
_TABLES = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE LIKE '%VIEW', TABLE_COMMENT, TABLE_ROWS
FROM information_schema.TABLES
WHERE TABLE_TYPE <> 'SEQUENCE' AND {{where}}
ORDER BY TABLE_SCHEMA <> DATABASE(), TABLE_SCHEMA, TABLE_NAME LIMIT {MOST_TABLES}
"""  # noqa: S608
_COLUMNS = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'YES', COLUMN_COMMENT
FROM information_schema.COLUMNS
WHERE FIND_IN_SET('select', PRIVILEGES) AND {{where}}
ORDER BY TABLE_SCHEMA <> DATABASE(), TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION LIMIT {MOST_COLUMNS}
"""  # noqa: S608
_KEYS = """
SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME,
  REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE (CONSTRAINT_NAME = 'PRIMARY' OR REFERENCED_TABLE_NAME IS NOT NULL) AND {where}
ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""
# In one character set, so that columns of several can stand below each other.
_SPELLING = Spelling("`", "CONVERT({} USING utf8mb4)")
# What an enum or a set may hold is in its type.
_TEXT = re.compile(r"((tiny|medium|long)?text|(var)?char)\b.*", re.DOTALL)


def read(ask: Ask) -> list[dict[str, Any]]:
    """The databases that the role was let into; of a role that may read the whole server, only the connected one."""
    [(home,)] = ask("SELECT DATABASE()")
    only_home = home is not None and ask(_MAY_READ_ALL)
    where = "TABLE_SCHEMA = DATABASE()" if only_home else f"TABLE_SCHEMA NOT IN {_SYSTEM}"
    tables, columns, keys = (ask(query.replace("{where}", where)) for query in (_TABLES, _COLUMNS, _KEYS))
    return assemble(home, map(_without_remark, tables), columns, keys)


def _without_remark(table: tuple[Any, ...]) -> tuple[Any, ...]:
    """A view's comment only says that it is one, or what is wrong with it."""
    schema, name, is_view, comment, rows = table
    return schema, name, is_view, "" if is_view else comment, rows


def values(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    return sampled(ask, wanted(tables, _TEXT), seconds, _SPELLING)


def distinct(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    return of_columns.distinct(ask, of_columns.wanted(tables), seconds, replace(_SPELLING, rows=of_columns.ROWS))
