"""A picture in a sentence, made from what is drawn: for who does not see it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from workbench.charts.alone import Bin, correlation
from workbench.charts.chart import Aggregate, Chart, Type
from workbench.charts.marks import Mark, Marks
from workbench.charts.numbers import counted, written
from workbench.charts.shape import Kind, Shape

_STEADY = 0.02
"""A change by less is none to speak of."""
_CLEAR, _WEAK = 0.7, 0.3


def heading(chart: Chart, shape: Shape) -> str:
    """What is shown: “revenue by month, by region”."""
    names = [shape.columns[place].name for place in chart.y]
    x = "" if chart.x is None else shape.columns[chart.x].name
    match chart.type:
        case Type.HISTOGRAM:
            return f"How {x} is spread"
        case Type.SCATTER:
            return f"{names[0]} against {x}"
        case Type.NUMBER:
            return ", ".join(names) or "Rows"
    is_count = chart.aggregate is Aggregate.COUNT
    measured = "number of rows" if is_count else _listed([chart.aggregate.of(name) for name in names])
    divided = "" if chart.colour is None else f", divided by {shape.columns[chart.colour].name}"
    return f"{measured} by {x}{divided}"


def of_marks(chart: Chart, shape: Shape, drawn: Marks) -> str:
    """“Bars of revenue by region: 4 regions; highest North with 120, lowest West with 12.”"""
    what = f"{chart.type.words} of {heading(chart, shape)}"
    if not drawn.marks:
        return f"{what}: nothing to draw."
    if chart.type is Type.SCATTER:
        return f"{what}: {counted(len(drawn.marks), 'point')}. {_going_together(drawn.marks)}"
    if len(drawn.series) > 1:
        size = f"{counted(len(drawn.xs), 'place')}, {counted(len(drawn.series), 'series', 'series')}"
        return f"{what}: {size}. {_of_series(drawn, chart)}"
    said = f"{what}: {counted(len(drawn.marks), 'value')}. {_extremes(drawn.marks)}"
    goes_on = chart.x is not None and (shape.columns[chart.x].kind is Kind.TIME or chart.type is Type.LINE)
    return f"{said} {_trend(drawn.marks)}".rstrip() if goes_on else said


def of_bins(chart: Chart, shape: Shape, bins: Sequence[Bin]) -> str:
    what = heading(chart, shape)
    total = sum(each.count for each in bins)
    if not total or chart.x is None:
        return f"{what}: nothing to draw."
    values = [float(value) for row in shape.result.rows if isinstance(value := row[chart.x], int | float)]
    middle = f" Half are below {written(median(values))}." if values else ""
    most = max(bins, key=lambda each: each.count)
    size = f"{counted(total, 'value')} from {written(bins[0].start)} to {written(bins[-1].end)}"
    return f"{what}: {size}. Most, {written(most.count)}, lie in {most.label}.{middle}"


def of_tiles(drawn: Marks) -> str:
    return "; ".join(f"{mark.label}: {written(mark.y)}" for mark in drawn.marks) + "."


def _extremes(all_marks: Sequence[Mark]) -> str:
    marks = [mark for mark in all_marks if not mark.is_rest]
    if len(marks) == 1:
        return f"{marks[0].label}: {written(marks[0].y)}."
    high, low = max(marks, key=lambda mark: mark.y), min(marks, key=lambda mark: mark.y)
    if high.y == low.y:
        return f"All are {written(high.y)}."
    return f"Highest {_at(high)}, lowest {_at(low)}."


def _at(mark: Mark) -> str:
    return f"{mark.label} with {written(mark.y)}"


def _trend(marks: Sequence[Mark]) -> str:
    first, last = marks[0], marks[-1]
    if len(marks) < 3:
        return ""
    size = max(abs(first.y), abs(last.y))
    change = last.y - first.y
    ends = f"from {written(first.y)} ({first.label}) to {written(last.y)} ({last.label})"
    if not size or abs(change) / size < _STEADY:
        return f"It ends about where it began, {ends}."
    share = f", {abs(change) / abs(first.y):.0%}" if first.y else ""
    return f"It {'rises' if change > 0 else 'falls'} {ends}{share}."


def _of_series(drawn: Marks, chart: Chart) -> str:
    by_series = {each: [mark for mark in drawn.marks if mark.series == each] for each in drawn.series}
    marks = [mark for mark in drawn.marks if not mark.is_rest]
    high, low = max(marks, key=lambda mark: mark.y), min(marks, key=lambda mark: mark.y)
    ends = f"Highest {high.series}, {_at(high)}; lowest {low.series}, {_at(low)}."
    if chart.type not in {Type.STACKED, Type.AREA} and chart.aggregate not in {Aggregate.SUM, Aggregate.COUNT}:
        return ends
    totals = {each: sum(mark.y for mark in found) for each, found in by_series.items()}
    largest = max(totals, key=lambda each: totals[each])
    return f"{ends} In all {largest} is the largest with {written(totals[largest])}."


def _going_together(marks: Sequence[Mark]) -> str:
    found = correlation(marks)
    if found is None:
        return "Too little to say how the two go together."
    if abs(found) < _WEAK:
        return f"The two hardly go together (correlation {found:.2f})."
    how = "clearly" if abs(found) >= _CLEAR else "somewhat"
    direction = "more of one goes with more of the other" if found > 0 else "more of one goes with less of the other"
    return f"They go together {how}: {direction} (correlation {found:.2f})."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
