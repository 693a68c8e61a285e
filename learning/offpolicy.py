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

from dataclasses import dataclass
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


def evaluate(log: Log, target: Floats, arms: int) -> Estimates:
    """`target` is n×K for K `arms`."""
    weights, episodes = _weights(log, target), len(np.unique(log.episodes))
    effective = _effective(weights)
    if episodes < FEWEST_EPISODES or effective < FEWEST_EFFECTIVE:
        return Estimates(len(log), episodes, effective)
    ones = np.ones(len(log))
    return Estimates(
        len(log),
        episodes,
        effective,
        _ratio(weights * log.rewards, ones, log.episodes),
        _ratio(weights * log.rewards, weights, log.episodes),
        _ratio(_doubly_robust(log, target, arms), ones, log.episodes),
    )


def difference(log: Log, target: Floats, other: Floats, arms: int) -> Estimate | None:
    """How much more `target` earns than `other`, doubly robust. What both owe to the same decisions cancels, so it
    is surer than two intervals side by side."""
    if any(evaluate(log, policy, arms).doubly_robust is None for policy in (target, other)):
        return None
    return _ratio(_doubly_robust(log, target - other, arms), np.ones(len(log)), log.episodes)


def _weights(log: Log, target: Floats) -> Floats:
    weights: Floats = target[np.arange(len(log)), log.arms] / log.propensities
    return weights


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def _doubly_robust(log: Log, target: Floats, arms: int) -> Floats:
    """Of each decision, what the target would have earned by the model, and the weighted error of the model: n."""
    expected = _expected(log, arms)
    errors = log.rewards - expected[np.arange(len(log)), log.arms]
    rewards: Floats = (target * expected).sum(axis=1) + _weights(log, target) * errors
    return rewards


def _expected(log: Log, arms: int) -> Floats:
    """The reward of every arm at every decision, by models of other episodes' decisions: n×K."""
    expected = np.empty((len(log), arms))
    folds = np.unique(log.episodes, return_inverse=True)[1] % _FOLDS
    for fold in range(_FOLDS):
        held_out = folds == fold
        expected[held_out] = _fitted(log, ~held_out, log.contexts[held_out], arms)
    return expected


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


def _ratio(above: Floats, below: Floats, episodes: Indices) -> Estimate | None:
    """Σ above / Σ below, with the interval that whole episodes give it. None where nothing differs, for then nothing
    says how sure it is."""
    value = above.sum() / below.sum()
    clusters = np.unique(episodes, return_inverse=True)[1]
    residuals = np.bincount(clusters, weights=above - value * below)
    count = len(residuals)
    half = _t(count - 1) * sqrt(count / (count - 1) * (residuals**2).sum()) / abs(below.sum())
    if half < 1e-9:
        return None
    return Estimate(float(value), float(value - half), float(value + half))


def _t(degrees: int) -> float:
    """Student's quantile for CONFIDENCE, by the expansion of Abramowitz and Stegun 26.7.5: right to 0.001 from 10
    degrees of freedom."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2
