"""Fit the model of `prior` to answers of which is known whether they are right: logistic regression with a ridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.confidence.levels import Counts, Level, level_of
from learning.confidence.prior import Feature, Fitted, Prior
from learning.confidence.signals import FEATURES, Signals

RIDGE = 1.0
FOLDS = 10
FEWEST = 20
_STEPS = 50
_STILL = 1e-9
_SAME = 1e-9

Vector = NDArray[np.float64]
Example = tuple[Signals, bool]
"""An answer, and whether it is right."""


class TooFew(ValueError):
    """The message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`judged`: of each example its confidence by a model that was fitted without it, and whether it is right."""

    prior: Prior
    judged: list[tuple[float, bool]]


def fit(examples: Sequence[Example], before: Prior, on: str, at: str, ridge: float = RIDGE) -> Fit:
    """A feature that is the same in all examples keeps the weight that it has in `before`. Raises TooFew."""
    rights = sum(is_right for _, is_right in examples)
    if len(examples) < FEWEST or rights in (0, len(examples)):
        raise TooFew(
            f"There are {len(examples)} answers with signals, {rights} of them right. At least {FEWEST} are needed, "
            "some right and some wrong: measure more questions with manage.py evaluate --out."
        )
    judged = _judged_unseen(examples, before, ridge)
    levels = defaultdict[Level, list[bool]](list)
    for confidence, is_right in judged:
        levels[level_of(confidence)].append(is_right)
    how = f"Logistic regression with a ridge of {ridge:g}; levels by {FOLDS}-fold cross-validation."
    intercept, features = _fitted(examples, before, ridge)
    counted = {level: Counts(sum(levels[level]), len(levels[level])) for level in Level if level in levels}
    return Fit(Prior(Fitted(how, on, at, len(examples), ridge), intercept, features, counted), judged)


def _judged_unseen(examples: Sequence[Example], before: Prior, ridge: float) -> list[tuple[float, bool]]:
    found: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        others = [example for place, example in enumerate(examples) if place % FOLDS != fold]
        intercept, features = _fitted(others, before, ridge)
        model = Prior(before.fitted, intercept, features)
        found += [(model.raw(signals), is_right) for signals, is_right in examples[fold::FOLDS]]
    return found


def _fitted(examples: Sequence[Example], before: Prior, ridge: float) -> tuple[float, dict[str, Feature]]:
    columns = {name: [read(signals) for signals, _ in examples] for name, read in FEATURES.items()}
    features = {name: _standard(column, before.features.get(name)) for name, column in columns.items()}
    free = [name for name, column in columns.items() if _varies(column)]
    held = [name for name in features if name not in free]
    right = np.array([float(is_right) for _, is_right in examples])
    offset = _total(columns, {name: features[name] for name in held}, len(examples))
    ones = [Feature(features[name].mean, features[name].scale, 1.0) for name in free]
    shares = [[one.share(value) for value in columns[name]] for name, one in zip(free, ones, strict=True)]
    design = np.array([np.ones(len(right)), *shares]).T
    weights = _newton(design, right, offset, ridge)
    for name, one, weight in zip(free, ones, weights[1:], strict=True):
        features[name] = Feature(one.mean, one.scale, round(float(weight), 4))
    return round(float(weights[0]), 4), features


def _standard(column: Sequence[float | None], before: Feature | None) -> Feature:
    known = [value for value in column if value is not None]
    if not _varies(column):
        return before or Feature(known[0] if known else 0.0, 1.0, 0.0)
    return Feature(round(float(np.mean(known)), 4), round(max(1e-3, float(np.std(known))), 4), 0.0)


def _varies(column: Sequence[float | None]) -> bool:
    known = [value for value in column if value is not None]
    return bool(known) and max(known) - min(known) > _SAME


def _total(columns: dict[str, list[float | None]], features: dict[str, Feature], count: int) -> Vector:
    """What these features add to the score of each example."""
    total = np.zeros(count)
    for name, feature in features.items():
        total += np.array([feature.share(value) for value in columns[name]])
    return total


def _newton(design: Vector, right: Vector, offset: Vector, ridge: float) -> Vector:
    """The intercept, which comes first, is not held small."""
    penalty = ridge * np.eye(design.shape[1])
    penalty[0, 0] = 1e-6
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-(design @ weights + offset)))
        slope = design.T @ (right - likely) - penalty @ weights
        step = np.linalg.solve(design.T @ (design * (likely * (1 - likely))[:, None]) + penalty, slope)
        weights = weights + step
        if float(np.abs(step).max()) < _STILL:
            break
    return weights
