"""What an attempt is worth, in [-1, 1]."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.errors import SEVERITY, ErrorClass

HINDSIGHT = 0.3
WRONG = -0.5
"""What an answer is worth that a person finds wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How attempt `number` (from 1) ended. `error_class` is None for success; `score` in [0, 1] where there is gold."""

    number: int
    error_class: ErrorClass | None = None
    previous_error: ErrorClass | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """`parts`, to six digits, add up to `total` before it is kept within [-1, 1]."""

    total: float
    parts: Mapping[str, float]

    def plus(self, name: str, amount: float) -> "Reward":
        return _sum({**self.parts, name: amount})

    def without(self, name: str) -> "Reward":
        return _sum({part: amount for part, amount in self.parts.items() if part != name})


def grade(outcome: Outcome) -> Reward:
    """The reward of one attempt, before hindsight."""
    if outcome.error_class is None:
        return _sum({"success": (1.0 - 0.1 * (outcome.number - 1)) * (1.0 if outcome.score is None else outcome.score)})
    parts = {"failure": -0.1 - 0.05 * outcome.number}
    previous = outcome.previous_error
    if previous is not None and previous is not outcome.error_class:
        parts["changed"] = 0.1
        step = SEVERITY[outcome.error_class] - SEVERITY[previous]
        if step:
            parts["severity"] = 0.2 if step < 0 else -0.1
    return _sum(parts)


def hindsight(number: int, succeeded_at: int) -> float:
    """What attempt `number` gains once attempt `succeeded_at` (> number) has answered: the nearer, the more."""
    return HINDSIGHT * (1 - (succeeded_at - number) / succeeded_at)


def _sum(parts: Mapping[str, float]) -> Reward:
    rounded = {name: _rounded(amount) for name, amount in parts.items()}
    return Reward(_rounded(max(-1.0, min(1.0, sum(rounded.values())))), rounded)


def _rounded(amount: float) -> float:
    # Plus zero: what is next to nothing is not written as -0.0.
    return round(amount, 6) + 0.0
