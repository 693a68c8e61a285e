"""How much of a figure may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, floor, sqrt
from statistics import NormalDist


def wilson(right: int, questions: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), which stays within 0 and 1 and holds for few questions, too."""
    if not questions:
        return 0.0, 1.0
    z = _z(confidence)
    share, room = right / questions, z * z / questions
    middle = (share + room / 2) / (1 + room)
    half = z * sqrt(share * (1 - share) / questions + room / (4 * questions)) / (1 + room)
    return (middle - half if right else 0.0), (middle + half if right < questions else 1.0)


def mcnemar(won: int, lost: int) -> float:
    """How likely it is that questions which changed would split so unevenly, or more so, if either way were as likely:
    the exact two-sided p (McNemar 1947, by the binomial distribution)."""
    changed, ways, tail = won + lost, 1, 1
    for count in range(min(won, lost)):
        ways = ways * (changed - count) // (count + 1)
        tail += ways
    return min(1.0, 2 * tail / (1 << changed))


def sign_test(won: int, lost: int) -> float:
    """How likely it is that of the questions which changed so many or more were won, if either way were as likely: the
    exact one-sided p of the sign test."""
    changed = won + lost
    return sum(comb(changed, count) for count in range(won, changed + 1)) / (1 << changed)


def fewer_by_chance(right: int, questions: int, right_before: int, questions_before: int) -> float:
    """How likely it is to see so few right, or fewer, if the two groups of questions were answered equally well:
    Fisher's exact one-sided p, by the hypergeometric distribution."""
    total, all_right = questions + questions_before, right + right_before
    ways = comb(total, questions)
    lowest = max(0, questions - (total - all_right))
    fewer = sum(
        comb(all_right, count) * comb(total - all_right, questions - count) for count in range(lowest, right + 1)
    )
    return fewer / ways


def paired_difference(won: int, lost: int, questions: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the difference of two shares of the same questions, after less before (Bonett and Price 2012): as
    if one question more had been won, and one lost.

    It may leave 0 out where McNemar's exact test, which is the more careful one, still says that it could be chance.
    """
    if not questions:
        return -1.0, 1.0
    up, down = (won + 1) / (questions + 2), (lost + 1) / (questions + 2)
    half = _z(confidence) * sqrt((up + down - (up - down) ** 2) / (questions + 2))
    return max(-1.0, up - down - half), min(1.0, up - down + half)


def percentile(values: Sequence[float], share: float) -> float:
    """What the `share` of the values is not above, between two of them in proportion to their distance (Hyndman and
    Fan's type 7, as numpy has it); 0 of none."""
    if not values:
        return 0.0
    ranked = sorted(values)
    at = share * (len(ranked) - 1)
    below = floor(at)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (at - below)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
