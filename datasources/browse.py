"""A page of a table: what its address asks for, and the statement that reads it.

The statement is built as a syntax tree and written in the connection's dialect. Names and values are never pasted text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from datasources.column_kinds import Kind, kind_of
from datasources.introspect import Column, Table

SIZES = (50, 100, 200)
# A page of 500 columns takes a browser longer to draw than anybody wants to wait.
COLUMNS_SHOWN = 50
MAX_PAGE = 1_000_000
MAX_FILTERS = 20

_NUMBER = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})(e[+-]?\d{1,3})?", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TRUTH = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
# Not the backslash, which some dialects also give a meaning of its own inside texts.
_ESCAPE = "!"

Pairs = list[tuple[str, str]]


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


@dataclass(frozen=True)
class View:
    """What is looked at. `chosen` are the columns that were asked for; none for as many as are shown by themselves."""

    table: Table
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = SIZES[0]
    chosen: tuple[str, ...] = field(default=())

    @classmethod
    def from_query(cls, table: Table, query: Mapping[str, Sequence[str]]) -> View:
        """As an address says it. What makes no sense there is as good as not said."""
        return cls(
            table,
            filters=_filters(query),
            sort=_last(query, "sort"),
            descending=_last(query, "desc") == "1",
            page=min(MAX_PAGE, max(1, _number(_last(query, "page"), 1))),
            size=size if (size := _number(_last(query, "size"), 0)) in SIZES else SIZES[0],
            chosen=_known(table, query.get("show", ())),
        )

    def to_pairs(self) -> Pairs:
        """What `from_query` reads. Whatever is as usual is left out."""
        pairs = [("show", name) for name in self.chosen]
        for filter_ in self.filters:
            pairs += [("c", filter_.column), ("op", filter_.operator.value), ("v", filter_.value)]
        if self.sort:
            pairs += [("sort", self.sort), *([("desc", "1")] if self.descending else [])]
        if self.size != SIZES[0]:
            pairs.append(("size", str(self.size)))
        return pairs + ([("page", str(self.page))] if self.page > 1 else [])

    def to_query(self) -> str:
        return "?" + urlencode(self.to_pairs())

    def turned_to(self, page: int) -> View:
        return replace(self, page=page)

    def sorted_by(self, column: str) -> View:
        """Up at first, then down, then not at all."""
        if self.sort != column:
            return replace(self, sort=column, descending=False, page=1)
        if not self.descending:
            return replace(self, descending=True, page=1)
        return replace(self, sort="", descending=False, page=1)

    def without(self, filter_: Filter) -> View:
        return replace(self, filters=tuple(other for other in self.filters if other is not filter_), page=1)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that are shown."""
        if not self.chosen:
            return self.table.columns[:COLUMNS_SHOWN]
        wanted = set(self.chosen)
        return tuple(column for column in self.table.columns if column.name in wanted)

    def statement(self, dialect: str) -> str:
        """Reads the page and one row more, which says whether there is another page. Raises BadFilter."""
        query = exp.select(*self._selected()).from_(_table(self.table))
        for filter_ in self.filters:
            query = query.where(_condition(self.table, filter_), copy=False)
        if order := self._order(dialect):
            query = query.order_by(*order, copy=False)
        query = query.limit(self.size + 1, copy=False)
        if self.page > 1:
            query = query.offset((self.page - 1) * self.size, copy=False)
        return query.sql(dialect=dialect, pretty=True)

    def _selected(self) -> list[exp.Expr]:
        if len(self.columns) == len(self.table.columns):
            return [exp.Star()]
        return [_column(column.name) for column in self.columns]

    def _order(self, dialect: str) -> list[exp.Expr]:
        """By what was asked for, then by the key, so that no row is on two pages and none on neither."""
        asked = [
            # NULLs come last; where there are none, saying so would only keep the database from using an index.
            _ordered(column.name, self.descending, not column.nullable and _nulls_first(dialect, self.descending))
            for column in self.table.columns
            if column.name == self.sort
        ]
        keys = [name for name in self.table.primary_key if name != self.sort]
        return asked + [_ordered(name, False, _nulls_first(dialect, False)) for name in keys]


def _filters(query: Mapping[str, Sequence[str]]) -> tuple[Filter, ...]:
    found = zip(query.get("c", ()), query.get("op", ()), query.get("v", ()), strict=False)
    known = [Filter(column, Operator(name), value) for column, name, value in found if column and name in _WORDS]
    open_ended = {Operator.CONTAINS, Operator.STARTS}
    return tuple(one for one in known if one.value or one.operator not in open_ended)[:MAX_FILTERS]


