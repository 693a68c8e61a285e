"""Whether confidence can be believed, in figures."""

import random

import pytest

from learning.benchmark.reliability import reliability


def test_of_no_answers_nothing_is_known() -> None:
    assert reliability([]) is None


def test_who_is_right_as_often_as_said_has_no_calibration_error() -> None:
    found = reliability([(0.75, True)] * 75 + [(0.75, False)] * 25)
    assert found
    assert found.ece == pytest.approx(0.0)
    assert found.brier == pytest.approx(0.1875)


def test_who_is_always_sure_and_half_right_is_half_wrong_about_it() -> None:
    found = reliability([(1.0, True), (1.0, False)] * 20)
    assert found
    assert found.ece == pytest.approx(0.5)
    assert found.brier == pytest.approx(0.5)


def test_bins_hold_equally_many() -> None:
    found = reliability([(number / 200, number > 100) for number in range(200)])
    assert found
    assert [each.answers for each in found.bins] == [20] * 10
    assert found.bins[0].confidence < found.bins[-1].confidence


def test_of_few_answers_there_are_fewer_bins() -> None:
    found = reliability([(number / 50, number > 25) for number in range(50)])
    assert found
    assert [each.answers for each in found.bins] == [17, 17, 16]


def test_chance_alone_gives_the_error_that_is_told() -> None:
    draw = random.Random(3)
    sure = [draw.random() for _ in range(90)]
    runs = [reliability([(each, draw.random() < each) for each in sure]) for _ in range(400)]
    errors = [run.ece for run in runs if run]
    assert runs[0]
    assert sum(errors) / len(errors) == pytest.approx(runs[0].by_chance, rel=0.15)


def test_the_surest_answers_are_the_curve() -> None:
    found = reliability([(0.9, True), (0.8, True), (0.7, False), (0.6, False)])
    assert found
    assert [(point.coverage, point.accuracy) for point in found.curve] == [
        (1.0, 0.5),
        (0.75, pytest.approx(2 / 3)),
        (0.5, 1.0),
        (0.25, 1.0),
    ]
    assert found.aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_the_order_of_equally_sure_answers_has_no_effect() -> None:
    judged = [(0.5, number % 3 == 0) for number in range(30)] + [(0.9, True)] * 7
    mixed = judged[:]
    random.Random(1).shuffle(mixed)
    assert reliability(mixed) == reliability(judged)
