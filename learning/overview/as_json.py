"""The same figures for programs. Shares lie in [0, 1]; what nothing is known of is null."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from datasources.models import Connection
from learning.bandit.comparison import Comparison
from learning.bandit.heat import HeatMap
from learning.models import Generation
from learning.offpolicy import Estimate
from learning.overview.figures import Figures
from learning.overview.generations import listed
from learning.overview.questions import Asked, Seconds, Slot
from learning.overview.strategies import Strategies


def as_json(connection: Connection, figures: Figures, strategies: Strategies) -> dict[str, Any]:
    return {
        "connection": {"id": connection.pk, "name": connection.name},
        "period": {
            "days": figures.period.days,
            "since": figures.since and figures.since.isoformat(),
            "until": figures.until.isoformat(),
            "unit": figures.timeline.unit.value,
        },
        "total": _asked(figures.asked),
        "over_time": [_slot(slot) for slot in figures.slots],
        "errors": [asdict(one) for one in figures.failures],
        "verdicts": {
            "answers": figures.judged.answers,
            "right": figures.judged.right,
            "right_share": _rounded(figures.judged.right_share),
            "over_time": [
                {"start": said.start.isoformat(), "right": said.right, "wrong": said.wrong}
                for said in figures.judged.over_time
            ],
        },
        "seconds": [_seconds(one) for one in figures.seconds],
        "in_use": asdict(figures.in_use),
        "generations": [_generation(one) for one in listed(connection)],
        "heat_map": _heat(strategies.heat),
        "policies": _policies(strategies.compared.comparison),
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {"start": slot.start.isoformat(), "generation": slot.generation, **_asked(slot.asked)}


def _asked(asked: Asked) -> dict[str, Any]:
    return asdict(asked) | {
        "success_rate": _rounded(asked.success_rate),
        "first_rate": _rounded(asked.first_rate),
        "attempts_per_question": _rounded(asked.attempts_each),
    }


def _generation(one: Generation) -> dict[str, Any]:
    compared = one.comparison or {}
    return {
        "number": one.number,
        "parent": one.parent.number if one.parent else None,
        "state": one.state,
        "origin": one.origin,
        "created_at": one.created_at.isoformat(),
        "activated_at": one.activated_at and one.activated_at.isoformat(),
        "comparison": compared.get("sentence"),
        "is_weak": compared.get("is_weak"),
    }


def _seconds(one: Seconds) -> dict[str, Any]:
    start = one.start and one.start.isoformat()
    return {"start": start, "answers": one.answers, "p50": _rounded(one.p50), "p95": _rounded(one.p95)}


def _heat(heat: HeatMap) -> list[dict[str, Any]]:
    return [
        {
            "error_class": cell.error_class.value,
            "strategy": cell.strategy.value,
            "tried": cell.tried,
            "mean_reward": _rounded(cell.mean),
            "expected_reward": _rounded(cell.value),
        }
        for row in heat.rows
        for cell in row.cells
    ]


def _policies(comparison: Comparison) -> dict[str, Any]:
    return {
        "decisions": comparison.decisions,
        "answers": comparison.episodes,
        "unexplored": comparison.unexplored,
        "mean_reward": _rounded(comparison.logged),
        "candidates": [
            {
                "name": one.name,
                "effective_decisions": _rounded(one.estimates.effective),
                "ips": _estimate(one.estimates.ips),
                "self_normalised_ips": _estimate(one.estimates.self_normalised),
                "doubly_robust": _estimate(one.estimates.doubly_robust),
                "lead_of_learned": _estimate(one.lead),
                "verdict": one.verdict,
            }
            for one in comparison.candidates
        ],
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {name: _rounded(value) for name, value in asdict(estimate).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
