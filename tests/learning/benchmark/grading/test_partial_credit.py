"""How much a result that is not right is worth, and what is said about it."""

from __future__ import annotations

import random

import pytest

from datasources.engine import ResultSet
from tests.learning.benchmark.grading.results import column, graded, result

SALES = result(("Ann", 3.5), ("Bob", 1.25), ("Cid", 2.0), ("Dora", 7.75), names="name total")


def test_the_right_rows_in_another_order_are_worth_most() -> None:
    other = result(*reversed(SALES.rows))
    assert graded(SALES, other, ordered=True).score == 0.9
    assert graded(SALES, other, ordered=True).why == "The rows are right, but not in the order asked for."


@pytest.mark.parametrize(
    ("gold", "other"),
    [
        (column(412), column(398)),
        (column(412), column(None)),
        (column(412), result()),
        (result(), column(412)),
        (result(names="a b"), result(names="a")),
        (SALES, result((9, 8), (7, 6))),
    ],
)
def test_nothing_right_is_worth_nothing(gold: ResultSet, other: ResultSet) -> None:
    assert graded(gold, other).score == 0.0


@pytest.mark.parametrize(
    ("other", "score"),
    [
        (result(*SALES.rows[:3]), 0.9 * 6 / 7),
        (result(*SALES.rows, ("Eve", 4.0)), 0.9 * 8 / 9),
        (result(*SALES.rows, *SALES.rows), 0.9 * 8 / 12),
        (result(*SALES.rows[:3], ("Eve", 4.0)), 0.9 * 3 / 4),
        (result(*((name,) for name, _ in SALES.rows)), 0.9 * 2 / 3),
        (result(*((1, name, total) for name, total in SALES.rows)), 0.9 * 4 / 5),
        (result(*((name, 100) for name, _ in SALES.rows)), 0.9 * 1 / 2),
        (result(*((name,) for name, _ in SALES.rows[:3])), 0.9 * 2 / 3 * 6 / 7),
    ],
)
def test_it_is_what_is_right_of_the_columns_times_that_of_the_rows(other: ResultSet, score: float) -> None:
    assert graded(SALES, other).score == pytest.approx(score)


def test_columns_too_many_cost_nothing_where_they_may_be() -> None:
    other = result(*((1, name, total) for name, total in SALES.rows[:3]))
    assert graded(SALES, other, extra=True).score == pytest.approx(0.9 * 6 / 7)


def test_a_result_that_was_cut_is_not_right_with_all_of_its_rows() -> None:
    cut = result(*SALES.rows, truncated=True)
    assert graded(SALES, cut).score == 0.9


def test_a_column_is_found_only_once() -> None:
    assert graded(column(1, 2), result((1, 1), (2, 2))).score == pytest.approx(0.9 * 2 / 3)
    assert graded(result((1, 1), (2, 2)), column(1, 2)).score == pytest.approx(0.9 * 2 / 3)
    assert graded(result((1, 1), (2, 2)), result((1, 7), (2, 7)), extra=True).score == pytest.approx(0.9 / 2)


def test_near_rows_are_found_where_others_are_in_between() -> None:
    gold, other = column(1.0049, 1.0051, 1.0149, 5.5), column(1.0, 1.01, 1.02, 7.5)
    assert graded(gold, other).score == pytest.approx(0.9 * 2 / 4)


def test_columns_are_found_wherever_they_stand() -> None:
    source = random.Random(1)
    rows = [tuple(source.randint(0, 10**6) for _ in range(30)) for _ in range(50)]
    places = source.sample(range(30), 30)
    other = [tuple(row[place] for place in places) for row in rows[5:]]
    assert graded(result(*rows), result(*other)).score == pytest.approx(0.9 * 90 / 95)


@pytest.mark.parametrize("seed", range(20))
def test_each_row_that_is_put_right_makes_it_better(seed: int) -> None:
    source = random.Random(seed)
    gold = [(f"name {row}", source.uniform(0, 100), source.randint(0, 9)) for row in range(30)]
    given = [(f"wrong {row}", -source.uniform(1, 100), -1) for row in range(30)]
    scores = [graded(result(*gold), result(*gold[:right], *given[right:])).score for right in range(31)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1], len(set(scores))) == (0.0, 1.0, 31)


@pytest.mark.parametrize("seed", range(20))
def test_each_column_that_is_put_right_makes_it_better(seed: int) -> None:
    source = random.Random(seed)
    gold = [tuple(source.uniform(0, 1000) for _ in range(6)) for _ in range(20)]
    scores = [
        graded(result(*gold), result(*((*row[:right], *(-1,) * (6 - right)) for row in gold))).score
        for right in range(7)
    ]
    assert scores == pytest.approx([0.9 * right / 6 for right in range(6)] + [1.0])