def _last(query: Mapping[str, Sequence[str]], name: str) -> str:
    return next(reversed(query.get(name, ())), "")


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _known(table: Table, names: Sequence[str]) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(column.name for column in table.columns if column.name in wanted)


def _table(table: Table) -> exp.Table:
    schema = exp.to_identifier(table.schema, quoted=True) if table.schema else None
    return exp.Table(this=exp.to_identifier(table.name, quoted=True), db=schema)


def _column(name: str) -> exp.Column:
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def _ordered(name: str, descending: bool, nulls_first: bool) -> exp.Expr:
    return exp.Ordered(this=_column(name), desc=descending or None, nulls_first=nulls_first)


def _nulls_first(dialect: str, descending: bool) -> bool:
    """Where they come when a statement does not say."""
    match Dialect.get_or_raise(dialect).NULL_ORDERING:
        case "nulls_are_small":
            return not descending
        case "nulls_are_large":
            return descending
    return False


def _condition(table: Table, filter_: Filter) -> exp.Expr:
    column = next((column for column in table.columns if column.name == filter_.column), None)
    if column is None:
        raise BadFilter(f"{table.full_name} has no column {filter_.column}. Remove that filter.")
    match filter_.operator:
        case Operator.NULL:
            return exp.Is(this=_column(column.name), expression=exp.Null())
        case Operator.NOT_NULL:
            return exp.Not(this=exp.Is(this=_column(column.name), expression=exp.Null()))
        case Operator.CONTAINS:
            return _like(column, f"%{_escaped(filter_.value)}%", filter_.value)
        case Operator.STARTS:
            return _like(column, f"{_escaped(filter_.value)}%", filter_.value)
    compared = _compared(column, filter_)
    if filter_.operator is Operator.IS_NOT:
        return exp.or_(compared, exp.Is(this=_column(column.name), expression=exp.Null()))
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
    named = _column(column.name)
    return named if kind_of(column.type) is Kind.TEXT else exp.cast(named, "text")


def _compared(column: Column, filter_: Filter) -> exp.Expr:
    named, kind, value = _column(column.name), kind_of(column.type), filter_.value.strip()
    compare = _COMPARISONS[filter_.operator]
    match kind:
        case Kind.NUMBER if column.type.casefold() == "tinyint(1)" and value.casefold() in _TRUTH:
            return compare(this=named, expression=_truth(column, value))
        case Kind.NUMBER:
            return compare(this=named, expression=_numeric(column, value))
        case Kind.TRUTH:
            return compare(this=named, expression=_truth(column, value))
        case Kind.TIME if _DAY.fullmatch(value) and column.type.casefold() != "date":
            return _compared_to_day(named, filter_.operator, value)
        case Kind.TIME:
            return compare(this=named, expression=exp.Literal.string(value))
    return compare(this=_as_text(column), expression=exp.Literal.string(filter_.value))


def _compared_to_day(named: exp.Expr, operator: Operator, value: str) -> exp.Expr:
    """Any time of that day is on it."""
    try:
        day = date.fromisoformat(value)
        following = (day + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise BadFilter(f"{value} is no day. Write one like 2025-01-31.") from None
    start, end = exp.Literal.string(value), exp.Literal.string(following)
    before = exp.LT(this=named, expression=start)
    since = exp.GTE(this=named, expression=start)
    match operator:
        case Operator.LESS:
            return before
        case Operator.AT_LEAST:
            return since
        case Operator.AT_MOST:
            return exp.LT(this=named, expression=end)
        case Operator.MORE:
            return exp.GTE(this=named, expression=end)
        case Operator.IS:
            return exp.and_(since, exp.LT(this=named.copy(), expression=end))
    return exp.or_(before, exp.GTE(this=named.copy(), expression=end))


def _numeric(column: Column, value: str) -> exp.Expr:
    plain = value.replace(",", "") if _GROUPED.fullmatch(value) else value
    if not _NUMBER.fullmatch(plain):
        raise BadFilter(f"{column.name} holds numbers. Write one, like 12.5.")
    return exp.Literal.number(plain.removeprefix("+"))


def _truth(column: Column, value: str) -> exp.Expr:
    if value.casefold() not in _TRUTH:
        raise BadFilter(f"{column.name} is true or false. Write one of the two.")
    return exp.Boolean(this=_TRUTH[value.casefold()])
