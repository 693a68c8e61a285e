"""How likely an answer is right, by its signals alone."""

import json
from pathlib import Path

import pytest

from learning.confidence.levels import RECALLED, Level, level_of
from learning.confidence.prior import read, shipped
from learning.confidence.signals import FEATURES, Signals

PLAIN = Signals(agreeing=3, readings=5, likelihood=-0.2)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Signals(agreeing=5, readings=5), Signals(agreeing=2, readings=5)),
        (Signals(likelihood=-0.01), Signals(likelihood=-0.6)),
        (Signals(), Signals(doubts=("fan_out",))),
        (Signals(doubts=("fan_out",)), Signals(doubts=("fan_out", "lost_rows"))),
        (Signals(), Signals(attempts=3)),
        (Signals(recalled=True), Signals()),
    ],
)
def test_what_speaks_for_an_answer_makes_it_surer(better: Signals, worse: Signals) -> None:
    assert shipped().raw(better) > shipped().raw(worse)


def test_it_is_never_certain() -> None:
    surest = Signals(agreeing=9, readings=9, likelihood=0.0, recalled=True)
    unsurest = Signals(agreeing=1, readings=9, likelihood=-9.0, attempts=5, doubts=("a", "b", "c", "d"))
    assert 0 < shipped().raw(unsurest) < shipped().raw(surest) < 1


def test_what_is_not_known_of_an_answer_counts_for_nothing() -> None:
    typical = shipped().features["likelihood"].mean
    assert shipped().raw(Signals(likelihood=None)) == pytest.approx(shipped().raw(Signals(likelihood=typical)))


def test_one_reading_alone_agrees_with_nobody() -> None:
    assert shipped().raw(Signals(agreeing=1, readings=1)) < shipped().raw(Signals(agreeing=5, readings=5))


def test_signals_of_another_release_can_be_read() -> None:
    stored = {"agreeing": 2, "readings": 3, "likelihood": None, "doubts": ["empty"], "later": 1}
    assert Signals.of(stored) == Signals(agreeing=2, readings=3, doubts=("empty",))


def test_they_are_stored_as_they_are() -> None:
    assert Signals.of(PLAIN.to_json()) == PLAIN


def test_the_model_that_is_shipped_says_where_it_comes_from() -> None:
    assert shipped().fitted.how
    assert shipped().fitted.at
    assert set(shipped().features) == set(FEATURES)
    assert sum(counts.of for counts in shipped().levels.values()) == shipped().fitted.questions


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.95, "Likely right"), (0.8, "Likely right"), (0.7, "Probably right"), (0.4, "Unsure"), (0.2, "Likely wrong")],
)
def test_confidence_has_four_words(confidence: float, words: str) -> None:
    assert level_of(confidence).words == words


def test_answers_of_verified_queries_are_a_group_of_their_own() -> None:
    assert shipped().group(Signals(recalled=True)) == RECALLED
    assert shipped().group(PLAIN) in set(Level)


def test_a_written_model_is_read_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "prior.json"
    file.write_text(json.dumps(shipped().to_json()))
    assert read(file) == shipped()
