"""What a program can know about a failure, so that the model need not guess."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from sqlglot import exp

from agent.errors import ErrorClass
from datasources import bounded_parsing
from datasources.introspect import Schema, quoted

E = TypeVar("E", bound=exp.Expr)
Hints = Callable[[ErrorClass, str, str, Schema, str], str]
"""As `hint`: whoever asks for many knows those that it has asked for."""
_DIALECTS = Path(__file__).parent / "prompts" / "dialects"
_FOREIGN_DIALECTS = ("mysql", "postgres", "duckdb", "snowflake")
_DIALECT_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL", "mysql": "MySQL", "duckdb": "DuckDB"}
_NAMES_LISTED = 40
_CALLS_REMEMBERED = 500
_NAME = r"[\"'`]?([^\"'`\n]+?)[\"'`]?"
_LONGEST_MESSAGE = 1000  # the patterns take quadratic time
_COLUMN = re.compile(
    rf"no such column: {_NAME}(?: - |$)|column {_NAME} does not exist|has no column named {_NAME}$|"
    rf"unknown column {_NAME} in|referenced column {_NAME} not found|column {_NAME} specified in USING",
    re.IGNORECASE,
)
_COLUMN_OF = re.compile(rf"table {_NAME} does not have a column named {_NAME}$", re.IGNORECASE | re.MULTILINE)
_TABLE = re.compile(
    rf"no such table: {_NAME}$|relation {_NAME} does not exist|table with name {_NAME} does not exist|"
    rf"table {_NAME} doesn't exist",
    re.MULTILINE | re.IGNORECASE,
)
_NOT_IN_FROM = re.compile(
    rf"FROM-clause entry for table {_NAME}(?:$| DETAIL: | HINT: )|referenced table {_NAME} not found",
    re.MULTILINE | re.IGNORECASE,
)
_AMBIGUOUS = re.compile(
    rf"ambiguous column name: {_NAME}$|column reference {_NAME} is ambiguous|column {_NAME} in .* is ambiguous|"
    rf"ambiguous reference to column name {_NAME} \(",
    re.MULTILINE | re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"no such function: (\w+)|function (?:\S+\.)?(\w+)(?:\(.*\))? does not exist|arguments to function (\w+)|"
    r"function with name (\w+) does not exist|native function '(\w+)'|name and argument types '(\w+)\(|"
    r"function call \"(\w+)\(|for routine '(?:\S+\.)?(\w+)'",
    re.IGNORECASE,
)
_DENIED = re.compile(r"permission denied for (?:[a-z]+ )+(\S+)|denied to user .* for (?:table|column) (\S+)")
_KNOWN_BY_MESSAGE = (
    (
        re.compile("more than one row returned|returns more than 1 row", re.IGNORECASE),
        "A subquery that stands for one value may give one row only: write IN instead of =, or aggregate in it.",
    ),
    (re.compile("division by zero", re.IGNORECASE), "Divide by NULLIF(x, 0)."),
    (
        re.compile("for SELECT DISTINCT, ORDER BY", re.IGNORECASE),
        "With DISTINCT, what is ordered by must be selected, too.",
    ),
)


def hint(error_class: ErrorClass, message: str, sql: str, schema: Schema, dialect: str) -> str:
    """Facts about the way out of this failure, in a sentence or two; empty when a program knows none."""
    known = next((text for pattern, text in _KNOWN_BY_MESSAGE if pattern.search(message[:_LONGEST_MESSAGE])), "")
    finder = _FINDERS.get(error_class)
    return known or (finder(message, sql, schema, dialect) if finder else "")


def _column(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = column_named(message)
    if not name:
        return ""
    column = name.rsplit(".", 1)[-1]
    homes = schema.tables_with_column(column)
    if f'"{name}"' in sql and not homes:
        return f"Double quotes are for names. If the text {name} is meant, write it in single quotes: '{name}'."
    names = names_used(sql, schema, dialect)
    there = [f"{names[home]}.{_spelled(column, home, schema, dialect)}" for home in homes if home in names]
    if there:
        return f"{name} does not exist here, but {_listed(there)} does: write that."
    if homes:
        return f"The column {column} is in {_listed(homes[:_NAMES_LISTED])}. Join that table."
    used = list(names)
    close = schema.closest_columns(column, used) or schema.closest_columns(column)
    facts = [f"No table has a column {column}."]
    if close:
        facts.append(f"The closest are {_listed(close)}.")
    facts += [f"{table} has {_columns_of(table, schema)}." for table in used[:4]]
    return " ".join(facts)


def _table(message: str, sql: str, schema: Schema, dialect: str) -> str:
    outside = outside_named(message)
    if outside:
        return _not_in_from(outside, sql, schema, dialect)
    name = table_named(message)
    if not name:
        return ""
    elsewhere = schema.table(name.rsplit(".", 1)[-1])
    if elsewhere:
        return f"There is no table {name}, but {elsewhere.spelled(dialect)}: write that."
    return _no_table(name, schema)


def _no_table(name: str, schema: Schema) -> str:
    close = schema.closest_tables(name.rsplit(".", 1)[-1])
    if close:
        return f"There is no table {name}. The closest are {_listed(close)}."
    tables = [table.full_name for table in schema.tables]
    if len(tables) > _NAMES_LISTED:
        return f"There is no table {name}, and none with a name like it."
    return f"There is no table {name}. The tables are {_listed(tables)}." if tables else "The database has no tables."


def _not_in_from(name: str, sql: str, schema: Schema, dialect: str) -> str:
    """What to do about a prefix such as `p.` that no table of the statement is called by."""
    names = names_used(sql, schema, dialect)
    called = [alias if alias == table else f"{alias} (which is {table})" for table, alias in names.items()]
    known = f" This query's tables are called {_listed(called, 'and')}." if called else ""
    return f"{name} is not in FROM: join it, or write another name before the column.{known}"


def _ambiguous(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = ambiguous_named(message)
    homes = set(schema.tables_with_column(name.rsplit(".", 1)[-1])) if name else set()
    names = names_used(sql, schema, dialect)
    used = [f"{alias}.{_spelled(name, table, schema, dialect)}" for table, alias in names.items() if table in homes]
    return f"{name} could be {_listed(used)}: write the one that is meant." if used else ""


def _function(message: str, sql: str, schema: Schema, dialect: str) -> str:
    name = function_named(message)
    if not name:
        return ""
    known = functions_elsewhere(dialect).get(name.lower()) or _transpiled(name, sql, dialect)
    if not known:
        return ""
    exists = known.lower().startswith(f"{name.lower()}(")
    lacks = "does not take such arguments for" if exists else "has no"
    return f"{_DIALECT_NAMES.get(dialect, dialect)} {lacks} {name}(): use {known} instead."


def _aggregation(message: str, sql: str, schema: Schema, dialect: str) -> str:
    return (
        "Every selected column outside of an aggregate belongs into GROUP BY; "
        "a condition on an aggregate belongs into HAVING, not WHERE."
    )


def _empty(message: str, sql: str, schema: Schema, dialect: str) -> str:
    values = _values_compared(sql, schema, dialect)
    if values:
        return values
    literals = [literal.this for literal in find(sql, dialect, exp.Literal) if literal.is_string]
    if not literals:
        return ""
    return (
        f"The conditions compare with {_listed(repr(text) for text in literals[:6])}: the data may spell it otherwise."
    )


def _values_compared(sql: str, schema: Schema, dialect: str) -> str:
    """What the columns hold that are compared with a text, where the schema knows it and that text is not among it."""
    facts = []
    tables = [table for table in map(schema.table, names_used(sql, schema, dialect)) if table]
    for comparison in find(sql, dialect, exp.EQ):
        column, text = comparison.this, comparison.expression
        if not isinstance(column, exp.Column) or not text.is_string:
            continue
        found = next((table.column(column.name) for table in tables if table.column(column.name)), None)
        if found and found.values and text.this not in found.values:
            facts.append(f"{found.name} holds only {_listed([repr(value) for value in found.values[:_NAMES_LISTED]])}.")
    return " ".join(dict.fromkeys(facts))


def _read_only(message: str, sql: str, schema: Schema, dialect: str) -> str:
    denied = re.sub("[`'\"]", "", _named(_DENIED, message))
    if not denied:
        return "Only a single SELECT statement may run here."
    if " for column " in message or schema.table(denied.rsplit(".", 1)[-1]):
        return f"This account may not read {denied}: answer without it."
    return _no_table(denied, schema)  # MySQL says so of what is not there, too


def _rejected(message: str, sql: str, schema: Schema, dialect: str) -> str:
    must_change = (
        "What is counted, joined, filtered, grouped or ordered must change, so that other rows are found; "
        "to write the same otherwise is not enough."
    )
    return f"{_values_compared(sql, schema, dialect)} {must_change}".strip()


_FINDERS: dict[ErrorClass, Callable[[str, str, Schema, str], str]] = {
    ErrorClass.NO_SUCH_COLUMN: _column,
    ErrorClass.NO_SUCH_TABLE: _table,
    ErrorClass.AMBIGUOUS_COLUMN: _ambiguous,
    ErrorClass.NO_SUCH_FUNCTION: _function,
    ErrorClass.AGGREGATION_ERROR: _aggregation,
    ErrorClass.DATATYPE_MISMATCH: _function,
    ErrorClass.EMPTY_RESULT: _empty,
    ErrorClass.NOT_READ_ONLY: _read_only,
    ErrorClass.REJECTED: _rejected,
}


def _named(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message[:_LONGEST_MESSAGE])
    return next((group for group in match.groups() if group), "") if match else ""


def table_named(message: str) -> str:
    return _named(_TABLE, message)


def column_named(message: str) -> str:
    """The column that is not there, after its table's alias where the message says that."""
    of = _COLUMN_OF.search(message[:_LONGEST_MESSAGE])
    return f"{of[1]}.{of[2]}" if of else _named(_COLUMN, message)


