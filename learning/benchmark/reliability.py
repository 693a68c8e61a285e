"""Whether confidence can be believed: by answers of which is known whether they are right. Knows no Django.

The expected calibration error is that of Guo et al. (2017, https://arxiv.org/abs/1706.04599), over bins of equally many
answers instead of equal width, so that none rests on a few (Nixon et al., 2019): ten, or fewer where those would hold
less than fifteen. Even a confidence that is exactly right has such an error, by chance, which is told beside it. The
risk-coverage curve (El-Yaniv and Wiener, 2010) says how good answers are when only the surest are given; AURC is the
area below its risk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil, pi, sqrt

MOST_BINS = 10
FEWEST_IN_A_BIN = 15
COVERAGES = (1.0, 0.75, 0.5, 0.25)

Judged = tuple[float, bool]
"""Confidence, and whether the answer is right."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: its mean, and which share of them is right."""

    answers: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Point:
    """The surest `answers`, a share of `coverage` of all: which share of them is right, and the least confidence."""

    coverage: float
    answers: int
    accuracy: float
    least: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """`ece`: expected calibration error; `brier`: mean square of the error; both 0 at best. `confidence` is a mean.
    `by_chance`: about the ECE that so many answers have when each is right as often as its confidence says."""

    answers: int
    accuracy: float
    confidence: float
    ece: float
    by_chance: float
    brier: float
    aurc: float
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]

    @property
    def surest_half(self) -> float:
        """Which share of it is right."""
        return next(point.accuracy for point in self.curve if point.coverage == 0.5)


def reliability(judged: Iterable[Judged]) -> Reliability | None:
    """None of none. Answers of the same confidence count as equally right each: their order has no effect."""
    surest = _without_order(judged)
    if not surest:
        return None
    count = len(surest)
    parts = max(1, min(MOST_BINS, count // FEWEST_IN_A_BIN))
    cuts = [count * place // parts for place in range(parts + 1)]
    bins = tuple(_bin(surest[start:end]) for start, end in reversed(list(pairwise(cuts))))
    shares = _running_means([right for _, right in surest])
    return Reliability(
        answers=count,
        accuracy=shares[-1],
        confidence=sum(sure for sure, _ in surest) / count,
        ece=sum(each.answers * abs(each.confidence - each.accuracy) for each in bins) / count,
        by_chance=sum(each.answers * _chance(each) for each in bins) / count,
        brier=sum(right * (1 - sure) ** 2 + (1 - right) * sure**2 for sure, right in surest) / count,
        aurc=sum(1 - share for share in shares) / count,
        bins=bins,
        curve=tuple(_point(coverage, surest, shares) for coverage in COVERAGES),
    )


def _without_order(judged: Iterable[Judged]) -> list[tuple[float, float]]:
    """The surest first; of each confidence the share that is right, as often as it is there."""
    ranked = sorted(judged, key=lambda each: -each[0])
    found: list[tuple[float, float]] = []
    for sure, alike in groupby(ranked, key=lambda each: each[0]):
        rights = [right for _, right in alike]
        found += [(sure, sum(rights) / len(rights))] * len(rights)
    return found


def _chance(each: Bin) -> float:
    """The mean distance of a share from its expectation, by the normal approximation of the binomial distribution."""
    return sqrt(2 / pi * each.confidence * (1 - each.confidence) / each.answers)


def _bin(part: Sequence[tuple[float, float]]) -> Bin:
    count = len(part)
    return Bin(count, sum(sure for sure, _ in part) / count, sum(right for _, right in part) / count)


def _running_means(values: Sequence[float]) -> list[float]:
    means, total = [], 0.0
    for count, value in enumerate(values, 1):
        total += value
        means.append(total / count)
    return means


def _point(coverage: float, surest: Sequence[tuple[float, float]], shares: Sequence[float]) -> Point:
    answers = max(1, ceil(coverage * len(surest)))
    return Point(coverage, answers, shares[answers - 1], surest[answers - 1][0])
