"""What a picture cannot show, and why, in a sentence for whoever wanted it."""

from __future__ import annotations

from workbench.charts.chart import Aggregate, Chart, Type
from workbench.charts.shape import Column, Kind, Shape

_WHAT = {
    Kind.NUMBER: "numbers",
    Kind.TIME: "times",
    Kind.CATEGORY: "categories",
    Kind.NAME: "names of rows",
    Kind.TEXT: "long texts",
    Kind.OTHER: "binary or nested data",
    Kind.EMPTY: "nothing but NULL",
}


def problem(chart: Chart, shape: Shape) -> str:
    """Why this result cannot be drawn so; empty where it can."""
    places = [place for place in (chart.x, chart.colour, *chart.y) if place is not None]
    if any(not 0 <= place < len(shape.columns) for place in places):
        return "This result has no such column any more: choose again."
    measures = [shape.columns[place] for place in chart.y]
    x = None if chart.x is None else shape.columns[chart.x]
    match chart.type:
        case Type.NONE:
            return ""
        case Type.NUMBER:
            return _of_number(chart, shape, measures)
        case Type.HISTOGRAM:
            return _of_histogram(x)
        case Type.SCATTER:
            return _of_scatter(chart, x, measures)
    return _along_x(chart, x) or _of_measures(chart, measures) or _of_groups(chart, shape, x, measures)


def _of_number(chart: Chart, shape: Shape, measures: list[Column]) -> str:
    if not measures and chart.aggregate is not Aggregate.COUNT:
        return "Choose the values that are shown as a number."
    if shape.rows > 1 and chart.aggregate is Aggregate.NONE:
        return f"There are {shape.rows:,} rows: say what makes one number of them (sum, average …)."
    return _of_measures(chart, measures)


def _of_histogram(x: Column | None) -> str:
    if x is None:
        return "A histogram shows how the values of one column are spread: choose it as x."
    if x.kind is not Kind.NUMBER:
        needs = f"A histogram needs numbers that measure something; “{x.name}” holds {_WHAT[x.kind]}."
        return f"{needs} Bars with “Count of rows” show how often each is there."
    return ""


def _of_scatter(chart: Chart, x: Column | None, measures: list[Column]) -> str:
    if x is None or len(measures) != 1:
        return "A scatter needs two columns: one as x, and one as values."
    for column in (x, *measures):
        if column.kind is not Kind.NUMBER and not (column is x and x.kind is Kind.TIME):
            needs = f"A scatter needs two columns of numbers; “{column.name}” holds {_WHAT[column.kind]}."
            return f"{needs} Bars compare numbers between categories."
    if chart.aggregate is not Aggregate.NONE:
        return "A scatter shows every row by itself: choose “As it is”, or bars for a sum or an average."
    return ""


def _along_x(chart: Chart, x: Column | None) -> str:
    name = chart.type.words
    if x is None:
        return f"{name}: choose a column for x."
    if not x.groups and x.kind is not Kind.NUMBER:
        return f"“{x.name}” holds {_WHAT[x.kind]}, which have no place along an axis."
    if chart.type in {Type.LINE, Type.AREA} and not (x.kind in {Kind.TIME, Kind.NUMBER} or x.ordered):
        said = f"{name}: x goes on from one value to the next there, and “{x.name}” has no such order."
        return f"{said} Bars compare its values."
    return ""


def _of_measures(chart: Chart, measures: list[Column]) -> str:
    if chart.aggregate is Aggregate.COUNT:
        return ""
    if not measures:
        return "Choose the values to draw, or “Count of rows”."
    for column in measures:
        if column.kind is Kind.NAME:
            return f"“{column.name}” names rows and measures nothing. “Count of rows” counts them."
        if column.kind is not Kind.NUMBER:
            return (
                f"“{column.name}” holds {_WHAT[column.kind]}; only numbers have a length. “Count of rows” counts them."
            )
    return ""


def _of_groups(chart: Chart, shape: Shape, x: Column | None, measures: list[Column]) -> str:
    assert x is not None  # noqa: S101 - _along_x says so
    many = len(measures) > 1 and chart.aggregate is not Aggregate.COUNT
    colour = None if chart.colour is None else shape.columns[chart.colour]
    if colour and (refused := _of_colour(colour, x, many=many)):
        return refused
    if chart.type in {Type.GROUPED, Type.STACKED, Type.AREA} and not (many or colour):
        return f"{chart.type.words} need a second column to divide by: choose a colour, or several values."
    if chart.type is Type.BAR and many:
        return "Several values at each place: grouped or stacked bars show them."
    if chart.type in {Type.STACKED, Type.AREA} and (refused := _of_stacked(chart, measures)):
        return refused
    keys = (x.index,) if colour is None else (x.index, colour.index)
    if chart.aggregate is Aggregate.NONE and shape.repeats(*keys):
        names = f"“{x.name}”" if colour is None else f"“{x.name}” with “{colour.name}”"
        return f"{names} repeats: say what makes one value of several rows (sum, average …)."
    return ""


def _of_colour(colour: Column, x: Column, *, many: bool) -> str:
    if many:
        return "Several values are told apart by colour already: choose one of them, or no column for colour."
    if not colour.groups:
        return (
            f"“{colour.name}” holds {_WHAT[colour.kind]}: too many shades to tell apart. Choose a category for colour."
        )
    if colour.index == x.index:
        return f"“{x.name}” is x already: as colour it would tell nothing more."
    return ""


def _of_stacked(chart: Chart, measures: list[Column]) -> str:
    if chart.aggregate in {Aggregate.AVERAGE, Aggregate.MIN, Aggregate.MAX}:
        return "What is stacked reads as a sum, and these values do not add up. Grouped bars show them side by side."
    below = [each.name for each in measures if each.negative]
    if below and chart.aggregate is not Aggregate.COUNT:
        return f"“{below[0]}” has negative values, which cannot be stacked. Grouped bars show them."
    return ""
