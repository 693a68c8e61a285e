"""What a column holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.workbench.results.conftest import Keep
from workbench.results import statistics
from workbench.results.pages import View
from workbench.results.statistics import BARS, Statistics


def test_of_numbers(keep: Keep) -> None:
    kept = keep(["n"], [[number] for number in [*range(1, 101), None, None, 100]])
    found = statistics.of_column(View.from_query(kept, {}), 0)
    assert (found.rows, found.nulls, found.distinct) == (103, 2, 100)
    assert (found.least, found.most) == (1, 100)
    assert found.mean == pytest.approx((5050 + 100) / 101)
    assert len(found.bars) == BARS
    assert sum(bar.count for bar in found.bars) == 101
    assert found.bars[-1].count == 6


def test_of_exact_numbers(keep: Keep) -> None:
    found = _of(keep, [[Decimal("0.10")], [Decimal("0.20")]])
    assert (found.least, found.most) == (0.1, 0.2)
    assert found.mean == pytest.approx(0.15)
    assert [(bar.label, bar.count) for bar in found.bars] == [("0.1", 1), ("0.2", 1)]


def test_of_texts_the_most_common_ones_are_counted(keep: Keep) -> None:
    found = _of(keep, [["b"], ["a"], ["a"], [""], [None]])
    assert [(bar.label, bar.count) for bar in found.bars] == [("a", 2), ("(empty text)", 1), ("b", 1)]
    assert (found.spread, found.mean, found.null_share) == ("Most common", None, 20)


def test_of_days_they_are_counted_by_what_gives_few_bars(keep: Keep) -> None:
    days = [[f"{2020 + number // 12}-{number % 12 + 1:02}-{day:02}"] for number in range(24) for day in (3, 4)]
    found = _of(keep, days)
    assert found.spread == "By month"
    assert [(bar.label, bar.count) for bar in found.bars][:2] == [("2020-01", 2), ("2020-02", 2)]
    assert (found.least, found.most) == ("2020-01-03", "2021-12-04")


def test_infinities_do_not_spoil_the_spread(keep: Keep) -> None:
    found = _of(keep, [[float(number)] for number in range(30)] + [[float("inf")]])
    assert sum(bar.count for bar in found.bars) == 30


def test_of_nothing(keep: Keep) -> None:
    found = _of(keep, [])
    assert (found.rows, found.distinct, found.least, found.bars, found.null_share) == (0, 0, None, (), 0)


def test_of_the_rows_that_filters_leave(keep: Keep) -> None:
    kept = keep(["n", "t"], [[1, "a"], [2, "b"], [3, "b"]])
    view = View.from_query(kept, {"filters": json.dumps([[1, "is", "b"]])})
    found = statistics.of_column(view, 0)
    assert (found.rows, found.least, found.is_filtered) == (2, 2, True)


def _of(keep: Keep, rows: Sequence[Sequence[object]]) -> Statistics:
    return statistics.of_column(View.from_query(keep(["c"], rows), {}), 0)
