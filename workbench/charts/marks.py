"""What is drawn: a result's rows, put together, cut to what an eye can tell apart, in order; and what was left out."""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datasources.engine import Cell
from workbench.charts import moments
from workbench.charts.chart import Aggregate, Chart, Sort, Type
from workbench.charts.numbers import counted, written
from workbench.charts.shape import Column, Kind, Shape, number

MOST_BARS = 20
MOST_SERIES = 7
MOST_TIMES = 1_000
DWARFED = 2.0
"""A bar of all others that is longer than the longest by this factor would leave nothing else to see."""
OTHERS = "Others"
NULL = "(NULL)"
EMPTY = "(empty)"


def _sum(values: Sequence[float]) -> float:
    """The largest number that there is, where it would be larger."""
    try:
        return math.fsum(values)
    except OverflowError:
        return math.copysign(sys.float_info.max, values[0])


_TOGETHER: dict[Aggregate, Callable[[Sequence[float]], float]] = {
    Aggregate.NONE: _sum,
    Aggregate.SUM: _sum,
    Aggregate.AVERAGE: lambda values: _sum([value / len(values) for value in values]),
    Aggregate.COUNT: _sum,
    Aggregate.MIN: min,
    Aggregate.MAX: max,
}

_SUMMED = {Aggregate.NONE, Aggregate.SUM, Aggregate.COUNT}
# Where what is put together stands, whatever its size.
_LAST = (True, math.inf, "")

X = str | float
"""A label, or a number: of a time its milliseconds."""


@dataclass(frozen=True)
class Mark:
    """`label` is x as it is read."""

    x: X
    y: float
    label: str
    series: str = ""
    is_rest: bool = False


@dataclass(frozen=True)
class Marks:
    """`xs` are the places along x in their order, `series` those in theirs; `notes` say what is not there to see."""

    marks: tuple[Mark, ...]
    xs: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where a value stands along x: `at` orders, `label` is read."""

    at: Any
    label: str


def along_x(chart: Chart, shape: Shape) -> Marks:
    """One value for each place and series. The chart is one that `checking` lets through."""
    assert chart.x is not None  # noqa: S101 - checking says so
    x = shape.columns[chart.x]
    groups, left_out = _grouped(chart, shape, x)
    places = _in_order(groups, x)
    notes = left_out.notes()
    most = _most_places(chart, groups)
    if chart.type.is_bars and len(places) > most and x.kind is not Kind.TIME and not x.ordered:
        places, note = _cut_places(groups, places, most, chart, shape)
        notes.append(note)
    series = list(dict.fromkeys(each for _, each in groups))
    if len(series) > MOST_SERIES:
        series, note = _cut_series(groups, chart, shape)
        notes.append(note)
    if chart.colour is not None and shape.columns[chart.colour].kind is Kind.TIME:
        series.sort()
    together = _TOGETHER[chart.aggregate]
    values = {key: together(found) for key, found in groups.items()}
    places = _sorted(places, values, chart, x)
    marks = tuple(
        Mark(_x(place, chart, x), values[place, each], place.label, each, is_rest=place.at == _LAST)
        for place in places
        for each in series
        if (place, each) in values
    )
    named = tuple(series) if len(series) > 1 or series[:1] not in ([""], []) else ()
    return Marks(marks, tuple(place.label for place in places), named, tuple(notes))


_Groups = dict[tuple[_Place, str], list[float]]


class LeftOut:
    """Counts what cannot be drawn, by why."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def notes(self) -> list[str]:
        return [f"{counted(many, 'value is', 'values are')} left out: {why}." for why, many in self.counts.items()]

    def take(self, value: Cell, column: Column) -> float | None:
        """The number to draw, else it is counted."""
        found = number(value)
        if found is None:
            self.counts[f"“{column.name}” is {'NULL' if value is None else 'no number'} there"] += 1
            return None
        if not math.isfinite(found):
            self.counts[f"“{column.name}” is not finite there"] += 1
            return None
        return found


def _grouped(chart: Chart, shape: Shape, x: Column) -> tuple[_Groups, LeftOut]:
    groups: _Groups = defaultdict(list)
    left_out = LeftOut()
    measures = [] if chart.aggregate is Aggregate.COUNT else [shape.columns[place] for place in chart.y]
    colour = None if chart.colour is None else shape.columns[chart.colour]
    for row in shape.result.rows:
        place = _place(row[x.index], x, chart)
        if place is None:
            left_out.counts[f"“{x.name}” says no place there"] += 1
            continue
        series = label_of(row[colour.index], colour) if colour else ""
        if not measures:
            groups[place, series].append(1)
        for column in measures:
            value = left_out.take(row[column.index], column)
            if value is not None:
                groups[place, series if len(measures) == 1 else column.name].append(value)
    return dict(groups), left_out


def _place(value: Cell, x: Column, chart: Chart) -> _Place | None:
    """None where the axis has no place for it."""
    if x.kind is Kind.TIME:
        at = moments.moment(value)
        return _Place(at, moments.label(at, x.unit or moments.Unit.MOMENT)) if at else None
    if x.kind is Kind.NUMBER and not chart.type.is_bars:
        found = number(value)
        return None if found is None or not math.isfinite(found) else _Place(found, label_of(value, x))
    return _Place(_rank(value, x), label_of(value, x))


def _rank(value: Cell, x: Column) -> tuple[bool, float, str]:
    """NULL last; what has an order of its own by that."""
    if value is None:
        return True, 0, ""
    found = number(value)
    if found is not None and math.isfinite(found):
        return False, found, ""
    place = moments.place_in_order(value) if x.ordered and isinstance(value, str) else None
    return False, math.inf if place is None else place, str(value).casefold()


