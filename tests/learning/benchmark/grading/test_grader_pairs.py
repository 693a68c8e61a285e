"""The grader against statements that are run on the sample database."""

import pytest

from datasources.engine import SqliteDatabase
from learning.benchmark.grading.grader import Gold, Grade, grade
from tests.learning.benchmark.grading import pairs_that_differ, pairs_that_match
from tests.learning.benchmark.grading.pairs import Pair


def graded(database: SqliteDatabase, pair: Pair) -> Grade:
    gold = Gold.of(pair.gold, database.dialect, database.execute(pair.gold))
    other = database.execute(pair.other)
    return grade(other, [gold], ordered=pair.ordered, extra_columns=pair.extra_columns)


@pytest.mark.parametrize("name", pairs_that_match.PAIRS)
def test_it_is_right_with(sample_database: SqliteDatabase, name: str) -> None:
    assert graded(sample_database, pairs_that_match.PAIRS[name]) == Grade(1.0, "")


@pytest.mark.parametrize("name", pairs_that_differ.PAIRS)
def test_it_is_wrong_with(sample_database: SqliteDatabase, name: str) -> None:
    given = graded(sample_database, pairs_that_differ.PAIRS[name])
    assert not given.is_right
    assert 0 <= given.score <= 0.9
    assert given.why


def test_there_are_enough_of_both() -> None:
    assert len(pairs_that_match.PAIRS) >= 40
    assert len(pairs_that_differ.PAIRS) >= 40
