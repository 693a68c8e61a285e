"""Is a file the policy of a bandit? Checked before anything in it counts: a wrong number would steer every choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from agent.repairs import REPAIRS
from learning.linucb import Floats

FORMAT, VERSION = "sqlagent bandit policy", 1
MOST_FEATURES = 200
LONGEST_NAME = 100
MOST_PULLS = 10_000_000
_SLACK = 1e-6
"""What rounding may have done to sums, as a part of the largest that they can be."""
_LEAST = -0.01
"""Of a gram's eigenvalues, as rounding may leave them: the policies that may count together stay above the ridge of -1
that would have a bandit reckon with roots of negative numbers."""


class BadPolicy(ValueError):
    """The message is a sentence for a person."""


def checked(data: Any) -> dict[str, Any]:
    """What counts of a policy's file, and nothing else that is in it. Raises BadPolicy."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadPolicy("This is not a policy that was exported here: choose the file that “Export policy” gave.")
    if data.get("version") != VERSION:
        raise BadPolicy(f"The policy has another version than {VERSION}, the only one that can be read here.")
    features = _features(data.get("features"))
    arms = data.get("arms")
    if not isinstance(arms, dict) or not arms:
        raise BadPolicy("The policy has learned nothing yet: there are no arms in it.")
    if unknown := sorted(str(name)[:LONGEST_NAME] for name in arms if name not in list(REPAIRS)):
        raise BadPolicy(f"The policy has an arm “{unknown[0]}”, and there is no such repair here.")
    return {
        "format": FORMAT,
        "version": VERSION,
        "features": features,
        "arms": {name: _arm(name, arm, len(features)) for name, arm in arms.items()},
    }


def _features(names: Any) -> list[str]:
    if not isinstance(names, list) or not 0 < len(names) <= MOST_FEATURES:
        raise BadPolicy(f"The policy must name its features, at most {MOST_FEATURES}.")
    if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable() for name in names):
        raise BadPolicy(f"Each feature of the policy must have a name of at most {LONGEST_NAME} characters.")
    if len(set(names)) < len(names):
        raise BadPolicy("Two features of the policy have the same name.")
    return names


def _arm(name: str, arm: Any, size: int) -> dict[str, Any]:
    if not isinstance(arm, dict):
        raise BadPolicy(f"The arm “{name}” has no sums.")
    pulls = arm.get("pulls")
    if not isinstance(pulls, int) or isinstance(pulls, bool) or not 0 < pulls <= MOST_PULLS:
        raise BadPolicy(f"The pulls of “{name}” must be a whole number from 1 to {MOST_PULLS:,}.")
    gram = _numbers(name, "gram", arm.get("gram"), (size, size), pulls)
    response = _numbers(name, "response", arm.get("response"), (size,), pulls)
    reward_sum = _numbers(name, "reward_sum", arm.get("reward_sum"), (), pulls)
    if not _is_a_gram(gram):
        raise BadPolicy(f"The gram of “{name}” cannot be a sum of x·xᵀ: it is not symmetric and positive.")
    if not _is_earned(response, gram, pulls):
        raise BadPolicy(f"The response of “{name}” is more than rewards of 1 can make of its gram.")
    return {
        "pulls": pulls,
        "reward_sum": float(reward_sum),
        "gram": gram.tolist(),
        "response": response.tolist(),
    }


def _numbers(name: str, field: str, value: Any, shape: tuple[int, ...], pulls: int) -> Floats:
    """Features lie in [0, 1] and rewards in [-1, 1]: no sum can be larger than the number of pulls."""
    if not _has_shape(value, shape):
        size = "×".join(map(str, shape)) + " numbers" if shape else "a number"
        raise BadPolicy(f"The {field} of “{name}” must be {size}.")
    numbers = np.array(value, dtype=np.float64)
    if np.abs(numbers).max() > pulls * (1 + _SLACK):
        raise BadPolicy(f"The {field} of “{name}” is larger than {pulls:,} pulls can make it.")
    return numbers


def _has_shape(value: Any, shape: Sequence[int]) -> bool:
    """Whether these are lists of finite numbers, of the given lengths."""
    if shape:
        return isinstance(value, list) and len(value) == shape[0] and all(_has_shape(part, shape[1:]) for part in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e15 if isinstance(value, int) else math.isfinite(value)


def _is_a_gram(gram: Floats) -> bool:
    return np.allclose(gram, gram.T, rtol=0, atol=_SLACK) and _least(gram) >= _LEAST


def _is_earned(response: Floats, gram: Floats, pulls: int) -> bool:
    """Whether rewards in [-1, 1] can have made it: the sum of y·yᵀ, where y is x and its reward, is positive, too."""
    both = np.block([[gram, response[:, None]], [response[None, :], np.array([[float(pulls)]])]])
    return _least(both) >= min(_LEAST, -_SLACK * pulls)


def _least(symmetric: Floats) -> float:
    return float(np.linalg.eigvalsh(symmetric).min())