def label_of(value: Cell, column: Column) -> str:
    match value:
        case None:
            return NULL
        case "":
            return EMPTY
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
    if column.kind is Kind.TIME and column.unit and (at := moments.moment(value)):
        return moments.label(at, column.unit)
    return str(value)


def _in_order(groups: _Groups, x: Column) -> list[_Place]:
    places = list(dict.fromkeys(place for place, _ in groups))
    return sorted(places, key=lambda place: place.at) if x.kind in {Kind.TIME, Kind.NUMBER} else places


def _most_places(chart: Chart, groups: _Groups) -> int:
    """Of grouped bars fewer: each place has one for every series."""
    if chart.type is not Type.GROUPED:
        return MOST_BARS
    return min(MOST_BARS, max(6, 3 * MOST_BARS // min(MOST_SERIES, len({each for _, each in groups}) or 1)))


def _cut_places(
    groups: _Groups, places: list[_Place], most: int, chart: Chart, shape: Shape
) -> tuple[list[_Place], str]:
    """To the largest; the rest together, where together it says something and leaves them to be seen."""
    sizes = dict.fromkeys(places, 0.0)
    for (place, _), found in groups.items():
        sizes[place] += abs(_TOGETHER[chart.aggregate](found))
    largest = {*sorted(places, key=lambda place: -sizes[place])[:most]}
    kept, rest = [place for place in places if place in largest], [place for place in places if place not in largest]
    name = shape.columns[chart.x].name if chart.x is not None else ""
    among = f"{counted(len(places), 'value')} of “{name}”"
    said = f"The {most} largest of {among} are shown; the other {written(len(rest))}"
    total = _sum([sizes[place] for place in rest])
    dwarfs = chart.aggregate in _SUMMED and total > DWARFED * max(sizes.values())
    if dwarfs or not _adds_up(chart, shape):
        for key in [key for key in groups if key[0] not in largest]:
            del groups[key]
        why = f"sum to {written(total)} and are not drawn: beside them the rest would be too small to see"
        return kept, f"{said} {why if _adds_up(chart, shape) else 'are left out: they do not add up'}."
    others = _Place(_LAST, f"{OTHERS} ({len(rest)})")
    _merge(groups, {(place, each): (others, each) for place, each in groups if place not in largest})
    return [*kept, others], f"{said} are {_merged(chart)} as “{others.label}”."


def _cut_series(groups: _Groups, chart: Chart, shape: Shape) -> tuple[list[str], str]:
    sizes: Counter[str] = Counter()
    for (_, each), found in groups.items():
        sizes[each] += abs(_TOGETHER[chart.aggregate](found))  # type: ignore[assignment]  # floats are counted as well
    largest = [each for each, _ in sizes.most_common(MOST_SERIES)]
    rest = len(sizes) - len(largest)
    said = f"The {MOST_SERIES} largest of {counted(len(sizes), 'colour')} are shown; the other {written(rest)}"
    if not _adds_up(chart, shape):
        for key in [key for key in groups if key[1] not in largest]:
            del groups[key]
        return largest, f"{said} are left out: they do not add up."
    _merge(groups, {(place, each): (place, OTHERS) for place, each in groups if each not in largest})
    return [*largest, OTHERS], f"{said} are {_merged(chart)} as “{OTHERS}”."


def _adds_up(chart: Chart, shape: Shape) -> bool:
    """Rows of a mean are at hand, so theirs can be taken over all of them; a value that is none of ours must add up."""
    return chart.aggregate is not Aggregate.NONE or all(shape.columns[place].adds_up for place in chart.y)


def _merged(chart: Chart) -> str:
    return {Aggregate.AVERAGE: "averaged", Aggregate.MIN: "put together", Aggregate.MAX: "put together"}.get(
        chart.aggregate, "summed"
    )


def _merge(groups: _Groups, into: dict[tuple[_Place, str], tuple[_Place, str]]) -> None:
    for key, target in into.items():
        groups.setdefault(target, []).extend(groups.pop(key))


def _sorted(places: list[_Place], values: dict[tuple[_Place, str], float], chart: Chart, x: Column) -> list[_Place]:
    """“Others” stays last, whatever its size."""
    if not chart.type.is_bars:
        return sorted(places, key=lambda place: place.at)
    last = [place for place in places if place.at == _LAST]
    rest = [place for place in places if place not in last]
    if chart.sort is Sort.X:
        rest.sort(key=lambda place: place.at)
    elif chart.sort in {Sort.DOWN, Sort.UP}:
        totals: dict[_Place, float] = defaultdict(float)
        for (place, _), value in values.items():
            totals[place] += value
        rest.sort(key=lambda place: totals[place], reverse=chart.sort is Sort.DOWN)
    return rest + last


def _x(place: _Place, chart: Chart, x: Column) -> X:
    if chart.type.is_bars or not isinstance(place.at, datetime | float):
        return place.label
    return moments.milliseconds(place.at) if isinstance(place.at, datetime) else place.at


def finite(values: Iterable[Cell], column: Column) -> tuple[list[float], list[str]]:
    """The numbers of a column that can be drawn, and what is said of the others."""
    left_out = LeftOut()
    found = [taken for value in values if (taken := left_out.take(value, column)) is not None]
    return found, left_out.notes()


def together(values: Sequence[float], aggregate: Aggregate) -> float:
    return _TOGETHER[aggregate](values)
