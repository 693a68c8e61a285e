"""A result as somebody wants to see it: sorted, filtered, some rows at a time."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from datasources.browse_filters import BadFilter
from tests.workbench.results.conftest import Keep
from workbench.results import pages
from workbench.results.pages import View
from workbench.results.stored import StoredRows

COLUMNS = ["id", "name", "price", "day", "paid"]
ROWS = [
    [1, "Tent", Decimal("200.00"), "2025-01-05", True],
    [2, "äther", Decimal("1000"), "2025-02-05 10:00:00", False],
    [3, "Rope", None, "2025-02-06", None],
    [4, "", Decimal("-5.5"), None, True],
    [5, None, Decimal("12345678901234567890.25"), "2024-12-31", False],
    [6, "tent_2%", Decimal("9"), "2025-03-01", True],
]


@pytest.fixture
def kept(keep: Keep) -> StoredRows:
    return keep(COLUMNS, ROWS)


def ids(kept: StoredRows, sort: str = "", filters: list[Any] | None = None) -> list[int]:
    view = View.from_query(kept, {"sort": sort, "filters": json.dumps(filters or [])})
    return view.numbers(0, 100)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("2", [4, 6, 1, 2, 5, 3]),
        ("-2", [5, 2, 1, 6, 4, 3]),
        ("1", [4, 3, 1, 6, 2, 5]),
        ("3", [5, 1, 2, 3, 6, 4]),
        ("4,-0", [5, 2, 6, 4, 1, 3]),
    ],
)
def test_sorting_puts_what_is_null_last(kept: StoredRows, sort: str, expected: list[int]) -> None:
    assert ids(kept, sort) == expected


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ([1, "contains", "TENT"], [1, 6]),
        ([1, "contains", "Ä"], [2]),
        ([1, "contains", "_2%"], [6]),
        ([1, "is", "Tent"], [1]),
        ([1, "isnot", "Tent"], [2, 3, 4, 5, 6]),
        ([1, "empty"], [4, 5]),
        ([1, "filled"], [1, 2, 3, 6]),
        ([2, "is", "1,000"], [2]),
        ([2, "is", "200"], [1]),
        ([2, "between", "-6", "9"], [4, 6]),
        ([2, "between", "201", ""], [2, 5]),
        ([2, "between", "", "9"], [4, 6]),
        ([2, "contains", "00"], [1, 2]),
        ([3, "is", "2025-02"], [2, 3]),
        ([3, "between", "2025-01", "2025-02"], [1, 2, 3]),
        ([3, "between", "", "2025-01-05"], [1, 5]),
        ([4, "is", "yes"], [1, 4, 6]),
        ([4, "isnot", "true"], [2, 3, 5]),
        ([1, "is", "' OR 1=1 --"], []),
    ],
)
def test_filters(kept: StoredRows, filter_: list[Any], expected: list[int]) -> None:
    assert ids(kept, filters=[filter_]) == expected


def test_filters_all_have_to_fit_and_are_sorted(kept: StoredRows) -> None:
    assert ids(kept, "-0", [[4, "is", "true"], [2, "between", "0", ""]]) == [6, 1]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"filters": '[[2, "is", "many"]]'}, "price holds numbers"),
        ({"filters": '[[4, "is", "maybe"]]'}, "paid is true or false"),
        ({"filters": '[[2, "between", " ", ""]]'}, "Write where the range of price begins"),
        ({"filters": '[[9, "is", "1"]]'}, "does not have"),
        ({"filters": '[[-1, "is", "1"]]'}, "does not have"),
        ({"filters": "[1"}, "cannot be read"),
        ({"filters": '[[1, "drop", "x"]]'}, "cannot be read"),
        ({"filters": "[" * 100_000}, "cannot be read"),
        ({"filters": json.dumps([[1, "empty"]] * 21)}, "At most 20 filters"),
        ({"filters": json.dumps([[1, "is", "x" * 1_001]])}, "too long"),
        ({"sort": "7"}, "no such column"),
        ({"sort": "0; DROP TABLE r"}, "no such column"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(kept: StoredRows, query: dict[str, str], said: str) -> None:
    with pytest.raises(BadFilter, match=said):
        View.from_query(kept, query).count()


def test_a_page_says_how_many_there_are_and_when_they_were_read(kept: StoredRows) -> None:
    page = pages.page(View.from_query(kept, {"sort": "-0"}), 1, 2)
    assert (page["total"], page["start"], page["read"]) == (6, 1, kept.read_at.isoformat())
    assert [number for number, _ in page["rows"]] == [5, 4]


def test_cells_say_what_they_are_where_that_is_not_as_usual(kept: StoredRows) -> None:
    [[_, cells]] = pages.page(View.from_query(kept, {}), 3, 1)["rows"]
    assert cells == ["4", ["", "empty"], "-5.5", ["NULL", "null"], "true"]


def test_a_long_text_is_cut_and_says_so(keep: Keep) -> None:
    [[_, [cell]]] = pages.page(View.from_query(keep(["t"], [["x" * 5_000]]), {}), 0, 1)["rows"]
    assert cell == ["x" * 119 + "…", "text", 1]


def test_beyond_the_end_there_is_nothing(kept: StoredRows) -> None:
    assert pages.page(View.from_query(kept, {}), 10, 5)["rows"] == []


def test_no_page_has_more_rows_than_the_grid_takes_at_once(keep: Keep) -> None:
    kept = keep(["n"], [[number] for number in range(1_000)])
    assert len(pages.page(View.from_query(kept, {}), 0, 10**6)["rows"]) == pages.MOST_AT_ONCE
