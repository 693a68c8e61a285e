"""Which picture each shape of a result gets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from datasources.engine import ResultSet
from workbench.charts.chart import Aggregate, Chart, Sort, Type
from workbench.charts.checking import problem
from workbench.charts.choosing import suggest
from workbench.charts.shape import shape_of

Rows = list[tuple[Any, ...]]

MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
DAYS = [str(date(2024, 1, 1) + timedelta(days=day)) for day in range(30)]
REGIONS = ["North", "South", "East"]


def result(columns: str, rows: Rows, types: tuple[str, ...] = ()) -> ResultSet:
    return ResultSet(tuple(columns.split(", ")), tuple(rows), truncated=False, elapsed=0.0, types=types)


SHAPES: dict[str, tuple[ResultSet, Chart]] = {
    "no rows": (result("name, price", []), Chart(Type.NONE)),
    "one number": (result("count(*)", [(42,)]), Chart(Type.NUMBER, y=(0,))),
    "one row with its name": (result("product, revenue", [("Tent", 12.5)]), Chart(Type.NUMBER, y=(1,))),
    "one row of several numbers": (
        result("orders, revenue, customers", [(3, 99.5, 2)]),
        Chart(Type.NUMBER, y=(0, 1, 2)),
    ),
    "one row of text": (result("name", [("Tent",)]), Chart(Type.NONE)),
    "an id alone in its row": (result("customer_id", [(7,)]), Chart(Type.NONE)),
    "a measure by month": (
        result("month, revenue", [(month, 10.0 * at) for at, month in enumerate(MONTHS)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "years are time": (
        result("year, orders", [(year, year % 7) for year in range(2018, 2025)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "years out of a function": (
        result("strftime('%Y',ordered_at), orders", [(str(year), 3) for year in range(2018, 2025)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "years of a server, as decimals": (
        result("extract, sum", [(Decimal(year), Decimal("1.5")) for year in range(2018, 2025)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "quarters": (
        result("quarter, revenue", [(f"2024-Q{number}", number) for number in range(1, 5)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "a text column of dates": (
        result("day, visits", [(day, at) for at, day in enumerate(DAYS)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "timestamps with a zone": (
        result("at, load", [(f"{day} 10:00:00+00", at) for at, day in enumerate(DAYS)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "two times are no line": (
        result("year, revenue", [(2023, 5), (2024, 9)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.X),
    ),
    "two measures of one size over time": (
        result("month, income, costs", [(month, 100 + at, 80 - at) for at, month in enumerate(MONTHS)]),
        Chart(Type.LINE, 0, (1, 2), sort=Sort.X),
    ),
    "two measures of different size over time": (
        result("month, orders, revenue", [(month, 10 + at, 90_000 + at) for at, month in enumerate(MONTHS)]),
        Chart(Type.LINE, 0, (1,), sort=Sort.X),
    ),
    "a measure by month and region": (
        result("month, region, revenue", [(m, r, 5.0) for m in MONTHS for r in REGIONS]),
        Chart(Type.LINE, 0, (2,), 1, sort=Sort.X),
    ),
    "rows that repeat in time": (
        result("day, amount", [(day, 2.0) for day in DAYS for _ in range(3)]),
        Chart(Type.LINE, 0, (1,), aggregate=Aggregate.SUM, sort=Sort.X),
    ),
    "prices that repeat in time do not add up": (
        result("day, price", [(day, 2.0) for day in DAYS for _ in range(3)]),
        Chart(Type.LINE, 0, (1,), aggregate=Aggregate.AVERAGE, sort=Sort.X),
    ),
    "a measure by category": (
        result("product, revenue", [("Tent", 5.0), ("Lamp", 9.0), ("Mug", 1.0)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.DOWN),
    ),
    "an id does not measure": (
        result("product_id, product, revenue", [(1, "Tent", 5.0), (2, "Lamp", 9.0), (3, "Mug", 1.0)]),
        Chart(Type.BAR, 1, (2,), sort=Sort.DOWN),
    ),
    "a code is no number": (
        result("zip, customers", [(10115, 5), (20095, 9), (80331, 1)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.DOWN),
    ),
    "months by number keep their order": (
        result("month, orders", [(month, 20 - month) for month in range(1, 13)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.X),
    ),
    "months by name keep their order": (
        result("month, orders", [("March", 3), ("January", 5), ("February", 4)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.X),
    ),
    "a flag is a category": (
        result("is_active, customers", [(0, 5), (1, 9)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.DOWN),
    ),
    "several measures by category": (
        result("region, income, costs", [(region, 5.0, 4.0) for region in REGIONS]),
        Chart(Type.GROUPED, 0, (1, 2), sort=Sort.DOWN),
    ),
    "a category that repeats": (
        result("category, amount", [(region, 5.0) for region in REGIONS for _ in range(4)]),
        Chart(Type.BAR, 0, (1,), aggregate=Aggregate.SUM, sort=Sort.DOWN),
    ),
    "two categories": (
        result("product, region, revenue", [(p, r, 5.0) for p in ("Tent", "Lamp", "Mug", "Bed") for r in REGIONS]),
        Chart(Type.STACKED, 0, (2,), 1, sort=Sort.DOWN),
    ),
    "two categories of what does not add up": (
        result("product, region, avg_price", [(p, r, 5.0) for p in ("Tent", "Lamp", "Mug", "Bed") for r in REGIONS]),
        Chart(Type.GROUPED, 0, (2,), 1, sort=Sort.DOWN),
    ),
    "two categories below nought": (
        result("product, region, profit", [(p, r, -5.0) for p in ("Tent", "Lamp", "Mug", "Bed") for r in REGIONS]),
        Chart(Type.GROUPED, 0, (2,), 1, sort=Sort.DOWN),
    ),
    "two numbers a row": (
        result("weight, height", [(at * 1.5, at * 2.5) for at in range(20)]),
        Chart(Type.SCATTER, 0, (1,)),
    ),
    "many named rows of two numbers": (
        result("product, weight, revenue", [(f"p{at}", at * 1.5, at * 2.5) for at in range(60)]),
        Chart(Type.SCATTER, 1, (2,)),
    ),
    "many values of one number": (
        result("amount", [(at * 1.5,) for at in range(40)]),
        Chart(Type.HISTOGRAM, 0),
    ),
    "many values that only an id names": (
        result("order_id, amount", [(at, at * 1.5) for at in range(40)]),
        Chart(Type.HISTOGRAM, 1),
    ),
    "a few numbers of nothing": (result("amount", [(1,), (2,), (3,)]), Chart(Type.NONE)),
    "a list of names": (result("name, email", [(f"n{at}", f"m{at}") for at in range(9)]), Chart(Type.NONE)),
    "a list of names in few groups": (
        result("name, city", [(f"n{at}", f"c{at % 3}") for at in range(9)]),
        Chart(Type.BAR, 1, aggregate=Aggregate.COUNT, sort=Sort.DOWN),
    ),
    "times alone": (
        result("day", [(DAYS[at % 5],) for at in range(20)]),
        Chart(Type.LINE, 0, aggregate=Aggregate.COUNT),
    ),
    "long texts": (result("review", [("It is a very good tent. " * 5,), ("A lamp. " * 20,)]), Chart(Type.NONE)),
    "nested data": (result("tags", [('["a"]',), ('["b"]',)], ("jsonb",)), Chart(Type.NONE)),
    "bytes": (result("picture", [(b"a",), (b"b",)]), Chart(Type.NONE)),
    "NULL alone": (result("region, revenue", [(None, None), (None, None)]), Chart(Type.NONE)),
    "NULL among the values": (
        result("region, revenue", [("North", 5), (None, 7), ("South", None)]),
        Chart(Type.BAR, 0, (1,), sort=Sort.DOWN),
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_gets_its_picture(name: str) -> None:
    rows, chart = SHAPES[name]
    assert suggest(shape_of(rows)).chart == chart


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_suggested_can_be_drawn_and_says_why(name: str) -> None:
    shape = shape_of(SHAPES[name][0])
    suggestion = suggest(shape)
    assert problem(suggestion.chart, shape) == ""
    assert suggestion.why.endswith((".", "?"))


TABLE = result(
    "region, product, month, revenue, price, id, note",
    [
        (r, p, m, 5.0, 2.0, at, "long " * 20)
        for at, (r, p, m) in enumerate((r, p, m) for r in REGIONS for p in "ab" for m in MONTHS)
    ],
)

IMPOSSIBLE = [
    (Chart(Type.SCATTER, 0, (3,)), "“region” holds categories"),
    (Chart(Type.SCATTER, 3), "needs two columns"),
    (Chart(Type.SCATTER, 3, (4,), aggregate=Aggregate.SUM), "every row by itself"),
    (Chart(Type.HISTOGRAM, 0), "“region” holds categories"),
    (Chart(Type.HISTOGRAM, 5), "“id” holds names of rows"),
    (Chart(Type.HISTOGRAM), "choose it as x"),
    (Chart(Type.LINE, 0, (3,), aggregate=Aggregate.SUM), "“region” has no such order"),
    (Chart(Type.BAR, 6, (3,), aggregate=Aggregate.SUM), "“note” holds long texts"),
    (Chart(Type.BAR, None, (3,)), "choose a column for x"),
    (Chart(Type.BAR, 0), "Choose the values to draw"),
    (Chart(Type.BAR, 0, (5,), aggregate=Aggregate.SUM), "“id” names rows"),
    (Chart(Type.BAR, 0, (1,), aggregate=Aggregate.SUM), "“product” holds categories"),
    (Chart(Type.BAR, 0, (3,)), "“region” repeats"),
    (Chart(Type.BAR, 0, (3, 4), aggregate=Aggregate.SUM), "grouped or stacked bars"),
    (Chart(Type.GROUPED, 0, (3,), aggregate=Aggregate.SUM), "a second column to divide by"),
    (Chart(Type.GROUPED, 0, (3, 4), 1, Aggregate.SUM), "told apart by colour already"),
    (Chart(Type.GROUPED, 0, (3,), 0, Aggregate.SUM), "“region” is x already"),
    (Chart(Type.GROUPED, 0, (3,), 4, Aggregate.SUM), "too many shades"),
    (Chart(Type.STACKED, 0, (3,), 1, Aggregate.AVERAGE), "do not add up"),
    (Chart(Type.NUMBER, y=(3,)), "There are 72 rows"),
    (Chart(Type.NUMBER), "Choose the values"),
    (Chart(Type.BAR, 0, (9,)), "no such column"),
]


@pytest.mark.parametrize(("chart", "said"), IMPOSSIBLE, ids=[said for _, said in IMPOSSIBLE])
def test_what_cannot_be_drawn_is_explained(chart: Chart, said: str) -> None:
    assert said in problem(chart, shape_of(TABLE))


def test_what_is_below_nought_is_not_stacked() -> None:
    rows = result("region, product, profit", [(r, p, -1.0) for r in REGIONS for p in "ab"])
    assert "negative" in problem(Chart(Type.STACKED, 0, (2,), 1), shape_of(rows))