def outside_named(message: str) -> str:
    """What stands before a column, and is not in FROM."""
    return _named(_NOT_IN_FROM, message)


def ambiguous_named(message: str) -> str:
    return _named(_AMBIGUOUS, message)


def function_named(message: str) -> str:
    return _named(_FUNCTION, message)


def _spelled(column: str, table: str, schema: Schema, dialect: str) -> str:
    """The column's name as a statement has to spell it."""
    home = schema.table(table)
    found = home.column(column) if home else None
    return quoted(found.name, dialect) if found else column


def _listed(names: Iterable[str], word: str = "or") -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def _columns_of(table: str, schema: Schema) -> str:
    found = schema.table(table)
    names = [column.name for column in found.columns] if found else []
    more = f" and {len(names) - _NAMES_LISTED} more" if len(names) > _NAMES_LISTED else ""
    return ", ".join(names[:_NAMES_LISTED]) + more


def find(sql: str, dialect: str, kind: type[E]) -> list[E]:
    """The parts of a statement of one kind; none where it cannot be parsed."""
    statement = bounded_parsing.shared_tree(sql, dialect)
    return list(statement.find_all(kind)) if statement else []


def names_used(sql: str, schema: Schema, dialect: str) -> dict[str, str]:
    """The schema's tables in a statement, in order, each with the name that the statement calls it by."""
    used = ((".".join(filter(None, (table.db, table.name))), table) for table in find(sql, dialect, exp.Table))
    found = ((schema.table(name), table.alias_or_name) for name, table in used)
    return {table.full_name: alias for table, alias in found if table}


@cache
def functions_elsewhere(dialect: str) -> dict[str, str]:
    """What the dialect has in place of functions that others have, by their names."""
    path = _DIALECTS / f"{dialect}_functions.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _transpiled(name: str, sql: str, dialect: str) -> str:
    """The call to `name` in `sql` as the dialect writes it, when another dialect's parser knows it."""
    call = bounded_parsing.first_call(name, sql, dialect)
    return _translated(name.lower(), call, dialect) if call else ""


@lru_cache(maxsize=_CALLS_REMEMBERED)
def _translated(name: str, call: str, dialect: str) -> str:
    """Of the call alone: what stands around it, a foreign parser need not understand."""
    for foreign in _FOREIGN_DIALECTS:
        read = bounded_parsing.tree(f"SELECT {call}", foreign)
        for found in read.find_all(exp.Func) if read else ():
            text = found.sql(dialect)
            if found.sql(foreign).lower().startswith(f"{name}(") and not text.lower().startswith(f"{name}("):
                return text
    return ""
