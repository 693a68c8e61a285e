"""The model is fitted to answers of which is known whether they are right."""

import random

import pytest

from learning.benchmark.reliability import reliability
from learning.confidence.fitting import Example, TooFew, fit
from learning.confidence.prior import shipped
from learning.confidence.signals import Signals


def examples(count: int = 200) -> list[Example]:
    """Right the more often the more readings agree; of doubts nothing depends."""
    chance = random.Random(7)
    found = []
    for _ in range(count):
        agreeing = chance.randint(1, 5)
        doubts = ("empty",) * chance.randint(0, 1)
        found.append((Signals(agreeing=agreeing, readings=5, doubts=doubts), chance.random() < agreeing / 6))
    return found


def test_what_tells_right_from_wrong_has_weight() -> None:
    found = fit(examples(), shipped(), "made up", "2026-11-30").prior
    assert found.features["agreement"].weight > 0.5
    assert abs(found.features["doubts"].weight) < 0.4


def test_it_is_calibrated_on_what_it_has_not_seen() -> None:
    figures = reliability(fit(examples(400), shipped(), "made up", "2026-11-30").judged)
    assert figures
    assert figures.ece < 0.1


def test_a_feature_that_never_varies_keeps_its_weight() -> None:
    found = fit(examples(), shipped(), "made up", "2026-11-30").prior
    assert found.features["recalled"] == shipped().features["recalled"]
    assert found.features["likelihood"] == shipped().features["likelihood"]


def test_levels_count_every_answer_once() -> None:
    found = fit(examples(), shipped(), "made up", "2026-11-30")
    assert sum(counts.of for counts in found.prior.levels.values()) == 200
    assert sum(counts.right for counts in found.prior.levels.values()) == sum(right for _, right in examples())


def test_it_says_how_on_what_and_when() -> None:
    fitted = fit(examples(), shipped(), "made up", "2026-11-30").prior.fitted
    assert (fitted.on, fitted.at, fitted.questions) == ("made up", "2026-11-30", 200)
    assert "cross-validation" in fitted.how


@pytest.mark.parametrize("few", [examples(10), [(Signals(), True)] * 40])
def test_too_little_is_refused(few: list[Example]) -> None:
    with pytest.raises(TooFew, match="measure more questions"):
        fit(few, shipped(), "made up", "2026-11-30")
