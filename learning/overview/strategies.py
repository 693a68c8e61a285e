"""What the bandit has learned, and whether it is worth it: the map of errors and repairs, and what simpler rules would
have earned, with its intervals as a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from datasources.models import Connection
from learning.bandit.comparison import LEARNED, Candidate, Comparison
from learning.bandit.heat import HeatMap, heat_map
from learning.offpolicy import Estimate
from learning.overview.kept import comparison_of

WIDTH = 240
"""Of a drawn interval, in pixels."""
_MARGIN = 6


@dataclass(frozen=True, slots=True)
class Interval:
    """Where an estimate stands in its drawing; `zero` is where a reward of 0 does."""

    value: float
    low: float
    high: float
    zero: float
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Line:
    """A policy, and what it would have earned for each decision; None where too few decisions say so."""

    candidate: Candidate
    estimate: Estimate | None
    interval: Interval | None

    @property
    def is_learned(self) -> bool:
        return self.candidate.name == LEARNED


@dataclass(frozen=True, slots=True)
class Compared:
    """As it was at `at`; `is_old`: it is being estimated anew."""

    comparison: Comparison
    lines: list[Line]
    at: datetime
    is_old: bool


@dataclass(frozen=True, slots=True)
class Strategies:
    heat: HeatMap
    compared: Compared


def strategies(connection: Connection) -> Strategies:
    return Strategies(heat_map(connection), compared(connection))


def compared(connection: Connection) -> Compared:
    kept = comparison_of(connection)
    return Compared(kept.value, _lines(kept.value), kept.at, kept.is_old)


def _lines(comparison: Comparison) -> list[Line]:
    estimates = [(one, one.estimates.doubly_robust) for one in comparison.candidates]
    known = [estimate for _, estimate in estimates if estimate]
    low = min((estimate.low for estimate in known), default=0.0)
    high = max((estimate.high for estimate in known), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)

    def x(reward: float) -> float:
        return round(_MARGIN + (WIDTH - 2 * _MARGIN) * (reward - low) / ((high - low) or 1.0), 1)

    def drawn(estimate: Estimate | None) -> Interval | None:
        return Interval(x(estimate.value), x(estimate.low), x(estimate.high), x(0.0)) if estimate else None

    return [Line(one, estimate, drawn(estimate)) for one, estimate in estimates]
