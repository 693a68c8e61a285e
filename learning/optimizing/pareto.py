"""Which candidates are worth going on from: those that are best on some question, and that no other one outdoes.

`scores`: of each candidate, by its number, the score of each question, by its place.
"""

from __future__ import annotations

from collections.abc import Mapping

Scores = Mapping[int, Mapping[int, float]]


def best(scores: Scores) -> dict[int, frozenset[int]]:
    """Of each question those candidates that did best on it; none where nobody scored anything."""
    places = sorted({place for own in scores.values() for place in own})
    return {place: _best_on(place, scores) for place in places}


def front(scores: Scores) -> tuple[int, ...]:
    """Best on some question and outdone by none, by their numbers."""
    somewhere = {number for numbers in best(scores).values() for number in numbers}
    return tuple(number for number in sorted(somewhere) if not is_outdone(number, scores))


def is_outdone(number: int, scores: Scores) -> bool:
    """Whether another candidate does as well on each of its questions, and better on one."""
    return any(_outdoes(other, scores[number]) for key, other in scores.items() if key != number)


def _best_on(place: int, scores: Scores) -> frozenset[int]:
    on_it = {number: own[place] for number, own in scores.items() if place in own}
    top = max(on_it.values())
    return frozenset(number for number, score in on_it.items() if score == top and score > 0)


def _outdoes(other: Mapping[int, float], own: Mapping[int, float]) -> bool:
    if not own.keys() <= other.keys():
        return False
    return all(other[place] >= own[place] for place in own) and any(other[place] > own[place] for place in own)
