"""A picture for Vega-Lite. It holds its data, and no colours: those are the page's (static/charts.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.charts.alone import Bin, across
from workbench.charts.chart import Aggregate, Chart, Type
from workbench.charts.marks import Mark, Marks
from workbench.charts.moments import Unit
from workbench.charts.numbers import written
from workbench.charts.shape import Column, Kind, Shape

HEIGHT = 280
_BAR = 24
_THIN_BAR = 12
MANY_POINTS = 60
_FEW_TIMES = 12
_ACROSS = 8
"""Bars of more or longer labels than these lie down, so that the labels can be read."""
_LONG_LABELS = 60

# 1200 is 1,200 and 120,000 is 120k: an axis is read at a glance.
_NUMBER = "abs(datum.value) >= 10000 ? replace(format(datum.value, '~s'), 'G', 'B') : format(datum.value, ',~g')"
_FORMATS = {
    Unit.YEAR: "%Y",
    Unit.QUARTER: "Q%q %Y",
    Unit.MONTH: "%b %Y",
    Unit.WEEK: "%-d %b %Y",
    Unit.DAY: "%-d %b %Y",
    Unit.MOMENT: "%-d %b, %H:%M",
}

Spec = dict[str, Any]


def of_marks(chart: Chart, shape: Shape, drawn: Marks) -> Spec:
    assert chart.x is not None  # noqa: S101 - checking says so
    x = shape.columns[chart.x]
    order = {name: place for place, name in enumerate(drawn.series)}
    data = [_datum(mark, order.get(mark.series, 0)) for mark in drawn.marks]
    if chart.type is Type.SCATTER:
        data = [{**datum, "at": across(mark, x)} for datum, mark in zip(data, drawn.marks, strict=True)]
        picture = _scatter(chart, shape, drawn)
    elif chart.type.is_bars:
        picture = _bars(chart, x, shape, drawn)
    else:
        picture = _line(chart, x, shape, drawn)
    return {"data": {"values": data}, **picture}


def of_bins(chart: Chart, shape: Shape, bins: Sequence[Bin]) -> Spec:
    assert chart.x is not None  # noqa: S101 - checking says so
    name = shape.columns[chart.x].name
    values = [
        {"x": each.start, "x2": each.end, "y": each.count, "said": each.label, "w": written(each.count)}
        for each in bins
    ]
    x = {"field": "x", "type": "quantitative", "title": name, "scale": {"zero": False, "nice": False}}
    return {
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {**x, "bin": {"binned": True}, "axis": {"labelExpr": _NUMBER, "tickCount": 8}},
            "x2": {"field": "x2"},
            "y": {"field": "y", "type": "quantitative", "title": "rows", "axis": {**_axis(), "tickMinStep": 1}},
            "tooltip": [_told("said", name), _told("w", "rows")],
        },
    }


def _datum(mark: Mark, order: int) -> dict[str, Any]:
    """`order`: what is stacked is so as the legend lists it."""
    return {"x": mark.x, "y": mark.y, "s": mark.series, "o": order, "said": mark.label, "w": written(mark.y)} | (
        {"rest": True} if mark.is_rest else {}
    )


def _axis() -> dict[str, Any]:
    return {"labelExpr": _NUMBER, "tickCount": 5}


def _told(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "title": title}


def measured(chart: Chart, shape: Shape) -> str:
    """What the values are."""
    if chart.aggregate is Aggregate.COUNT:
        return "rows"
    return ", ".join(chart.aggregate.of(shape.columns[place].name) for place in chart.y)


def _value(chart: Chart, shape: Shape, **more: Any) -> dict[str, Any]:
    axis = _axis() | ({"tickMinStep": 1} if chart.aggregate is Aggregate.COUNT else {})
    return {"field": "y", "type": "quantitative", "title": measured(chart, shape), "axis": axis, **more}


def _colour(chart: Chart, shape: Shape, drawn: Marks) -> dict[str, Any]:
    if not drawn.series:
        return {}
    title = None if chart.colour is None else shape.columns[chart.colour].name
    legend = {"title": title, "values": list(drawn.series)}
    return {"color": {"field": "s", "type": "nominal", "scale": {"domain": list(drawn.series)}, "legend": legend}}


def _tooltip(chart: Chart, shape: Shape, x: str, drawn: Marks) -> list[dict[str, Any]]:
    series = "" if chart.colour is None else shape.columns[chart.colour].name
    told = [_told("said", x)] if any(mark.label for mark in drawn.marks) else []
    if drawn.series:
        told.append(_told("s", series or "value of"))
    return [*told, _told("w", measured(chart, shape))]


def _bars(chart: Chart, x: Column, shape: Shape, drawn: Marks) -> Spec:
    stacked = chart.type is Type.STACKED
    divided = len(drawn.series) if drawn.series and not stacked else 1
    upright = x.kind is Kind.TIME or x.ordered or _fits_upright(drawn.xs, divided)
    place: Spec = {"field": "x", "type": "nominal", "title": x.name, "sort": None, "scale": {"domain": list(drawn.xs)}}
    value = _value(chart, shape, stack="zero" if stacked else None)
    encoding: dict[str, Any] = {**_colour(chart, shape, drawn), "tooltip": _tooltip(chart, shape, x.name, drawn)}
    if divided > 1:
        side = {"field": "s", "type": "nominal", "sort": None, "scale": {"domain": list(drawn.series)}}
        encoding["xOffset" if upright else "yOffset"] = side
    if any(mark.is_rest for mark in drawn.marks):
        encoding["opacity"] = {"condition": {"test": "datum.rest", "value": 0.5}, "value": 1}
    if stacked:
        encoding["order"] = {"field": "o", "type": "quantitative"}
    mark: Spec = {"type": "bar"}
    if upright:
        flat = len(drawn.xs) <= _ACROSS
        place["axis"] = {"labelAngle": 0 if flat else -40, "labelOverlap": True, "labelLimit": 120}
        return {"height": HEIGHT, "mark": mark, "encoding": {"x": place, "y": value, **encoding}}
    place["axis"] = {"labelLimit": 200, "ticks": False, "domain": False}
    height = len(drawn.xs) * (_BAR if divided == 1 else _THIN_BAR * divided + 8) + 8
    return {"height": height, "mark": mark, "encoding": {"y": place, "x": value, **encoding}}


def _fits_upright(labels: Sequence[str], divided: int) -> bool:
    return len(labels) * divided <= _ACROSS and sum(map(len, labels)) <= _LONG_LABELS


def _line(chart: Chart, x: Column, shape: Shape, drawn: Marks) -> Spec:
    is_area = chart.type is Type.AREA
    mark: Spec = {"type": "area", "line": False} if is_area else {"type": "line", "strokeWidth": 1.8}
    if len(drawn.marks) <= MANY_POINTS and not is_area:
        mark["point"] = {"filled": True, "size": 36}
    encoding = {
        "x": _along(x, drawn),
        "y": _value(chart, shape, **({"stack": "zero"} if is_area else {"scale": {"zero": _from_zero(drawn)}})),
        **_colour(chart, shape, drawn),
        "tooltip": _tooltip(chart, shape, x.name, drawn),
    }
    if drawn.series and not is_area:
        encoding["shape"] = {**encoding["color"], "scale": {"domain": list(drawn.series)}}
    return {"height": HEIGHT, "mark": mark, "encoding": encoding}


def _from_zero(drawn: Marks) -> bool:
    """A line may leave nought out where its values lie far from it and close to each other."""
    values = [mark.y for mark in drawn.marks]
    return not values or min(values) <= 0 or (max(values) - min(values)) > 0.2 * max(values)


def _along(x: Column, drawn: Marks) -> dict[str, Any]:
    if x.kind is Kind.TIME:
        times = list(dict.fromkeys(mark.x for mark in drawn.marks))
        axis: dict[str, Any] = {"format": _FORMATS[x.unit or Unit.MOMENT], "labelOverlap": True, "labelAngle": 0}
        axis |= {"values": times} if len(times) <= _FEW_TIMES else {"tickCount": 8}
        return {"field": "x", "type": "temporal", "title": x.name, "axis": axis, "scale": {"type": "utc"}}
    if x.kind is Kind.NUMBER:
        return {"field": "x", "type": "quantitative", "title": x.name, "axis": _axis(), "scale": {"zero": False}}
    axis = {"labelAngle": 0, "labelOverlap": True}
    return {
        "field": "x",
        "type": "nominal",
        "title": x.name,
        "sort": None,
        "axis": axis,
        "scale": {"domain": list(drawn.xs), "padding": 0.5},
    }


def _scatter(chart: Chart, shape: Shape, drawn: Marks) -> Spec:
    x = shape.columns[chart.x or 0]
    encoding = {
        "x": {**_along(x, drawn), "scale": {"zero": False, **({"type": "utc"} if x.kind is Kind.TIME else {})}},
        "y": _value(chart, shape, scale={"zero": False}),
        **_colour(chart, shape, drawn),
        "tooltip": [*_tooltip(chart, shape, "row", drawn), _told("at", x.name)],
    }
    if drawn.series:
        encoding["shape"] = {**encoding["color"], "scale": {"domain": list(drawn.series)}}
    mark = {"type": "point", "filled": True, "size": 40, "opacity": 0.7}
    return {"height": HEIGHT + 40, "mark": mark, "encoding": encoding}
