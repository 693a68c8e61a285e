"""What another policy would have earned, judged by the log of the one that chose.

Three estimates of the mean reward per decision, each of which asks that every choice had a chance that is known:

- inverse propensity scores (IPS): rewards of the decisions that both agree on, weighted by 1 / propensity;
- self-normalised IPS: the same, divided by the sum of the weights; it never leaves the range of the rewards;
- doubly robust (Dudík, Langford, Li: Doubly Robust Policy Evaluation and Learning, ICML 2011): a model of the reward,
  corrected by what the log says it gets wrong. It is unbiased however bad the model is, and surer the better it is.

Decisions of one episode are not independent: intervals are of ratios of sums over whole episodes, by their sandwich
variance. A bootstrap over episodes says the same of means, only slower and with a seed.

Shapes: n decisions, d features, K arms. A target policy is an n×K matrix of the probabilities of its choices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from learning.linucb import Floats

Indices = npt.NDArray[np.intp]

FEWEST_EPISODES = 20
"""With fewer, an interval would be a guess."""
FEWEST_EFFECTIVE = 10.0
"""The same of decisions: as many equally weighted ones must say as much as those that target and log agree on."""
CONFIDENCE = 0.95

_FOLDS = 5
_RIDGE = 1.0


@dataclass(frozen=True)
class Log:
    """What was decided and earned: `contexts` n×d, and of each decision its arm, its propensity in (0, 1], its reward
    and its episode, a number that decisions of the same one share."""

    contexts: Floats
    arms: Indices
    propensities: Floats
    rewards: Floats
    episodes: Indices

    def __len__(self) -> int:
        return len(self.arms)


@dataclass(frozen=True)
class Estimate:
    """A mean reward per decision, or a difference of two, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimates:
    """Of one target policy; None where there is too little to say anything.

    `effective` is Kish's sample size (Σw)² / Σw²: how many decisions the weighted ones are worth.
    """

    decisions: int
    episodes: int
    effective: float
    ips: Estimate | None = None
    self_normalised: Estimate | None = None
    doubly_robust: Estimate | None = None

    @property
    def is_enough(self) -> bool:
        return self.episodes >= FEWEST_EPISODES and self.effective >= FEWEST_EFFECTIVE

    @property
    def degrees(self) -> float:
        """Of freedom: where few decisions bear all the weight, their spread is known as badly as they are few."""
        return min(self.episodes, self.effective) - 1


class Judge:
    """Judges policies by one log. The model of the rewards is fitted once, when the first policy asks for it."""

    def __init__(self, log: Log, arms: int) -> None:
        self.log = log
        self._arms = arms

    def evaluate(self, target: Floats) -> Estimates:
        log, weights = self.log, _weights(self.log, target)
        found = Estimates(len(log), len(np.unique(log.episodes)), _effective(weights))
        if not found.is_enough:
            return found
        ones = np.ones(len(log))
        return replace(
            found,
            ips=_ratio(weights * log.rewards, ones, log.episodes, found.degrees),
            self_normalised=_ratio(weights * log.rewards, weights, log.episodes, found.degrees),
            doubly_robust=_ratio(self._doubly_robust(target), ones, log.episodes, found.degrees),
        )

    def difference(self, target: Floats, other: Floats) -> Estimate | None:
        """How much more `target` earns than `other`, doubly robust. What both owe to the same decisions cancels, so it
        is surer than two intervals side by side."""
        one, two = self.evaluate(target), self.evaluate(other)
        if not (one.is_enough and two.is_enough):
            return None
        if np.array_equal(target, other):
            return Estimate(0.0, 0.0, 0.0)
        rewards, degrees = self._doubly_robust(target - other), min(one.degrees, two.degrees)
        return _ratio(rewards, np.ones(len(self.log)), self.log.episodes, degrees)

    def _doubly_robust(self, target: Floats) -> Floats:
        """Of each decision, what the target would have earned by the model, and the weighted error of the model: n."""
        rewards: Floats = (target * self._expected).sum(axis=1) + _weights(self.log, target) * self._errors
        return rewards

    @cached_property
    def _expected(self) -> Floats:
        """The reward of every arm at every decision, by models of other episodes' decisions: n×K."""
        expected = np.empty((len(self.log), self._arms))
        folds = np.unique(self.log.episodes, return_inverse=True)[1] % _FOLDS
        for fold in range(_FOLDS):
            held_out = folds == fold
            expected[held_out] = _fitted(self.log, ~held_out, self.log.contexts[held_out], self._arms)
        return expected

    @cached_property
    def _errors(self) -> Floats:
        errors: Floats = self.log.rewards - self._expected[np.arange(len(self.log)), self.log.arms]
        return errors


def _weights(log: Log, target: Floats) -> Floats:
    weights: Floats = target[np.arange(len(log)), log.arms] / log.propensities
    return weights


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def _fitted(log: Log, known: npt.NDArray[np.bool_], contexts: Floats, arms: int) -> Floats:
    """By a ridge regression for each arm, shrunk towards the mean reward of all: m×K for m `contexts`."""
    middle = log.rewards[known].mean() if known.any() else 0.0
    ridge = _RIDGE * np.eye(contexts.shape[1])
    expected = np.empty((len(contexts), arms))
    for arm in range(arms):
        of_arm = known & (log.arms == arm)
        x, reward = log.contexts[of_arm], log.rewards[of_arm]
        expected[:, arm] = middle + contexts @ np.linalg.solve(ridge + x.T @ x, x.T @ (reward - middle))
    return expected


def _ratio(above: Floats, below: Floats, episodes: Indices, degrees: float) -> Estimate | None:
    """Σ above / Σ below, with the interval that whole episodes give it. None where nothing differs, for then nothing
    says how sure it is."""
    value = above.sum() / below.sum()
    clusters = np.unique(episodes, return_inverse=True)[1]
    residuals = np.bincount(clusters, weights=above - value * below)
    count = len(residuals)
    half = _t(degrees) * sqrt(count / (count - 1) * (residuals**2).sum()) / abs(below.sum())
    if half < 1e-9:
        return None
    return Estimate(float(value), float(value - half), float(value + half))


def _t(degrees: float) -> float:
    """Student's quantile for CONFIDENCE, by the expansion of Abramowitz and Stegun 26.7.5: within 0.005 from 9
    degrees of freedom on."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2
