"""What somebody wants to see of a result, as conditions of SQLite with bound values: never pasted text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from datasources.browse_filters import BadFilter
from datasources.column_kinds import Kind
from workbench.results.encoding import Column

MOST_FILTERS = 20
MOST_SORTS = 5
LONGEST_VALUE = 1_000
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_TRUTH = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
Condition = tuple[str, list[Any]]


class Operator(StrEnum):
    CONTAINS = "contains"
    IS = "is"
    IS_NOT = "isnot"
    BETWEEN = "between"
    EMPTY = "empty"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Filter:
    """`until` is the upper end of a range, whose ends may be left out."""

    column: int
    operator: Operator
    value: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`sorts` are columns and whether they go down, the first one first."""

    sorts: tuple[tuple[int, bool], ...] = ()
    filters: tuple[Filter, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str], columns: Sequence[Column]) -> Wishes:
        """`sort=-2,0` and `filters=[[2, "contains", "tent"], [0, "between", "1", "9"]]`. Raises BadFilter."""
        sorts = [_sort(text, columns) for text in query.get("sort", "").split(",") if text]
        try:
            given = json.loads(query.get("filters") or "[]")
            filters = [
                Filter(int(column), Operator(operator), *map(str, values)) for column, operator, *values in given
            ]
        except (ValueError, TypeError, RecursionError):
            raise BadFilter("The filters of this address cannot be read. Remove them and set them anew.") from None
        if len(filters) > MOST_FILTERS or len(sorts) > MOST_SORTS:
            raise BadFilter(f"At most {MOST_FILTERS} filters and {MOST_SORTS} sorted columns are possible at once.")
        if any(not 0 <= filter_.column < len(columns) for filter_ in filters):
            raise BadFilter("A filter names a column that this result does not have. Remove that filter.")
        return cls(tuple(sorts), tuple(filters))

    def where(self, columns: Sequence[Column]) -> Condition:
        """Raises BadFilter."""
        conditions = [condition(columns[filter_.column], filter_) for filter_ in self.filters]
        text = " AND ".join(f"({text})" for text, _ in conditions)
        return text or "1", [value for _, values in conditions for value in values]

    def order(self, columns: Sequence[Column]) -> str:
        """Where nothing is, is last, whichever way."""
        parts = []
        for number, goes_down in self.sorts:
            parts += [f"c{number} IS NULL", f"{_sorted_by(number, columns[number])}{' DESC' * goes_down}"]
        return ", ".join([*parts, "n"])


def condition(column: Column, filter_: Filter) -> Condition:
    """Raises BadFilter."""
    name = f"c{filter_.column}"
    if max(len(filter_.value), len(filter_.until)) > LONGEST_VALUE:
        raise BadFilter(f"The filter of {column.name} is too long: at most {LONGEST_VALUE:,} characters.")
    match filter_.operator:
        case Operator.EMPTY:
            return f"{name} IS NULL OR {name} = ''", []
        case Operator.FILLED:
            return f"{name} IS NOT NULL AND {name} <> ''", []
        case Operator.CONTAINS:
            return f"instr(folded(CAST({name} AS TEXT)), ?) > 0", [filter_.value.casefold()]
        case Operator.BETWEEN:
            return _between(name, column, filter_)
        case Operator.IS:
            return _is(name, column, filter_.value)
    text, values = _is(name, column, filter_.value)
    return f"{name} IS NULL OR NOT ({text})", values


def numeric(number: int, column: Column) -> str:
    """A column's numbers, those that are kept by their digits included."""
    return f"CAST(c{number} AS REAL)" if column.exact else f"c{number}"


def _sort(text: str, columns: Sequence[Column]) -> tuple[int, bool]:
    number = text.removeprefix("-")
    if not number.isdecimal() or not int(number[:6]) < len(columns):
        raise BadFilter("This result cannot be sorted that way: it has no such column.")
    return int(number), text.startswith("-")


def _sorted_by(number: int, column: Column) -> str:
    match column.kind:
        case Kind.NUMBER:
            return numeric(number, column)
        case Kind.TEXT | Kind.UNKNOWN:
            return f"folded(c{number})"
    return f"c{number}"


def _is(name: str, column: Column, value: str) -> Condition:
    match column.kind:
        case Kind.NUMBER:
            return f"{_as_number(name, column)} = ?", [_number(column, value)]
        case Kind.TRUTH:
            if value.strip().casefold() not in _TRUTH:
                raise BadFilter(f"{column.name} is true or false. Write one of the two.")
            return f"{name} = ?", [_TRUTH[value.strip().casefold()]]
        case Kind.TIME:
            return f"substr({name}, 1, {len(value.strip())}) = ?", [value.strip()]
    return f"CAST({name} AS TEXT) = ?", [value]


def _between(name: str, column: Column, filter_: Filter) -> Condition:
    """Both ends are in it: a day, a month or a year stands for all of it."""
    since, until = filter_.value.strip(), filter_.until.strip()
    if not since and not until:
        raise BadFilter(f"Write where the range of {column.name} begins, or where it ends, or both.")
    parts: list[str] = []
    values: list[str | float] = []
    compared = _as_number(name, column) if column.kind is Kind.NUMBER else name
    for operator, value in ((">=", since), ("<=", until)):
        if value and column.kind is Kind.NUMBER:
            parts.append(f"{compared} {operator} ?")
            values.append(_number(column, value))
        elif value:
            parts.append(f"substr({name}, 1, {len(value)}) {operator} ?" if operator == "<=" else f"{name} >= ?")
            values.append(value)
    return " AND ".join(parts), values


def _as_number(name: str, column: Column) -> str:
    return f"CAST({name} AS REAL)" if column.exact else name


def _number(column: Column, value: str) -> float:
    plain = value.strip()
    plain = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    try:
        return int(plain) if plain.lstrip("+-").isdecimal() and len(plain) < 19 else float(plain)
    except ValueError:
        raise BadFilter(f"{column.name} holds numbers. Write one, like 12.5.") from None
