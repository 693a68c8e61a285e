"""How much of a figure may be chance: against the figures of other implementations."""

import random
from statistics import quantiles

import pytest

from learning.benchmark.significance import mcnemar, paired_difference, percentile, wilson


@pytest.mark.parametrize(
    ("right", "questions", "confidence", "interval"),
    [
        # statsmodels 0.15.0, proportion_confint(method="wilson"); scipy 1.17.1, binomtest().proportion_ci, agrees.
        (0, 10, 0.95, (0.0, 0.2775327998628892)),
        (10, 10, 0.95, (0.7224672001371107, 1.0)),
        (27, 36, 0.95, (0.5892954623327166, 0.8624952233700517)),
        (1, 3, 0.95, (0.06149194472039621, 0.7923403991979522)),
        (412, 500, 0.99, (0.7759705931194659, 0.863543191212592)),
        (5, 12, 0.8, (0.2553468467601555, 0.5980511073541221)),
    ],
)
def test_the_interval_of_a_share(right: int, questions: int, confidence: float, interval: tuple[float, float]) -> None:
    assert wilson(right, questions, confidence) == pytest.approx(interval, abs=1e-12)


def test_of_no_questions_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert paired_difference(0, 0, 0) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("won", "lost", "p_value"),
    [
        # scipy 1.17.1, binomtest(won, won + lost); statsmodels 0.15.0, mcnemar(exact=True), agrees.
        (1, 0, 1.0),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (9, 2, 0.0654296875),
        (2, 9, 0.0654296875),
        (10, 10, 1.0),
        (60, 35, 0.013378703026003939),
        (300, 240, 0.011050481081929898),
        # Fagerland, Lydersen, Laake: Statistical Analysis of Contingency Tables (2017), chapter 8: Cavo et al. 2012.
        (6, 16, 0.052479),
    ],
)
def test_the_p_value_of_what_changed(won: int, lost: int, p_value: float) -> None:
    assert mcnemar(won, lost) == pytest.approx(p_value, abs=5e-7)


def test_where_nothing_changed_nothing_is_claimed() -> None:
    assert mcnemar(0, 0) == 1.0


def test_thousands_of_changes_are_no_trouble() -> None:
    assert 0 <= mcnemar(6_000, 5_000) < 1e-20


def test_the_interval_of_a_difference() -> None:
    """Cavo et al. 2012 again; the R package contingencytables has these four digits for Bonett and Price's interval."""
    assert paired_difference(6, 16, 161) == pytest.approx((-0.1195, -0.0032), abs=5e-5)


def test_the_interval_of_a_difference_turns_with_it() -> None:
    low, high = paired_difference(3, 8, 36)
    assert paired_difference(8, 3, 36) == pytest.approx((-high, -low))


def test_no_change_is_not_certainly_no_difference() -> None:
    low, high = paired_difference(0, 0, 36)
    assert low < 0 < high


def test_the_interval_of_a_difference_ends_where_differences_end() -> None:
    assert paired_difference(36, 0, 36)[1] == 1.0
    assert paired_difference(0, 36, 36)[0] == -1.0


@pytest.mark.parametrize(
    # numpy 2.4.6, percentile()
    ("share", "value"),
    [(0, 1.0), (0.25, 1.5), (0.5, 3.0), (0.95, 8.0), (1, 9.0)],
)
def test_a_percentile_lies_between_two_values(share: float, value: float) -> None:
    assert percentile([3.0, 1.0, 4.0, 1.5, 9.0], share) == pytest.approx(value)


def test_percentiles_agree_with_the_standard_library() -> None:
    values = [random.Random(1).expovariate(0.1) for _ in range(37)]
    expected = quantiles(values, n=20, method="inclusive")
    assert [percentile(values, cut / 20) for cut in range(1, 20)] == pytest.approx(expected)


def test_percentiles_of_one_value_and_of_none() -> None:
    assert percentile([2.5], 0.95) == 2.5
    assert percentile([], 0.95) == 0.0
