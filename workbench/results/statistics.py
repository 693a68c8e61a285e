"""What a column holds: how much of it, between what, and how it is spread."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasources.column_kinds import Kind
from datasources.engine import Cell
from workbench.results.encoding import Column
from workbench.results.filters import numeric
from workbench.results.pages import View

BARS = 20
MOST_COMMON = 10
BAR_WIDTH = 120
_TIME_LENGTHS = (10, 7, 4)
"""Of a day, a month, a year, in a date's text."""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int
    width: float
    """Of BAR_WIDTH."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """`least`, `most` and `mean` are None where they say nothing; `spread` says what the bars are."""

    column: Column
    number: int
    rows: int
    nulls: int
    distinct: int
    least: Cell
    most: Cell
    mean: float | None
    spread: str
    bars: tuple[Bar, ...]
    is_filtered: bool

    @property
    def null_share(self) -> float:
        return 100 * self.nulls / self.rows if self.rows else 0.0


def of_column(view: View, number: int) -> Statistics:
    """Of the rows that the filters leave. Raises BadFilter."""
    column = view.stored.columns[number]
    condition, values = view.condition()
    asked = _Asked(view, number, condition, values)
    with view.stored.opened() as connection:
        return asked.statistics(connection, column)


@dataclass
class _Asked:
    view: View
    number: int
    condition: str
    values: list[Any]

    def statistics(self, connection: sqlite3.Connection, column: Column) -> Statistics:
        name = f"c{self.number}"
        measured = numeric(self.number, column) if column.kind is Kind.NUMBER else name
        [(rows, filled, distinct)] = self._ask(connection, f"COUNT(*), COUNT({name}), COUNT(DISTINCT {name})")
        least, most, mean = self._ends(connection, column, measured)
        spread, bars = self._bars(connection, column, measured, distinct)
        return Statistics(
            column, self.number, rows, rows - filled, distinct, least, most, mean, spread, bars,
            is_filtered=bool(self.view.wishes.filters),
        )  # fmt: skip

    def _ask(self, connection: sqlite3.Connection, what: str, rest: str = "", *more: Any) -> list[tuple[Any, ...]]:
        text = f"SELECT {what} FROM r WHERE ({self.condition}) {rest}"  # noqa: S608 - what and rest are ours
        return connection.execute(text, [*self.values, *more]).fetchall()

    def _ends(self, connection: sqlite3.Connection, column: Column, measured: str) -> tuple[Cell, Cell, float | None]:
        if column.kind not in {Kind.NUMBER, Kind.TIME, Kind.TEXT}:
            return None, None, None
        mean = f"AVG({measured})" if column.kind is Kind.NUMBER else "NULL"
        [(least, most, mean)] = self._ask(connection, f"MIN({measured}), MAX({measured}), {mean}")
        return least, most, mean

    def _bars(
        self, connection: sqlite3.Connection, column: Column, measured: str, distinct: int
    ) -> tuple[str, tuple[Bar, ...]]:
        if column.kind is Kind.NUMBER and distinct > BARS:
            return "Spread", self._histogram(connection, measured)
        if column.kind is Kind.TIME and (length := self._time_length(connection)):
            label = {10: "By day", 7: "By month", 4: "By year"}[length]
            grouped = f"substr(c{self.number}, 1, {length})"
            return label, _bars(
                self._ask(connection, f"{grouped}, COUNT(*)", f"AND {grouped} <> '' GROUP BY 1 ORDER BY 1")
            )
        if column.kind is Kind.NUMBER:
            counted = self._ask(
                connection, f"{measured}, COUNT(*)", f"AND {measured} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            return "Values", _bars(counted)
        name = f"c{self.number}"
        rest = f"AND {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_COMMON}"
        return "Most common", _bars(self._ask(connection, f"{name}, COUNT(*)", rest))

    def _time_length(self, connection: sqlite3.Connection) -> int | None:
        for length in _TIME_LENGTHS:
            [(found,)] = self._ask(connection, f"COUNT(DISTINCT substr(c{self.number}, 1, {length}))")
            if 0 < found <= 2 * BARS:
                return length
        return None

    def _histogram(self, connection: sqlite3.Connection, measured: str) -> tuple[Bar, ...]:
        finite = f"{measured} > -9e999 AND {measured} < 9e999"
        [(least, most)] = self._ask(connection, f"MIN({measured}), MAX({measured})", f"AND {finite}")
        if least is None or least == most:
            return ()
        step = (most - least) / BARS
        bin_ = f"MIN({BARS - 1}, CAST(({measured} - ?) / ? AS INTEGER))"
        text = f"SELECT {bin_}, COUNT(*) FROM r WHERE ({self.condition}) AND {finite} GROUP BY 1"  # noqa: S608
        counts = dict(connection.execute(text, [least, step, *self.values]).fetchall())
        ends = [(least + index * step, least + (index + 1) * step) for index in range(BARS)]
        return _bars([(f"{low:,.4g} – {high:,.4g}", counts.get(index, 0)) for index, (low, high) in enumerate(ends)])


def _bars(counted: list[tuple[Any, int]]) -> tuple[Bar, ...]:
    largest = max((count for _, count in counted), default=0) or 1
    return tuple(Bar(_label(value), count, round(BAR_WIDTH * count / largest, 1)) for value, count in counted)


def _label(value: Any) -> str:
    match value:
        case bytes():
            return f"{value[:8].hex(' ')}…"
        case float():
            return f"{value:,.10g}"
        case int():
            return f"{value:,}"
        case "":
            return "(empty text)"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
