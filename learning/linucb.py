"""Disjoint LinUCB: one ridge regression per arm, and the arm with the highest upper confidence bound wins.

Li, Chu, Langford, Schapire: A Contextual-Bandit Approach to Personalized News Article Recommendation (WWW 2010),
algorithm 1. Shapes: K arms, d features; A is K×d×d, b is K×d, x is d. All float64.
"""

from typing import NewType

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Arm = NewType("Arm", int)

ALPHA = 1.5
ALPHA_FLOOR = 0.3
_HALF_LIFE = 100.0


class LinUCB:
    """`gram` is the sum of x xᵀ and `response` the sum of r·x per arm, without the ridge; both zero when new."""

    def __init__(self, arms: int, features: int, gram: Floats | None = None, response: Floats | None = None) -> None:
        ridge = np.broadcast_to(np.eye(features), (arms, features, features))
        self._inverse = ridge.copy() if gram is None else np.linalg.inv(ridge + gram)
        self._response = np.zeros((arms, features)) if response is None else response.copy()

    def scores(self, x: Floats, alpha: float) -> Floats:
        """θᵀx + alpha·√(xᵀA⁻¹x) of every arm: shape K."""
        spread = self._inverse @ x
        expected: Floats = np.einsum("kd,kd->k", self._response, spread)
        return expected + alpha * np.sqrt(spread @ x)

    def learn(self, arm: Arm, x: Floats, reward: float) -> None:
        """One observation, by the Sherman–Morrison formula: A⁻¹ without inverting A again."""
        inverse = self._inverse[arm]
        spread = inverse @ x
        inverse -= np.outer(spread, spread) / (1.0 + x @ spread)
        self._response[arm] += reward * x

    def correct(self, arm: Arm, x: Floats, difference: float) -> None:
        """A reward turned out `difference` higher than learned: b moves, A has seen x already."""
        self._response[arm] += difference * x


def alpha(pulls: int) -> float:
    """How much uncertainty counts after `pulls` observations: from 1.5 down to 0.3, half way every 100."""
    return max(ALPHA_FLOOR, ALPHA * float(0.5 ** (pulls / _HALF_LIFE)))
