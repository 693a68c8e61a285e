"""What is drawn of a result's rows, and what is said of the rest."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from accounts import signs
from tests.workbench.charts.test_choosing import MONTHS, REGIONS, result
from workbench.charts import alone
from workbench.charts.chart import Aggregate, Chart, Sort, Type
from workbench.charts.marks import Marks, along_x
from workbench.charts.panel import Panel
from workbench.charts.shape import shape_of


def values(drawn: Marks) -> dict[tuple[str, str], float]:
    return {(mark.label, mark.series): mark.y for mark in drawn.marks}


def test_nulls_and_what_is_not_finite_are_counted() -> None:
    rows = result(
        "region, revenue",
        [
            ("North", 5),
            ("South", None),
            ("East", math.inf),
            ("West", math.nan),
            ("Up", Decimal("NaN")),
            ("Down", 10**400),
        ],
    )
    drawn = along_x(Chart(Type.BAR, 0, (1,)), shape_of(rows))
    assert values(drawn) == {("North", ""): 5}
    assert set(drawn.notes) == {
        "1 value is left out: “revenue” is NULL there.",
        "4 values are left out: “revenue” is not finite there.",
    }


def test_a_category_of_null_is_one() -> None:
    rows = result("region, revenue", [("North", 5), (None, 7), ("", 2)])
    drawn = along_x(Chart(Type.BAR, 0, (1,), sort=Sort.DOWN), shape_of(rows))
    assert drawn.xs == ("(NULL)", "North", "(empty)")


def test_too_many_categories_are_cut_and_the_rest_is_summed_and_said() -> None:
    rows = result("product, revenue", [(f"p{at}", at) for at in range(1, 31)])
    drawn = along_x(Chart(Type.BAR, 0, (1,), sort=Sort.DOWN), shape_of(rows))
    assert drawn.xs[0] == "p30"
    assert drawn.xs[-1] == "Others (10)"
    assert values(drawn)["Others (10)", ""] == sum(range(1, 11))
    assert sum(mark.y for mark in drawn.marks) == sum(range(1, 31))
    assert drawn.notes == (
        "The 20 largest of 30 values of “product” are shown; the other 10 are summed as “Others (10)”.",
    )


def test_others_that_would_dwarf_the_rest_are_said_and_not_drawn() -> None:
    rows = result("product, revenue", [(f"p{at}", 100) for at in range(133)])
    drawn = along_x(Chart(Type.BAR, 0, (1,), sort=Sort.DOWN), shape_of(rows))
    assert len(drawn.xs) == 20
    assert "the other 113 sum to 11,300 and are not drawn" in drawn.notes[0]


def test_what_does_not_add_up_is_not_summed() -> None:
    rows = result("product, price", [(f"p{at}", at) for at in range(1, 31)])
    drawn = along_x(Chart(Type.BAR, 0, (1,), sort=Sort.DOWN), shape_of(rows))
    assert len(drawn.xs) == 20
    assert "left out: they do not add up" in drawn.notes[0]


def test_the_average_of_others_is_that_of_their_rows() -> None:
    rows = result("product, price", [(f"p{at}", float(at)) for at in range(1, 24) for _ in range(at % 2 + 1)])
    drawn = along_x(Chart(Type.BAR, 0, (1,), aggregate=Aggregate.AVERAGE), shape_of(rows))
    assert values(drawn)["Others (3)", ""] == pytest.approx((1 + 1 + 2 + 3 + 3) / 5)


def test_too_many_colours_are_cut_and_the_rest_is_summed() -> None:
    rows = result("month, city, visits", [(m, f"c{at}", at) for m in MONTHS[:3] for at in range(1, 11)])
    drawn = along_x(Chart(Type.LINE, 0, (2,), 1), shape_of(rows))
    assert len(drawn.series) == 8
    assert drawn.series[-1] == "Others"
    assert values(drawn)["Jan 2024", "Others"] == 1 + 2 + 3


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        (Aggregate.SUM, 12.0),
        (Aggregate.AVERAGE, 4.0),
        (Aggregate.MIN, 1.0),
        (Aggregate.MAX, 8.0),
        (Aggregate.COUNT, 3.0),
    ],
)
def test_rows_that_fall_together(aggregate: Aggregate, expected: float) -> None:
    rows = result("region, amount", [("North", 1), ("North", 3), ("North", 8)])
    assert along_x(Chart(Type.BAR, 0, (1,), aggregate=aggregate), shape_of(rows)).marks[0].y == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.GIVEN, ("b", "c", "a")),
        (Sort.X, ("a", "b", "c")),
        (Sort.DOWN, ("a", "c", "b")),
        (Sort.UP, ("b", "c", "a")),
    ],
)
def test_bars_are_sorted(sort: Sort, expected: tuple[str, ...]) -> None:
    rows = result("letter, amount", [("b", 1), ("c", 2), ("a", 3)])
    assert along_x(Chart(Type.BAR, 0, (1,), sort=sort), shape_of(rows)).xs == expected


def test_months_by_name_are_in_the_year_s_order() -> None:
    rows = result("month, orders", [("March", 3), ("January", 5), ("February", 4)])
    assert along_x(Chart(Type.BAR, 0, (1,), sort=Sort.X), shape_of(rows)).xs == ("January", "February", "March")


def test_a_line_goes_through_time_whatever_the_rows_order() -> None:
    rows = result("month, orders", [(month, 1) for month in reversed(MONTHS)])
    drawn = along_x(Chart(Type.LINE, 0, (1,)), shape_of(rows))
    assert drawn.xs[0] == "Jan 2024"
    assert [mark.x for mark in drawn.marks] == sorted(mark.x for mark in drawn.marks)


def test_several_measures_are_series() -> None:
    rows = result("region, income, costs", [(region, 5.0, 4.0) for region in REGIONS])
    drawn = along_x(Chart(Type.GROUPED, 0, (1, 2)), shape_of(rows))
    assert drawn.series == ("income", "costs")
    assert values(drawn)["North", "costs"] == 4.0


def test_bins_are_of_one_readable_width_and_hold_every_value() -> None:
    rows = result("amount", [(float(at),) for at in range(100)])
    bins, _ = alone.bins(Chart(Type.HISTOGRAM, 0), shape_of(rows))
    assert {each.end - each.start for each in bins} == {10.0}
    assert sum(each.count for each in bins) == 100


def test_points_are_thinned_and_that_is_said() -> None:
    rows = result("a, b", [(float(at), float(at)) for at in range(4_100)])
    drawn = alone.points(Chart(Type.SCATTER, 0, (1,)), shape_of(rows))
    assert len(drawn.marks) <= 2_000
    assert drawn.notes == ("One in 3 of 4,100 points is shown.",)


SAID = [
    (
        result("region, revenue", [("North", 120), ("South", 12), ("East", 60)]),
        "Bars of revenue by region: 3 values. Highest North with 120, lowest South with 12.",
    ),
    (
        result("month, revenue", [(month, 100 + 10 * at) for at, month in enumerate(MONTHS)]),
        "Line of revenue by month: 12 values. Highest Dec 2024 with 210, lowest Jan 2024 with 100. "
        "It rises from 100 (Jan 2024) to 210 (Dec 2024), 110%.",
    ),
    (
        result("weight, height", [(at * 1.5, at * 2.5) for at in range(20)]),
        "Scatter of height against weight: 20 points. They go together clearly: "
        "more of one goes with more of the other (correlation 1.00).",
    ),
    (
        result("month, region, revenue", [(m, r, at + 1.0) for m in MONTHS for at, r in enumerate(REGIONS)]),
        "Line of revenue by month, divided by region: 12 places, 3 series. "
        "Highest East, Jan 2024 with 3; lowest North, Jan 2024 with 1.",
    ),
    (result("orders", [(1234,)]), "orders: 1,234."),
    (
        result("amount", [(float(at),) for at in range(100)]),
        "How amount is spread: 100 values from 0 to 100. Most, 10, lie in 0 – 10. Half are below 49.50.",
    ),
]


@pytest.mark.parametrize(("rows", "said"), SAID, ids=[said[:30] for _, said in SAID])
def test_a_picture_in_a_sentence(rows: object, said: str) -> None:
    assert Panel(rows).summary == said  # type: ignore[arg-type]


def test_the_sentence_is_in_the_reader_s_signs() -> None:
    signs.use("point")
    try:
        assert Panel(result("revenue", [(1234.5,)])).summary == "revenue: 1.234,50."
    finally:
        signs.use("")


def test_the_data_of_two_series_is_a_column_each() -> None:
    rows = result("month, region, revenue", [(m, r, 5.0) for m in MONTHS for r in REGIONS])
    table = Panel(rows).table
    assert [column.name for column in table.columns] == ["month", "North", "South", "East"]
    assert table.row_count == 12


HUGE = [1.7e308, 1.7e308, -1.7e308, 5e-324, 0.0, 1e300, 2e-320, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize("aggregate", [*Aggregate])
def test_no_number_is_too_large_to_be_put_together(aggregate: Aggregate) -> None:
    rows = result("region, amount", [("North", value) for value in HUGE])
    if aggregate is Aggregate.NONE:
        rows = result("region, amount", [(f"r{at}", value) for at, value in enumerate(HUGE)])
    panel = Panel(rows, Chart(Type.BAR, 0, (1,), aggregate=aggregate))
    assert panel.problem == ""
    assert "Infinity" not in panel.specification
    assert panel.summary


@pytest.mark.parametrize(
    "amounts", [HUGE, [value * 1e-322 for value in range(11)], [float(10**15 + at) for at in range(11)]]
)
def test_no_spread_is_too_wide_or_too_narrow_for_bins(amounts: list[float]) -> None:
    panel = Panel(result("amount", [(value,) for value in amounts]), Chart(Type.HISTOGRAM, 0))
    assert sum(each.count for each in alone.bins(panel.chart, panel.shape)[0]) == len(amounts)
    assert "Infinity" not in panel.specification


def test_points_far_apart_have_a_sentence() -> None:
    rows = result("a, b", [(value, value) for value in HUGE])
    assert "Infinity" not in Panel(rows).specification
    assert Panel(rows).summary
