"""Which results are right: the rules that need no database to be seen."""

from decimal import Decimal

import pytest

from datasources.engine import Cell, ResultSet
from learning.benchmark.grading.grader import Gold, Golds, grade
from tests.learning.benchmark.grading.results import column, equal, graded, result

BY_NAME = result(("Ann", 3), ("Bob", 1), ("Cid", 2))
BY_COUNT = result(("Bob", 1), ("Cid", 2), ("Ann", 3))


def test_order_does_not_count_unless_it_is_asked_for() -> None:
    assert graded(BY_NAME, BY_COUNT).is_right
    assert not graded(BY_NAME, BY_COUNT, ordered=True).is_right


def test_rows_that_tie_may_stand_in_any_order() -> None:
    gold = result(("Ann", 3), ("Bob", 1), ("Cid", 1))
    swapped = result(("Ann", 3), ("Cid", 1), ("Bob", 1))
    assert graded(gold, swapped, ordered=True, sorted_by=(1,)).is_right
    assert not graded(gold, swapped, ordered=True, sorted_by=(1, 0)).is_right


def test_without_a_key_that_is_shown_every_row_has_its_place() -> None:
    gold = result(("Ann", 3), ("Bob", 1), ("Cid", 1))
    assert not graded(gold, result(("Ann", 3), ("Cid", 1), ("Bob", 1)), ordered=True).is_right


def test_the_right_order_of_wrong_rows_is_wrong() -> None:
    assert not graded(BY_COUNT, result(("Bob", 1), ("Bob", 2), ("Ann", 3)), ordered=True, sorted_by=(1,)).is_right


def test_order_holds_in_whichever_column_answers() -> None:
    """Both columns have the same values; only one of them is sorted."""
    gold = result((1, 2), (2, 3), (3, 1))
    assert graded(gold, result((2, 1), (3, 2), (1, 3)), ordered=True, sorted_by=(0,)).is_right
    assert not graded(gold, result((1, 3), (2, 1), (3, 2)), ordered=True, sorted_by=(1,)).is_right


def test_order_is_near_enough_where_values_are() -> None:
    gold = result(("a", 1.2345), ("b", 1.2355), ("c", 9.5))
    assert graded(gold, result(("b", 1.24), ("a", 1.23), ("c", 9.5)), ordered=True, sorted_by=(1,)).is_right is False
    assert graded(gold, result(("a", 1.23), ("b", 1.24), ("c", 9.5)), ordered=True, sorted_by=(1,)).is_right


def test_rows_count_as_often_as_they_stand_there() -> None:
    assert not equal(column("a", "a", "b"), column("a", "b", "b"))
    assert not equal(column("a", "a"), column("a"))


def test_columns_are_not_shared_out_cell_by_cell() -> None:
    assert not equal(result((1, 2), (3, 4)), result((1, 4), (3, 2)))
    assert not equal(result((1, 2), (2, 1)), result((1, 1), (2, 2)))


def test_a_column_answers_only_once() -> None:
    gold = result((1, 1), (2, 2))
    assert not graded(gold, column(1, 2), extra=True).is_right
    assert not graded(gold, result((1, 5), (2, 6)), extra=True).is_right


def test_columns_too_many_are_right_only_where_they_may_be() -> None:
    assert graded(BY_NAME, result((7, "Ann", 3), (8, "Bob", 1), (9, "Cid", 2)), extra=True).is_right
    assert not graded(BY_NAME, result((7, "Ann", 3), (8, "Bob", 1), (9, "Cid", 2))).is_right


def test_no_rows_are_right_where_the_gold_has_none_of_as_many_columns() -> None:
    nothing = result(names="a b")
    assert graded(nothing, result(names="c d")).is_right
    assert graded(nothing, result(names="c d"), ordered=True, sorted_by=(1,)).is_right
    assert not graded(nothing, result(names="a")).is_right
    assert not graded(nothing, result(names="a b c")).is_right
    assert graded(nothing, result(names="a b c"), extra=True).is_right
    assert not graded(nothing, result((None, None))).is_right


def test_a_result_that_was_cut_equals_only_one_that_was() -> None:
    cut, whole = result((1,), (2,), truncated=True), column(1, 2)
    assert graded(cut, cut).is_right
    assert not graded(cut, whole).is_right
    assert not graded(whole, cut).is_right


@pytest.mark.parametrize("given", [column(1, 2), column(3)])
def test_any_of_the_golds_is_right(given: ResultSet) -> None:
    assert grade(given, [Gold(column(1, 2)), Gold(column(3))]).is_right


def test_the_credit_is_that_of_the_nearest_gold() -> None:
    golds = [Gold(column(7, 8, 9)), Gold(column(1, 2, 4)), Gold(column(1, 5, 6))]
    given = grade(column(1, 2, 3), golds)
    assert given == grade(column(1, 2, 3), golds[1:2])


def test_of_golds_that_are_as_near_the_first_is_spoken_of() -> None:
    assert grade(column(5), [Gold(column(1)), Gold(column(2))]).why == "The number is 5 instead of 1."


def test_each_gold_says_by_itself_what_it_is_sorted_by() -> None:
    golds = [Gold(result((1, 2), (2, 1)), (0,)), Gold(result((2, 1), (1, 2)), (0,))]
    assert grade(result((2, 1), (1, 2)), golds, ordered=True).is_right


def test_there_has_to_be_a_gold() -> None:
    with pytest.raises(ValueError, match="without any gold"):
        grade(column(1), [])


def test_a_gold_knows_what_its_statement_sorts_by() -> None:
    gold = Gold.of("SELECT name, COUNT(*) AS n FROM t GROUP BY name ORDER BY n", "sqlite", BY_COUNT)
    assert (gold.sorted_by, gold.result) == ((1,), BY_COUNT)


def test_enormous_and_tiny_numbers_are_compared_like_others() -> None:
    gold = result((1e308, -1e308, 5e-324, 0.5), (-1e308, 1e308, 0.0, 1.5))
    assert equal(gold, gold)
    assert not equal(gold, result((1e308, -1e308, 5e-324, 0.5), (-1e308, 1e308, 0.0, 2.5)))


def test_a_result_without_columns_is_wrong() -> None:
    """PostgreSQL has such: SELECT FROM t."""
    given = graded(column(1, 2), ResultSet((), ((), ()), truncated=False, elapsed=0.0))
    assert (given.score, given.why) == (0.0, "One column too few.")


def test_a_result_that_comes_again_is_not_graded_again() -> None:
    golds = Golds((Gold(column(1, 2)),))
    assert grade(column(1, 3), golds) is grade(column(1, 3), golds)


@pytest.mark.parametrize("other", [True, 1.0, "1", Decimal("1.0"), Decimal("1.00"), None])
def test_a_result_that_is_written_otherwise_is_another_one(other: Cell) -> None:
    golds = Golds((Gold(column(2.5)),))
    assert grade(column(1), golds) == grade(column(1), golds.golds)
    assert grade(column(other), golds) == grade(column(other), golds.golds)


def test_what_is_asked_of_a_result_is_remembered_with_it() -> None:
    golds, given = Golds((Gold(column(1, 2), (0,)),)), column(2, 1)
    assert grade(given, golds).is_right
    assert not grade(given, golds, ordered=True).is_right
    assert not grade(result((1, 1), (2, 2)), golds).is_right
    assert grade(result((1, 1), (2, 2)), golds, extra_columns=True).is_right
