"""What a program can know about a failure, so that the model need not guess."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from agent.errors import ErrorClass
from datasources.introspect import Schema

E = TypeVar("E", bound=exp.Expr)
_DIALECTS = Path(__file__).parent / "prompts" / "dialects"
_FOREIGN_DIALECTS = ("mysql", "postgres", "duckdb", "snowflake")
_NAME = r"[\"'`]?([\w.$ ]+?)[\"'`]?"
_LONGEST_MESSAGE = 1000  # the patterns take quadratic time
_COLUMN = re.compile(rf"no such column: {_NAME}(?: - |$)|column {_NAME} does not exist|has no column named {_NAME}$")
_TABLE = re.compile(rf"no such table: {_NAME}$|relation {_NAME} does not exist|for table {_NAME}$", re.MULTILINE)
_AMBIGUOUS = re.compile(rf"ambiguous column name: {_NAME}$|column reference {_NAME} is ambiguous", re.MULTILINE)
_FUNCTION = re.compile(r"no such function: (\w+)|function (\w+)\(.*\) does not exist|arguments to function (\w+)")


def hint(error_class: ErrorClass, message: str, sql: str, schema: Schema, dialect: str) -> str:
    """Facts about the way out of this failure, in a sentence or two; empty when a program knows none."""
    find = _FINDERS.get(error_class)
    return find(message, sql, schema, dialect) if find else ""


def _column(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = _named(_COLUMN, message)
    if not name:
        return ""
    column = name.rsplit(".", 1)[-1]
    if f'"{name}"' in sql:
        return f"Double quotes are for names. If the text {name} is meant, write it in single quotes: '{name}'."
    homes = schema.tables_with_column(column)
    names = _names_used(sql, schema, dialect)
    there = [f"{names[home]}.{column}" for home in homes if home in names]
    if there:
        return f"{name} does not exist here, but {_listed(there)} does: write that."
    if homes:
        return f"The column {column} is in {_listed(homes)}. Join that table."
    used = list(names)
    close = schema.closest_columns(column, used) or schema.closest_columns(column)
    facts = [f"No table has a column {column}."]
    if close:
        facts.append(f"The closest are {_listed(close)}.")
    facts += [f"{table} has {_columns_of(table, schema)}." for table in used[:4]]
    return " ".join(facts)


def _table(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = _named(_TABLE, message)
    if not name:
        return ""
    close = schema.closest_tables(name.rsplit(".", 1)[-1])
    if close:
        return f"There is no table {name}. The closest are {_listed(close)}."
    return f"There is no table {name}. The tables are {_listed(table.full_name for table in schema.tables)}."


def _ambiguous(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = _named(_AMBIGUOUS, message)
    homes = set(schema.tables_with_column(name.rsplit(".", 1)[-1])) if name else set()
    names = _names_used(sql, schema, dialect)
    used = [f"{alias}.{name}" for table, alias in names.items() if table in homes]
    return f"{name} could be {_listed(used)}: write the one that is meant." if used else ""


def _function(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = _named(_FUNCTION, message)
    if not name:
        return ""
    known = _functions(dialect).get(name.lower()) or _transpiled(name, sql, dialect)
    return f"{dialect} has no {name}(): use {known} instead." if known else ""


def _aggregation(message: str, sql: str, schema: Schema, dialect: str) -> str:
    return (
        "Every selected column outside of an aggregate belongs into GROUP BY; "
        "a condition on an aggregate belongs into HAVING, not WHERE."
    )


def _empty(message: str, sql: str, schema: Schema, dialect: str) -> str:
    literals = [literal.this for literal in _find(sql, dialect, exp.Literal) if literal.is_string]
    if not literals:
        return ""
    return (
        f"The conditions compare with {_listed(repr(text) for text in literals[:6])}: the data may spell it otherwise."
    )


def _read_only(message: str, sql: str, schema: Schema, dialect: str) -> str:
    return "Only a single SELECT statement may run here."


_FINDERS: dict[ErrorClass, Callable[[str, str, Schema, str], str]] = {
    ErrorClass.NO_SUCH_COLUMN: _column,
    ErrorClass.NO_SUCH_TABLE: _table,
    ErrorClass.AMBIGUOUS_COLUMN: _ambiguous,
    ErrorClass.NO_SUCH_FUNCTION: _function,
    ErrorClass.AGGREGATION_ERROR: _aggregation,
    ErrorClass.EMPTY_RESULT: _empty,
    ErrorClass.NOT_READ_ONLY: _read_only,
}


def _named(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message[:_LONGEST_MESSAGE])
    return next((group for group in match.groups() if group), "") if match else ""


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _columns_of(table: str, schema: Schema) -> str:
    found = schema.table(table)
    return ", ".join(column.name for column in found.columns) if found else ""


def _find(sql: str, dialect: str, kind: type[E]) -> list[E]:
    try:
        return list(sqlglot.parse_one(sql, read=dialect).find_all(kind))
    except (SqlglotError, RecursionError):
        return []


def _names_used(sql: str, schema: Schema, dialect: str) -> dict[str, str]:
    """The schema's tables in a statement, in order, each with the name that the statement calls it by."""
    used = ((".".join(filter(None, (table.db, table.name))), table) for table in _find(sql, dialect, exp.Table))
    found = ((schema.table(name), table.alias_or_name) for name, table in used)
    return {table.full_name: alias for table, alias in found if table}


@cache
def _functions(dialect: str) -> dict[str, str]:
    path = _DIALECTS / f"{dialect}_functions.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _transpiled(name: str, sql: str, dialect: str) -> str:
    """The call to `name` in `sql` as the dialect writes it, when another dialect's parser knows it."""
    for foreign in _FOREIGN_DIALECTS:
        for call in _find(sql, foreign, exp.Func):
            text = call.sql(dialect)
            if call.sql(foreign).lower().startswith(f"{name.lower()}(") and not text.lower().startswith(
                f"{name.lower()}("
            ):
                return text
    return ""
