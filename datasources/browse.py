"""A page of a table: what its address asks for, and the statement that reads it.

The statement is built as a syntax tree and written in the connection's dialect. Names and values are never pasted text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from datasources.browse_filters import MAX_FILTERS, Filter, Operator, condition, named
from datasources.introspect import Column, Table

SIZES = (50, 100, 200)
# A page of 500 columns takes a browser longer to draw than anybody wants to wait.
COLUMNS_SHOWN = 50
MAX_PAGE = 1_000_000

Pairs = list[tuple[str, str]]


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
            query = query.where(condition(self.table, filter_), copy=False)
        if order := self._order(dialect):
            query = query.order_by(*order, copy=False)
        query = query.limit(self.size + 1, copy=False)
        if self.page > 1:
            query = query.offset((self.page - 1) * self.size, copy=False)
        return query.sql(dialect=dialect, pretty=True)

    def _selected(self) -> list[exp.Expr]:
        if len(self.columns) == len(self.table.columns):
            return [exp.Star()]
        return [named(column.name) for column in self.columns]

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
    known = [Filter(column, Operator(name), value) for column, name, value in found if column and name in set(Operator)]
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


def _ordered(name: str, descending: bool, nulls_first: bool) -> exp.Expr:
    return exp.Ordered(this=named(name), desc=descending or None, nulls_first=nulls_first)


def _nulls_first(dialect: str, descending: bool) -> bool:
    """Where they come when a statement does not say."""
    match Dialect.get_or_raise(dialect).NULL_ORDERING:
        case "nulls_are_small":
            return not descending
        case "nulls_are_large":
            return descending
    return False
