"""Which candidates are on the front."""

from __future__ import annotations

from learning.optimizing.pareto import best, front, is_outdone


def test_who_is_best_on_some_question_and_outdone_by_none_is_on_it() -> None:
    scores = {0: {0: 0.5, 1: 0.5}, 1: {0: 1.0, 1: 0.0}, 2: {0: 0.0, 1: 1.0}}
    assert front(scores) == (1, 2)


def test_of_each_question_all_that_are_equally_good_are_best() -> None:
    scores = {0: {0: 0.5, 1: 0.9}, 1: {0: 0.5, 1: 1.0}}
    assert best(scores) == {0: frozenset({0, 1}), 1: frozenset({1})}


def test_best_on_some_and_still_outdone_is_not_on_it() -> None:
    """The second one is as good wherever the first is best, and better elsewhere."""
    scores = {0: {0: 1.0, 1: 0.2}, 1: {0: 1.0, 1: 0.9}}
    assert is_outdone(0, scores)
    assert front(scores) == (1,)


def test_two_that_are_alike_outdo_each_other_not() -> None:
    assert front({0: {0: 1.0}, 1: {0: 1.0}}) == (0, 1)


def test_where_nobody_scored_nobody_is_best() -> None:
    assert best({0: {0: 0.0}, 1: {0: 0.0}}) == {0: frozenset()}
    assert front({0: {0: 0.0}, 1: {0: 0.0}}) == ()


def test_who_was_not_asked_everything_outdoes_nobody() -> None:
    scores = {0: {0: 0.5, 1: 0.5}, 1: {0: 1.0}}
    assert not is_outdone(0, scores)
    assert front(scores) == (0, 1)


def test_without_candidates_there_is_none() -> None:
    assert front({}) == ()
    assert best({}) == {}
