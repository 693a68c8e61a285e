"""Which picture suits a result, by its shape alone: the same result always gets the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.charts.chart import Aggregate, Chart, Sort, Type
from workbench.charts.shape import Column, Kind, Shape

MOST_TILES = 4
MOST_TOGETHER = 4
"""Measures in one picture."""
MOST_COLOURS = 30
"""A column of more different values is no colour: of them all but the largest would be “Others”."""
MANY_ROWS = 30
FEW_ROWS = 10
ALIKE = 20.0
"""Measures that differ by more than this factor do not share an axis: the small one would lie flat."""


@dataclass(frozen=True)
class Suggestion:
    """`why` is a sentence for a person: also why there is none."""

    chart: Chart
    why: str


def suggest(shape: Shape) -> Suggestion:
    if not shape.rows:
        return _none("There are no rows to draw.")
    numbers = shape.of(Kind.NUMBER)
    times = [each for each in shape.of(Kind.TIME) if each.distinct > 1]
    groups = [each for each in _grouping(shape) if each.distinct > 1]
    if shape.rows == 1:
        return _single(numbers)
    if not numbers:
        return _counted(shape, times, groups)
    if times:
        return _over_time(shape, times[0], groups, numbers)
    if groups:
        return _by_category(shape, groups, numbers)
    return _numbers_alone(shape, numbers)


def put_together(column: Column) -> Aggregate:
    """What to do with rows that fall together: amounts add up, prices do not."""
    return Aggregate.SUM if column.adds_up else Aggregate.AVERAGE


def _none(why: str) -> Suggestion:
    return Suggestion(Chart(Type.NONE), why)


def _grouping(shape: Shape) -> list[Column]:
    """Categories first, names of rows only where there is nothing better."""
    return shape.of(Kind.CATEGORY) or shape.of(Kind.NAME)


def _places(columns: Sequence[Column]) -> tuple[int, ...]:
    return tuple(column.index for column in columns)


def _single(numbers: Sequence[Column]) -> Suggestion:
    if not numbers:
        return _none("One row without a number: there is nothing to draw.")
    shown = numbers[:MOST_TILES]
    return Suggestion(Chart(Type.NUMBER, y=_places(shown)), "One row: the number itself says most.")


def _counted(shape: Shape, times: Sequence[Column], groups: Sequence[Column]) -> Suggestion:
    """Rows without a measure: how many there are of each is all that can be drawn."""
    repeated = [each for each in [*times, *groups] if each.distinct * 2 <= shape.rows]
    if not repeated:
        return _none("No column measures anything: the table says it best. You can still have rows counted.")
    by = repeated[0]
    if by.kind is Kind.TIME:
        return Suggestion(Chart(Type.LINE, by.index, aggregate=Aggregate.COUNT), f"How many rows “{by.name}” has.")
    sort = Sort.X if by.ordered else Sort.DOWN
    chart = Chart(Type.BAR, by.index, aggregate=Aggregate.COUNT, sort=sort)
    return Suggestion(chart, f"No column measures anything, but “{by.name}” repeats: its rows are counted.")


def _over_time(shape: Shape, time: Column, groups: Sequence[Column], numbers: Sequence[Column]) -> Suggestion:
    repeats = time.distinct < shape.rows - time.missing
    kind = Type.LINE if time.distinct > 2 else Type.BAR
    first = numbers[0]
    if not repeats:
        together = _alike(numbers)
        if kind is Type.BAR and len(together) > 1:
            kind = Type.GROUPED
        return Suggestion(Chart(kind, time.index, _places(together), sort=Sort.X), f"“{time.name}” is time.")
    colours = [each for each in groups if each.distinct <= MOST_COLOURS]
    if not colours:
        chart = Chart(kind, time.index, (first.index,), aggregate=put_together(first), sort=Sort.X)
        return Suggestion(chart, f"“{time.name}” is time, and repeats: rows of the same time are put together.")
    colour = colours[0]
    aggregate = put_together(first) if shape.repeats(time.index, colour.index) else Aggregate.NONE
    if kind is Type.BAR:
        kind = Type.GROUPED
    chart = Chart(kind, time.index, (first.index,), colour.index, aggregate, Sort.X)
    return Suggestion(chart, f"“{time.name}” is time, and “{colour.name}” tells its lines apart.")


def _by_category(shape: Shape, groups: Sequence[Column], numbers: Sequence[Column]) -> Suggestion:
    widest = max(groups, key=lambda each: each.distinct)
    first = numbers[0]
    is_unique = widest.distinct == shape.rows - widest.missing
    if is_unique and shape.rows > MANY_ROWS and len(numbers) > 1:
        chart = Chart(Type.SCATTER, numbers[0].index, (numbers[1].index,))
        return Suggestion(chart, "Many rows with two numbers each: how do the two go together?")
    if is_unique and shape.rows > MANY_ROWS and widest.kind is Kind.NAME:
        why = f"“{widest.name}” names rows: what matters is how “{first.name}” is spread."
        return Suggestion(Chart(Type.HISTOGRAM, first.index), why)
    if is_unique or len(groups) == 1:
        return _bars(widest, numbers, is_unique=is_unique)
    return _two_categories(shape, groups, widest, first)


def _bars(along: Column, numbers: Sequence[Column], *, is_unique: bool) -> Suggestion:
    together = _alike(numbers)
    sort = Sort.X if along.ordered else Sort.DOWN
    aggregate = Aggregate.NONE if is_unique else put_together(numbers[0])
    if len(together) > 1 and along.distinct <= MANY_ROWS and len({each.adds_up for each in together}) == 1:
        chart = Chart(Type.GROUPED, along.index, _places(together), aggregate=aggregate, sort=sort)
        return Suggestion(chart, f"Several measures of the same size for each “{along.name}”.")
    chart = Chart(Type.BAR, along.index, _places(numbers[:1]), aggregate=aggregate, sort=sort)
    return Suggestion(chart, f"“{numbers[0].name}” compared between the values of “{along.name}”.")


def _two_categories(shape: Shape, groups: Sequence[Column], widest: Column, measure: Column) -> Suggestion:
    others = [each for each in groups if each is not widest]
    ordered = next((each for each in groups if each.ordered), None)
    along = ordered or widest
    colour = min((each for each in [*others, widest] if each is not along), key=lambda each: each.distinct)
    kind = Type.STACKED if measure.adds_up and not measure.negative else Type.GROUPED
    sort = Sort.X if along.ordered else Sort.DOWN
    aggregate = put_together(measure) if shape.repeats(along.index, colour.index) else Aggregate.NONE
    chart = Chart(kind, along.index, (measure.index,), colour.index, aggregate, sort)
    return Suggestion(chart, f"“{measure.name}” by “{along.name}”, divided by “{colour.name}”.")


def _numbers_alone(shape: Shape, numbers: Sequence[Column]) -> Suggestion:
    if len(numbers) > 1 and shape.rows > 2:
        chart = Chart(Type.SCATTER, numbers[0].index, (numbers[1].index,))
        return Suggestion(chart, "Two numbers in each row: how do they go together?")
    only = numbers[0]
    if shape.rows >= FEW_ROWS and only.distinct > 2:
        return Suggestion(Chart(Type.HISTOGRAM, only.index), f"Many values of “{only.name}”: how are they spread?")
    return _none("A few numbers without anything to tell them apart: the table says it best.")


def _alike(numbers: Sequence[Column]) -> list[Column]:
    """The first measure, and those that may share its axis."""
    size = numbers[0].largest
    if not size:
        return [numbers[0]]
    found = [each for each in numbers if each.largest and 1 / ALIKE <= each.largest / size <= ALIKE]
    return found[:MOST_TOGETHER] or [numbers[0]]
