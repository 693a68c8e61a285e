"""A result as a picture with all that stands around it: for whatever page has a result to show.

`panel(result, kept)` makes what `workbench/charts/_panel.html` draws; `read(data)` takes that form back. Who shows it
keeps the chart (`Chart.to_json`) wherever the result is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from datasources.engine import Cell, ResultSet
from datasources.tables import Table
from workbench.charts import alone, marks, specification, summary
from workbench.charts.alone import Bin
from workbench.charts.chart import Aggregate, Chart, Sort, Type
from workbench.charts.checking import problem
from workbench.charts.choosing import Suggestion, suggest
from workbench.charts.marks import Mark, Marks
from workbench.charts.numbers import counted, written
from workbench.charts.shape import Column, Kind, Shape, shape_of

TABLE_ROWS = 200
"""Of the drawn data, beside the picture."""


class Fields(Protocol):
    """A form as Django gives it."""

    def get(self, key: str, /) -> str | None: ...
    def getlist(self, key: str, /) -> list[str]: ...


class NoChart(Exception):
    """What was sent is no chart."""


def read(data: Fields) -> Chart:
    """The chart that a form says. Raises NoChart."""
    try:
        return Chart(
            Type(data.get("type") or ""),
            _place(data.get("x")),
            tuple(dict.fromkeys(int(each) for each in data.getlist("y")[:20])),
            _place(data.get("colour")),
            Aggregate(data.get("aggregate") or Aggregate.NONE),
            Sort(data.get("sort") or Sort.GIVEN),
        )
    except ValueError as error:
        raise NoChart from error


def _place(text: str | None) -> int | None:
    return int(text) if text else None


def kept(data: Mapping[str, Any] | None) -> Chart | None:
    """A chart as it was stored; None where that is none any more."""
    try:
        return Chart.from_json(data) if data else None
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Option:
    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class Tile:
    label: str
    number: str


class Panel:
    """`wanted` is what the form says, `chart` what is drawn: where that is impossible, the last one that was not."""

    def __init__(self, result: ResultSet, wanted: Chart | None = None, before: Chart | None = None) -> None:
        self.shape: Shape = shape_of(result)
        self.suggestion: Suggestion = suggest(self.shape)
        self.problem = problem(wanted, self.shape) if wanted else ""
        self.chart = self._drawable(wanted, before)
        self.wanted = wanted or self.chart
        self.is_suggested = self.chart == self.suggestion.chart

    def _drawable(self, *charts: Chart | None) -> Chart:
        possible = (chart for chart in charts if chart and not problem(chart, self.shape))
        return next(possible, self.suggestion.chart)

    # ---- What is drawn -----------------------------------------------------------------------------------------------

    @cached_property
    def _bins(self) -> tuple[list[Bin], list[str]]:
        return alone.bins(self.chart, self.shape)

    @cached_property
    def drawn(self) -> Marks:
        match self.chart.type:
            case Type.NONE | Type.HISTOGRAM:
                return Marks(())
            case Type.NUMBER:
                return alone.tiles(self.chart, self.shape)
            case Type.SCATTER:
                return alone.points(self.chart, self.shape)
        return marks.along_x(self.chart, self.shape)

    @property
    def is_picture(self) -> bool:
        """Whether Vega draws it: a number is text, and what has nothing to draw is a sentence."""
        if self.chart.type is Type.HISTOGRAM:
            return bool(self._bins[0])
        return self.chart.type not in {Type.NONE, Type.NUMBER} and bool(self.drawn.marks)

    @property
    def nothing(self) -> str:
        """Why there is no picture, in a sentence."""
        if self.chart.type is not Type.NONE:
            return "None of these values can be drawn."
        return self.suggestion.why if self.is_suggested else "You chose to have none."

    @cached_property
    def specification(self) -> str:
        if self.chart.type is Type.HISTOGRAM:
            return json.dumps(specification.of_bins(self.chart, self.shape, self._bins[0]))
        return json.dumps(specification.of_marks(self.chart, self.shape, self.drawn))

    @property
    def tiles(self) -> list[Tile]:
        is_number = self.chart.type is Type.NUMBER
        return [Tile(mark.label, written(mark.y)) for mark in self.drawn.marks] if is_number else []

    @cached_property
    def heading(self) -> str:
        return "" if self.chart.type in {Type.NONE, Type.NUMBER} else summary.heading(self.chart, self.shape)

    @cached_property
    def summary(self) -> str:
        match self.chart.type:
            case Type.NONE:
                return ""
            case Type.NUMBER:
                return summary.of_tiles(self.drawn)
            case Type.HISTOGRAM:
                return summary.of_bins(self.chart, self.shape, self._bins[0])
        return summary.of_marks(self.chart, self.shape, self.drawn)

    @cached_property
    def notes(self) -> list[str]:
        said = self._bins[1] if self.chart.type is Type.HISTOGRAM else list(self.drawn.notes)
        if self.shape.result.truncated and self.chart.type is not Type.NONE:
            said = [f"Drawn from the first {counted(self.shape.rows, 'row')}: there are more.", *said]
        return said

    @cached_property
    def table(self) -> Table:
        """What is drawn, as a table."""
        return Table(ResultSet(*self._data(), truncated=False, elapsed=0.0))

    def _data(self) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
        x = "" if self.chart.x is None else self.shape.columns[self.chart.x].name
        if self.chart.type is Type.HISTOGRAM:
            return (x, "rows"), tuple((each.label, each.count) for each in self._bins[0])
        measured = specification.measured(self.chart, self.shape)
        if self.chart.type is Type.SCATTER:
            column = self.shape.columns[self.chart.x or 0]
            shown = self.drawn.marks[:TABLE_ROWS]
            return ("row", x, measured), tuple((each.label, self._across(each, column), each.y) for each in shown)
        if len(self.drawn.series) > 1:
            return self._crossed(x)
        return (x, measured), tuple((mark.label, _plain(mark)) for mark in self.drawn.marks[:TABLE_ROWS])

    def _across(self, mark: Mark, column: Column) -> Cell:
        return alone.across(mark, column) if column.kind is Kind.TIME else mark.x

    def _crossed(self, x: str) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
        """A row for each place, a column for each series."""
        found = {(mark.label, mark.series): _plain(mark) for mark in self.drawn.marks}
        rows = tuple((place, *(found.get((place, each)) for each in self.drawn.series)) for place in self.drawn.xs)
        return (x, *self.drawn.series), rows[:TABLE_ROWS]

    # ---- The form ----------------------------------------------------------------------------------------------------

    @property
    def types(self) -> list[Option]:
        return [Option(each, each.words, each is self.wanted.type) for each in Type]

    @property
    def aggregates(self) -> list[Option]:
        return [Option(each, each.words, each is self.wanted.aggregate) for each in Aggregate]

    @property
    def sorts(self) -> list[Option]:
        return [Option(each, each.words, each is self.wanted.sort) for each in Sort]

    @property
    def x_columns(self) -> list[Option]:
        return self._columns([self.wanted.x])

    @property
    def y_columns(self) -> list[Option]:
        return self._columns(self.wanted.y)

    @property
    def colour_columns(self) -> list[Option]:
        return self._columns([self.wanted.colour])

    def _columns(self, chosen: Iterable[int | None]) -> list[Option]:
        places: Sequence[int | None] = list(chosen)
        return [Option(str(each.index), each.name, each.index in places) for each in self.shape.columns]


def _plain(mark: Mark) -> Cell:
    """Whole numbers without decimals."""
    return int(mark.y) if mark.y.is_integer() and abs(mark.y) < 2**53 else mark.y
