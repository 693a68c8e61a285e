"""Which of several readings of a question is its answer: those that give the same rows vote together.

Self-consistency (Wang et al., 2022, https://arxiv.org/abs/2203.11171), by results instead of by texts. A reading that
ran counts by how likely the model held it, and less for each doubt; see `weight`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.reading import Reading
from agent.rejection import same_result

DOUBTED = 0.2
"""What a reading counts for each doubt, as a share of what it counted without."""
SURE = -0.02
"""From this mean log-probability on a first reading is taken at its word."""
SHARPNESS = 15.0
"""How much the mean log-probability of a reading counts: 0 not at all."""
OTHER_VIEW = 0.67
"""What a reading with worked examples counts for: a model is surer of what it copies than of what is right."""


@dataclass(frozen=True, slots=True)
class Group:
    """Readings whose results are the same; the first is the one that speaks for them."""

    readings: tuple[Reading, ...]

    @property
    def weight(self) -> float:
        return sum(map(weight, self.readings))

    @property
    def best(self) -> Reading:
        return max(self.readings, key=weight)


def weight(reading: Reading) -> float:
    """0 where it did not run."""
    if reading.result is None:
        return 0.0
    likelihood = reading.likelihood or 0.0
    seen = OTHER_VIEW if reading.view else 1.0
    return seen * math.exp(SHARPNESS * likelihood) * DOUBTED ** len(reading.doubts)


def groups(readings: Sequence[Reading]) -> list[Group]:
    """Of those that ran, the strongest first; of equally strong ones the earlier."""
    found: list[list[Reading]] = []
    for reading in readings:
        if reading.result is None:
            continue
        home = next((group for group in found if _same(group[0], reading)), None)
        if home is None:
            found.append([reading])
        else:
            home.append(reading)
    return sorted((Group(tuple(group)) for group in found), key=lambda group: -group.weight)


def are_enough(readings: Sequence[Reading], most: int, *, eager: bool = True) -> bool:
    """Whether no further one could be worth its time: the only one is sure, two agree and nothing speaks against them,
    or there are `most`. What fails, who is not `eager` has repaired instead."""
    if len(readings) >= most or (len(readings) == 1 and is_sure(readings[0], eager=eager)):
        return True
    if not eager and readings[0].result is None:
        return True
    return any(len(group.readings) > 1 and not group.best.doubts for group in groups(readings))


def is_sure(reading: Reading, *, eager: bool = True) -> bool:
    """Whether it ran, with rows, nothing speaks against it, and the model held it likely. Of an endpoint that does not
    say how likely, who is not `eager` takes its word."""
    if reading.result is None or not reading.result.rows or reading.doubts:
        return False
    if reading.likelihood is None:
        return not eager
    return reading.likelihood >= SURE


def _same(one: Reading, other: Reading) -> bool:
    return one.result is not None and other.result is not None and same_result(one.result, other.result)
