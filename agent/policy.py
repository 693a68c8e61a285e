"""Which repair to try: the seam to whatever decides, and the features that it decides by."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.errors import ErrorClass
from agent.reading import DoubtKind
from agent.repairs import REPAIRS, Strategy

FEATURES = (
    *(f"error={error}" for error in ErrorClass),
    "attempt",
    *(f"previous={strategy}" for strategy in Strategy),
    "error_changed",
    "streak",
    *(f"doubt={kind}" for kind in DoubtKind),
    "bias",
)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known when a repair is chosen: how attempt `attempt` (from 1) failed, and what came before it.

    `streak` counts the failures in a row, this one included, that met the same error class. `doubts`: what speaks
    against SQL that ran.
    """

    error_class: ErrorClass
    attempt: int
    max_attempts: int
    previous: Strategy
    error_changed: bool
    streak: int
    doubts: frozenset[DoubtKind] = frozenset()

    def vector(self) -> tuple[float, ...]:
        """The features named in FEATURES, each in [0, 1]."""
        return (
            *(float(error is self.error_class) for error in ErrorClass),
            self.attempt / self.max_attempts,
            *(float(strategy is self.previous) for strategy in Strategy),
            float(self.error_changed),
            self.streak / self.max_attempts,
            *(float(kind in self.doubts) for kind in DoubtKind),
            1.0,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen strategy, the score of every strategy that could have been, and the vector they were computed from.

    `propensity`, in (0, 1], is the probability with which this strategy was chosen. Of K strategies, of which `ties`
    have the best score, it is (1-exploration)/ties if this is one of them, and exploration/K more for each. `alpha`
    says how much uncertainty counted in the scores.
    """

    strategy: Strategy
    scores: Mapping[Strategy, float]
    vector: tuple[float, ...]
    propensity: float = 1.0
    exploration: float = 0.0
    alpha: float = 0.0


class Policy(Protocol):
    """Chooses a repair and is told what came of it, so that the next choice of the same episode knows."""

    def choose(self, context: Context) -> Decision: ...

    def learn(self, decision: Decision, reward: float) -> None:
        """The decision's attempt has ended with this reward: once for each decision."""

    def correct(self, decision: Decision, difference: float) -> None:
        """A reward learned before turned out `difference` higher: hindsight, or a person's verdict."""


class RandomPolicy:
    """Every repair alike: the baseline that a learned policy has to beat."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a baseline, not a secret

    def choose(self, context: Context) -> Decision:
        share = 1 / len(REPAIRS)
        strategy = self._random.choice(REPAIRS)
        return Decision(strategy, dict.fromkeys(REPAIRS, share), context.vector(), propensity=share, exploration=1.0)

    def learn(self, decision: Decision, reward: float) -> None:
        """Nothing to learn."""

    def correct(self, decision: Decision, difference: float) -> None:
        """Nothing to correct."""


class FixedPolicy:
    """The repairs in their order, whatever the error: what a loop without a bandit does."""

    def choose(self, context: Context) -> Decision:
        strategy = REPAIRS[(context.attempt - 1) % len(REPAIRS)]
        return Decision(strategy, {repair: float(repair is strategy) for repair in REPAIRS}, context.vector())

    def learn(self, decision: Decision, reward: float) -> None:
        """Nothing to learn."""

    def correct(self, decision: Decision, difference: float) -> None:
        """Nothing to correct."""
