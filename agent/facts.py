"""What a program learns from a failure, as a rule for the prompt: a model that reflects on itself need not guess it.

A hint (`agent/hints.py`) helps the attempt that follows; a fact is worded so that it helps with other questions, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from agent import hints
from agent.errors import ErrorClass
from datasources.engine import Database
from datasources.errors import SQLError
from datasources.introspect import Column, Schema, Table

_MOST_HOMES = 3
_MOST_COLUMNS = 12
_MOST_VALUES = 8
_MOST_PROBES = 3
_SAMPLE = 50
_EXAMPLES = 3
_LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """`rule`: a sentence or two for the prompt; `why`: what went wrong without it."""

    rule: str
    why: str


def facts(error_class: ErrorClass | str, message: str, sql: str, schema: Schema, dialect: str) -> list[Fact]:
    """What the schema alone tells."""
    find = _FINDERS.get(ErrorClass(error_class)) if error_class else None
    rules = find(message, sql, schema, dialect) if find else []
    return [Fact(rule, " ".join(message.split())) for rule in rules]


def probed(sql: str, database: Database, schema: Schema) -> list[Fact]:
    """What the database itself tells of a statement that found no rows: how the columns that it compares with a text
    spell such texts. At most a few short statements are run; one that fails tells nothing."""
    unknown = [one for one in compared(sql, schema, database.dialect) if not one[1].values]
    rules = ((text, _spelling(table, column, text, database)) for table, column, text in unknown[:_MOST_PROBES])
    return [Fact(rule, f"No row has '{text}', and so none was found.") for text, rule in rules if rule]


def _column(message: str, sql: str, schema: Schema, dialect: str) -> list[str]:
    name = hints.column_named(message)
    if not name:
        return []
    prefix, _, column = name.rpartition(".")
    used = hints.names_used(sql, schema, dialect)
    meant = [table for table, alias in used.items() if alias.casefold() == prefix.casefold()] or list(used)
    without = [table for table in meant if column.casefold() not in _names(schema, table)]
    homes = schema.tables_with_column(column)
    if homes and without:
        listed = _and(homes[:_MOST_HOMES])
        return [f"The column {column} is in {listed}, and not in {_and(without[:_MOST_HOMES])}."]
    if homes:
        return []
    there = [f"{table} has {', '.join(_names(schema, table, spelled=True)[:_MOST_COLUMNS])}" for table in without[:2]]
    return [f"There is no column {column}: {'; '.join(there)}."] if there else []


def _table(message: str, sql: str, schema: Schema, dialect: str) -> list[str]:
    name = hints.table_named(message)
    close = schema.closest_tables(name.rsplit(".", 1)[-1], 1) if name else []
    return [f"There is no table {name}; the table is called {close[0]}."] if close else []


def _function(message: str, sql: str, schema: Schema, dialect: str) -> list[str]:
    hint = hints.hint(ErrorClass.NO_SUCH_FUNCTION, message, sql, schema, dialect)
    return [hint] if hint else []


def _empty(message: str, sql: str, schema: Schema, dialect: str) -> list[str]:
    known = ((table, column) for table, column, text in compared(sql, schema, dialect) if column.values)
    return [
        f"{table.full_name}.{column.name} holds only {_and(list(map(_text, column.values[:_MOST_VALUES])))}."
        for table, column in dict.fromkeys(known)
        if len(column.values) <= _MOST_VALUES
    ]


_FINDERS = {
    ErrorClass.NO_SUCH_COLUMN: _column,
    ErrorClass.NO_SUCH_TABLE: _table,
    ErrorClass.NO_SUCH_FUNCTION: _function,
    ErrorClass.EMPTY_RESULT: _empty,
}


def compared(sql: str, schema: Schema, dialect: str) -> list[tuple[Table, Column, str]]:
    """The columns, none of them private, that a statement compares with a text that is not known to be in them."""
    used = [table for table in map(schema.table, hints.names_used(sql, schema, dialect)) if table]
    found: dict[tuple[str, str, str], tuple[Table, Column, str]] = {}
    for left, right in _pairs(sql, dialect):
        table = _owner(left, used, sql, schema, dialect)
        column = table.column(left.name) if table else None
        if table and column and not column.is_private and right.this not in column.values:
            found.setdefault((table.full_name, column.name, right.this), (table, column, right.this))
    return list(found.values())


def _pairs(sql: str, dialect: str) -> Iterator[tuple[exp.Column, exp.Literal]]:
    """Of = and IN."""
    for comparison in hints.find(sql, dialect, exp.Predicate):
        if isinstance(comparison, exp.EQ):
            pairs = [(comparison.this, comparison.expression), (comparison.expression, comparison.this)]
        elif isinstance(comparison, exp.In):
            pairs = [(comparison.this, text) for text in comparison.expressions]
        else:
            continue
        for column, text in pairs:
            if isinstance(column, exp.Column) and isinstance(text, exp.Literal) and text.is_string:
                yield column, text


def _owner(column: exp.Column, used: Sequence[Table], sql: str, schema: Schema, dialect: str) -> Table | None:
    aliases = {alias.casefold(): name for name, alias in hints.names_used(sql, schema, dialect).items()}
    if column.table:
        return schema.table(aliases.get(column.table.casefold(), column.table))
    return next((table for table in used if table.column(column.name)), None)


def _spelling(table: Table, column: Column, text: str, database: Database) -> str:
    same = texts(database, held_in(table, column).where(is_same(column, text)), _SAMPLE)
    if text in same:
        return ""  # another condition kept the rows away
    held = texts(database, held_in(table, column), _SAMPLE)
    whose = f"{table.full_name}.{column.name}"
    if style := _style(held):
        return f"The texts in {whose} are all in {style} case, such as {_and(_shown(same or held))}."
    if same:
        return f"{whose} spells it {_text(same[0])}."
    return f"{whose} holds texts such as {_and(_shown(held))}." if _shown(held) else ""


def _style(held: Sequence[str]) -> str:
    words = [text for text in held if any(map(str.isalpha, text))]
    if words and all(map(str.islower, words)):
        return "lower"
    return "upper" if words and all(map(str.isupper, words)) else ""


def held_in(table: Table, column: Column) -> exp.Select:
    """The statement that gives the different values of a column."""
    name = exp.column(column.name, quoted=True)
    return exp.select(name).distinct().from_(exp.table_(table.name, db=table.schema or None, quoted=True))


def is_same(column: Column, text: str) -> exp.Expr:
    """The condition that it is this text, in any case."""
    lower = exp.Lower(this=exp.column(column.name, quoted=True))
    return exp.EQ(this=lower, expression=exp.Lower(this=exp.Literal.string(text)))


def texts(database: Database, statement: exp.Select, most: int) -> list[str]:
    """None where the database does not say."""
    try:
        rows = database.execute(statement.limit(most).sql(database.dialect)).rows
    except SQLError:
        return []
    return [row[0] for row in rows if isinstance(row[0], str) and row[0].strip()]


def _shown(held: Sequence[str]) -> list[str]:
    return [_text(text) for text in held if len(text) <= _LONGEST_VALUE][:_EXAMPLES]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _names(schema: Schema, table: str, *, spelled: bool = False) -> list[str]:
    found = schema.table(table)
    names = [column.name for column in found.columns] if found else []
    return names if spelled else [name.casefold() for name in names]


def _and(names: Sequence[str]) -> str:
    if not names:
        return "nothing"
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
