"""Filters of a table's rows, each a condition of a statement: a node of its syntax tree, never pasted text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlglot import exp

from datasources.column_kinds import Kind, kind_of
from datasources.introspect import Column, Table

MAX_FILTERS = 20

_NUMBER = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})(e[+-]?\d{1,3})?", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TRUTH = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
# Not the backslash, which some dialects also give a meaning of its own inside texts.
_ESCAPE = "!"


class BadFilter(ValueError):
    """The message is a sentence for a person."""


class Operator(StrEnum):
    CONTAINS = "contains"
    STARTS = "starts"
    IS = "eq"
    IS_NOT = "ne"
    MORE = "gt"
    AT_LEAST = "ge"
    LESS = "lt"
    AT_MOST = "le"
    NULL = "null"
    NOT_NULL = "notnull"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def takes_value(self) -> bool:
        return self not in {self.NULL, self.NOT_NULL}


_WORDS = {
    Operator.CONTAINS: "contains",
    Operator.STARTS: "starts with",
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.MORE: "is more than",
    Operator.AT_LEAST: "is at least",
    Operator.LESS: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.NULL: "is NULL",
    Operator.NOT_NULL: "is not NULL",
}
_COMPARISONS: dict[Operator, type[exp.Binary]] = {
    Operator.IS: exp.EQ,
    Operator.IS_NOT: exp.NEQ,
    Operator.MORE: exp.GT,
    Operator.AT_LEAST: exp.GTE,
    Operator.LESS: exp.LT,
    Operator.AT_MOST: exp.LTE,
}


@dataclass(frozen=True, slots=True)
class Filter:
    column: str
    operator: Operator
    value: str = ""

    @property
    def words(self) -> str:
        return f"{self.column} {self.operator.words}" + (f" {self.value}" if self.operator.takes_value else "")


def named(name: str) -> exp.Column:
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def condition(table: Table, filter_: Filter) -> exp.Expr:
    """Raises BadFilter."""
    column = next((column for column in table.columns if column.name == filter_.column), None)
    if column is None:
        raise BadFilter(f"{table.full_name} has no column {filter_.column}. Remove that filter.")
    match filter_.operator:
        case Operator.NULL:
            return exp.Is(this=named(column.name), expression=exp.Null())
        case Operator.NOT_NULL:
            return exp.Not(this=exp.Is(this=named(column.name), expression=exp.Null()))
        case Operator.CONTAINS:
            return _like(column, f"%{_escaped(filter_.value)}%", filter_.value)
        case Operator.STARTS:
            return _like(column, f"{_escaped(filter_.value)}%", filter_.value)
    compared = _compared(column, filter_)
    if filter_.operator is Operator.IS_NOT:
        return exp.or_(compared, exp.Is(this=named(column.name), expression=exp.Null()))
    return compared


def _like(column: Column, pattern: str, value: str) -> exp.Expr:
    """In any case, as far as the database knows cases."""
    like = exp.ILike(this=_as_text(column), expression=exp.Literal.string(pattern))
    # Without the clause, some dialects take the backslash for what escapes.
    if _escaped(value) == value and "\\" not in value:
        return like
    return exp.Escape(this=like, expression=exp.Literal.string(_ESCAPE))


def _escaped(value: str) -> str:
    return re.sub(r"[%_!]", lambda found: _ESCAPE + found[0], value)


def _as_text(column: Column) -> exp.Expr:
    left = named(column.name)
    return left if kind_of(column.type) is Kind.TEXT else exp.cast(left, "text")


def _compared(column: Column, filter_: Filter) -> exp.Expr:
    left, kind, value = named(column.name), kind_of(column.type), filter_.value.strip()
    compare = _COMPARISONS[filter_.operator]
    match kind:
        case Kind.NUMBER if column.type.casefold() == "tinyint(1)" and value.casefold() in _TRUTH:
            return compare(this=left, expression=_truth(column, value))
        case Kind.NUMBER:
            return compare(this=left, expression=_numeric(column, value))
        case Kind.TRUTH:
            return compare(this=left, expression=_truth(column, value))
        case Kind.TIME if _DAY.fullmatch(value) and column.type.casefold() != "date":
            return _compared_to_day(left, filter_.operator, value)
        case Kind.TIME:
            return compare(this=left, expression=exp.Literal.string(value))
    return compare(this=_as_text(column), expression=exp.Literal.string(filter_.value))


def _compared_to_day(left: exp.Expr, operator: Operator, value: str) -> exp.Expr:
    """Any time of that day is on it."""
    try:
        day = date.fromisoformat(value)
        following = (day + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise BadFilter(f"{value} is no day. Write one like 2025-01-31.") from None
    start, end = exp.Literal.string(value), exp.Literal.string(following)
    before = exp.LT(this=left, expression=start)
    since = exp.GTE(this=left, expression=start)
    match operator:
        case Operator.LESS:
            return before
        case Operator.AT_LEAST:
            return since
        case Operator.AT_MOST:
            return exp.LT(this=left, expression=end)
        case Operator.MORE:
            return exp.GTE(this=left, expression=end)
        case Operator.IS:
            return exp.and_(since, exp.LT(this=left.copy(), expression=end))
    return exp.or_(before, exp.GTE(this=left.copy(), expression=end))


def _numeric(column: Column, value: str) -> exp.Expr:
    plain = value.replace(",", "") if _GROUPED.fullmatch(value) else value
    if not _NUMBER.fullmatch(plain):
        raise BadFilter(f"{column.name} holds numbers. Write one, like 12.5.")
    return exp.Literal.number(plain.removeprefix("+"))


def _truth(column: Column, value: str) -> exp.Expr:
    if value.casefold() not in _TRUTH:
        raise BadFilter(f"{column.name} is true or false. Write one of the two.")
    return exp.Boolean(this=_TRUTH[value.casefold()])
