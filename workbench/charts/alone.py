"""What is drawn of rows by themselves: a scatter's points, a histogram's bars, a number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.charts import moments
from workbench.charts.chart import Aggregate, Chart
from workbench.charts.marks import MOST_SERIES, OTHERS, LeftOut, Mark, Marks, finite, label_of, together
from workbench.charts.numbers import counted, written
from workbench.charts.shape import Column, Kind, Shape, number

MOST_POINTS = 2_000
_FEWEST_BINS, _MOST_BINS = 5, 20
_NARROWEST = 1e-300


@dataclass(frozen=True)
class Bin:
    start: float
    end: float
    count: int

    @property
    def label(self) -> str:
        return f"{written(self.start)} – {written(self.end)}"


def points(chart: Chart, shape: Shape) -> Marks:
    """Each row is one, named by the first column that names or groups rows."""
    assert chart.x is not None  # noqa: S101 - checking says so
    x, y = shape.columns[chart.x], shape.columns[chart.y[0]]
    naming = next((each for each in shape.of(Kind.NAME, Kind.CATEGORY) if each.index != chart.colour), None)
    colour = None if chart.colour is None else shape.columns[chart.colour]
    left_out = LeftOut()
    series = _series(shape, colour)
    found = []
    for row in shape.result.rows:
        across, up = _across(row[x.index], x, left_out), left_out.take(row[y.index], y)
        if across is None or up is None:
            continue
        label = label_of(row[naming.index], naming) if naming else ""
        group = label_of(row[colour.index], colour) if colour else ""
        found.append(Mark(across, up, label, group if not colour or group in series else OTHERS))
    step = math.ceil(len(found) / MOST_POINTS) or 1
    notes = left_out.notes()
    if step > 1:
        notes.append(f"One in {step} of {counted(len(found), 'point')} is shown.")
    return Marks(tuple(found[::step]), (), tuple(series), tuple(notes))


def _across(value: object, x: Column, left_out: LeftOut) -> float | None:
    if x.kind is not Kind.TIME:
        return left_out.take(value, x)  # type: ignore[arg-type]  # a cell
    at = moments.moment(value)
    if at is None:
        left_out.counts[f"“{x.name}” says no place there"] += 1
        return None
    return moments.milliseconds(at)


def across(mark: Mark, x: Column) -> str:
    """Where a point stands along x, as it is read."""
    if x.kind is not Kind.TIME:
        return written(float(mark.x))
    at = datetime.fromtimestamp(float(mark.x) / 1000, UTC)
    return moments.label(at, x.unit or moments.Unit.MOMENT)


def _series(shape: Shape, colour: Column | None) -> list[str]:
    if colour is None:
        return []
    sizes: dict[str, int] = {}
    for row in shape.result.rows:
        label = label_of(row[colour.index], colour)
        sizes[label] = sizes.get(label, 0) + 1
    largest = sorted(sizes, key=lambda each: -sizes[each])[:MOST_SERIES]
    return [*largest, OTHERS] if len(sizes) > MOST_SERIES else largest


def bins(chart: Chart, shape: Shape) -> tuple[list[Bin], list[str]]:
    """Of one width that is easily read."""
    assert chart.x is not None  # noqa: S101 - checking says so
    column = shape.columns[chart.x]
    values, notes = finite([row[chart.x] for row in shape.result.rows], column)
    if not values:
        return [], notes
    lowest, highest = min(values), max(values)
    if not _NARROWEST < highest - lowest < math.inf:
        return [Bin(lowest, highest, len(values))], notes
    are_whole = all(each.is_integer() for each in values)
    step = _step(highest - lowest, len(values), whole=are_whole)
    start = math.floor(lowest / step) * step
    counts = [0] * (int((highest - start) / step) + 1)
    for value in values:
        counts[min(int((value - start) / step), len(counts) - 1)] += 1
    return [Bin(start + step * place, start + step * (place + 1), count) for place, count in enumerate(counts)], notes


def _step(width: float, count: int, *, whole: bool) -> float:
    wanted = width / min(max(math.isqrt(count), _FEWEST_BINS), _MOST_BINS)
    magnitude = 10.0 ** math.floor(math.log10(wanted))
    step = next(each * magnitude for each in (1, 2, 2.5, 5, 10) if each * magnitude >= wanted)
    return max(1.0, math.ceil(step)) if whole else step


def tiles(chart: Chart, shape: Shape) -> Marks:
    """One number for each measure."""
    if chart.aggregate is Aggregate.COUNT:
        return Marks((Mark("rows", shape.rows, "rows"),))
    found, notes = [], []
    for place in chart.y:
        column = shape.columns[place]
        values, said = finite([row[place] for row in shape.result.rows], column)
        notes += said
        if values:
            found.append(Mark(column.name, together(values, chart.aggregate), chart.aggregate.of(column.name)))
    return Marks(tuple(found), notes=tuple(notes))


def correlation(marks: Sequence[Mark]) -> float | None:
    """Pearson's; None where one of the two never changes."""
    if len(marks) < 3:
        return None
    xs, ys = _from_the_mean([number(mark.x) or 0.0 for mark in marks]), _from_the_mean([mark.y for mark in marks])
    spread = math.sqrt(math.fsum(x * x for x in xs) * math.fsum(y * y for y in ys))
    return math.fsum(x * y for x, y in zip(xs, ys, strict=True)) / spread if spread else None


def _from_the_mean(values: Sequence[float]) -> list[float]:
    """How far each is from it, as shares of the largest: no square of them is too large."""
    largest = max(map(abs, values)) or 1.0
    shares = [value / largest for value in values]
    mean = math.fsum(shares) / len(shares)
    return [share - mean for share in shares]
