"""What kind of value a part of a statement is, as far as the schema and the functions in it tell."""

from __future__ import annotations

from sqlglot import exp

from agent.fixes.scopes import Source, leftmost, visible
from datasources.column_kinds import Kind, kind_of
from datasources.introspect import Schema

_TEXTS = (
    exp.TimeToStr,
    exp.ToChar,
    exp.Substring,
    exp.Concat,
    exp.DPipe,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.GroupConcat,
)
_TIMES = (exp.CurrentDate, exp.CurrentTimestamp, exp.DateTrunc, exp.TimestampTrunc, exp.Date, exp.Interval)
_NUMBERS = (exp.Count, exp.Sum, exp.Avg, exp.Extract, exp.Length, exp.Round, exp.Abs, exp.Year, exp.Month, exp.Day)
_DEEPEST = 6


def kind(node: exp.Expr, schema: Schema, dialect: str) -> Kind:
    match node:
        case exp.Paren():
            return kind(node.this, schema, dialect)
        case exp.Literal():
            return Kind.TEXT if node.is_string else Kind.NUMBER
        case exp.Boolean():
            return Kind.TRUTH
        case exp.Cast():
            return kind_of(node.to.sql(dialect))
        case exp.Column():
            return kind_of(type_of(node, schema, dialect))
        case _ if isinstance(node, _TEXTS):
            return Kind.TEXT
        case _ if isinstance(node, _TIMES):
            return Kind.TIME
        case _ if isinstance(node, _NUMBERS):
            return Kind.NUMBER
    return Kind.UNKNOWN


def type_of(column: exp.Column, schema: Schema, dialect: str) -> str:
    """The column's declared type; empty where it is not known. Through subqueries that only hand it on."""
    node: exp.Expr = column
    for _ in range(_DEEPEST):
        if not isinstance(node, exp.Column) or (source := source_of(node, schema, dialect)) is None:
            return ""
        if source.table:
            found = source.table.column(node.name)
            return found.type if found else ""
        inner = output(source, node.name)
        if inner is None:
            return ""
        node = inner
    return ""


def source_of(column: exp.Column, schema: Schema, dialect: str) -> Source | None:
    """The one table or subquery that has it."""
    scope = visible(column, schema, dialect)
    if column.table:
        meant = [source for source in scope if source.name.casefold() == column.table.casefold()]
    else:
        meant = [source for source in scope if source.column(column.name)]
    return meant[0] if meant and (column.table or len(meant) == 1) else None


def output(source: Source, name: str) -> exp.Expr | None:
    """What a subquery's column of this name is."""
    first = leftmost(source.query) if source.query else None
    if not isinstance(first, exp.Select):
        return None
    found = (each for each in first.expressions if each.alias_or_name.casefold() == name.casefold())
    return next((each.unalias() for each in found), None)


def given(column: exp.Column, schema: Schema, dialect: str) -> exp.Expr | None:
    """What a subquery's column is there; None for a table's column."""
    source = source_of(column, schema, dialect)
    return output(source, column.name) if source and source.query else None
