"""Sums over what a bandit has seen: plain ones, so that what is learned in two places at once adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agent.policy import FEATURES
from agent.repairs import REPAIRS, Strategy
from learning.linucb import Floats


@dataclass(frozen=True)
class Seen:
    """A context and what came of a strategy in it. `pulls` is 1 for an observation, 0 for a correction of one."""

    strategy: Strategy
    x: Floats
    reward: float
    pulls: int = 1


@dataclass(frozen=True)
class Sums:
    """Of every arm, in the order of REPAIRS: K arms, d features, in the order of FEATURES.

    `gram` (K×d×d) is the sum of x xᵀ, `response` (K×d) that of reward·x, `pulls` and `rewards` are of shape K.
    """

    gram: Floats
    response: Floats
    pulls: Floats
    rewards: Floats

    @classmethod
    def zero(cls) -> Sums:
        arms, size = len(REPAIRS), len(FEATURES)
        return cls(np.zeros((arms, size, size)), np.zeros((arms, size)), np.zeros(arms), np.zeros(arms))

    @classmethod
    def of(cls, seen: Iterable[Seen]) -> Sums:
        sums = cls.zero()
        for one in seen:
            sums.count(one)
        return sums

    def count(self, seen: Seen) -> None:
        """Add one to these sums themselves."""
        arm = REPAIRS.index(seen.strategy)
        if seen.pulls:
            self.gram[arm] += seen.pulls * np.outer(seen.x, seen.x)
            self.pulls[arm] += seen.pulls
        self.response[arm] += seen.reward * seen.x
        self.rewards[arm] += seen.reward

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.gram + other.gram,
            self.response + other.response,
            self.pulls + other.pulls,
            self.rewards + other.rewards,
        )

    def __sub__(self, other: Sums) -> Sums:
        return self + other.times(np.full(len(REPAIRS), -1.0))

    def times(self, weights: Floats) -> Sums:
        """Each arm weighed; `weights` are of shape K."""
        return Sums(
            self.gram * weights[:, None, None],
            self.response * weights[:, None],
            self.pulls * weights,
            self.rewards * weights,
        )

    def weakened(self, pulls: int) -> Sums:
        """The same experience, each arm shrunk to weigh no more than so many observations."""
        return self.times(pulls / np.maximum(self.pulls, pulls))

    def differing(self, other: Sums) -> list[int]:
        """The arms whose sums differ by more than rounding."""
        return [arm for arm in range(len(REPAIRS)) if not self._agrees(other, arm)]

    def _agrees(self, other: Sums, arm: int) -> bool:
        pairs = (
            (self.gram[arm], other.gram[arm]),
            (self.response[arm], other.response[arm]),
            (self.rewards[arm], other.rewards[arm]),
        )
        return bool(self.pulls[arm] == other.pulls[arm]) and all(
            np.allclose(one, two, rtol=1e-6, atol=1e-6) for one, two in pairs
        )


def sparse(vector: Sequence[float]) -> dict[str, float]:
    """The features that are not 0, by name: what a log keeps, whatever features there will be."""
    return {name: value for name, value in zip(FEATURES, vector, strict=True) if value}


def dense(context: Mapping[str, float]) -> Floats:
    """The vector of a context in the log, of shape d. Features that it does not know are 0, those gone are dropped."""
    return np.array([context.get(name, 0.0) for name in FEATURES])


def fitted(features: Sequence[str], gram: Floats, response: Floats) -> tuple[Floats, Floats]:
    """One arm's d×d and d sums for today's FEATURES, by name, as `dense` does it for a context."""
    if tuple(features) == FEATURES:
        return gram.copy(), response.copy()
    old = {name: index for index, name in enumerate(features)}
    kept = [(new, old[name]) for new, name in enumerate(FEATURES) if name in old]
    to, of = [pair[0] for pair in kept], [pair[1] for pair in kept]
    new_gram, new_response = np.zeros((len(FEATURES), len(FEATURES))), np.zeros(len(FEATURES))
    new_gram[np.ix_(to, to)] = gram[np.ix_(of, of)]
    new_response[to] = response[of]
    return new_gram, new_response
