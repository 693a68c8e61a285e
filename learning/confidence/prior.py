"""How likely answers are right by their signals alone: a logistic model that is shipped with the product.

`prior.json` holds it, with how, when and on what it was fitted; `manage.py fitconfidence` writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from learning.confidence.levels import RECALLED, Counts, Level, level_of
from learning.confidence.signals import FEATURES, Signals

SHIPPED = Path(__file__).with_name("prior.json")
_SUREST = 0.98
"""No signal makes certain."""


@dataclass(frozen=True, slots=True)
class Feature:
    """`weight` is of the standardized value; what is not known of an answer counts as the mean, and so not at all."""

    mean: float
    scale: float
    weight: float

    def share(self, value: float | None) -> float:
        return 0.0 if value is None else self.weight * (value - self.mean) / self.scale


@dataclass(frozen=True, slots=True)
class Fitted:
    """How and on what the model was fitted, for whoever reads the file. `questions` is 0 where it was not."""

    how: str
    on: str
    at: str
    questions: int
    ridge: float


@dataclass(frozen=True, slots=True)
class Prior:
    """`levels`: how many answers of each level were right on the questions that it was fitted on, where each was judged
    by a model that had not seen it."""

    fitted: Fitted
    intercept: float
    features: Mapping[str, Feature]
    levels: Mapping[Level, Counts] = field(default_factory=dict)

    def raw(self, signals: Signals) -> float:
        """In (0, 1)."""
        score = self.intercept + sum(
            feature.share(FEATURES[name](signals)) for name, feature in self.features.items() if name in FEATURES
        )
        return min(_SUREST, max(1 - _SUREST, 1 / (1 + math.exp(-score))))

    def group(self, signals: Signals) -> str:
        """Which answers this one is like: those of its level, or those that verified queries gave."""
        return RECALLED if signals.recalled else level_of(self.raw(signals))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read(path: Path) -> Prior:
    stored = json.loads(path.read_text())
    return Prior(
        Fitted(**stored["fitted"]),
        stored["intercept"],
        {name: Feature(**feature) for name, feature in stored["features"].items()},
        {Level(name): Counts(**counts) for name, counts in stored["levels"].items()},
    )


@cache
def shipped() -> Prior:
    return read(SHIPPED)
