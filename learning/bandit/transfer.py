"""A policy as a file: what a connection's bandit has learned goes to another one, here or in another installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import models
from django.utils import timezone

from accounts.models import User
from agent.policy import FEATURES
from agent.repairs import REPAIRS
from datasources.models import Connection
from datasources.storable import storable
from learning.bandit import arms
from learning.bandit.arms import Scope
from learning.bandit.policy_file import FORMAT, VERSION, BadPolicy, checked
from learning.bandit.sums import Sums, fitted
from learning.models import BanditDecision, ImportedPolicy

__all__ = ["BadPolicy", "active", "add", "export", "log_lines", "remove"]


def export(connection: Connection) -> dict[str, Any]:
    """What this connection's own questions have taught, of everybody there; neither the prior nor what was imported."""
    [sums] = arms.read([Scope(connection.pk)])
    return {
        "format": FORMAT,
        "version": VERSION,
        "features": list(FEATURES),
        "arms": {strategy.value: _exported(sums, arm) for arm, strategy in enumerate(REPAIRS) if sums.pulls[arm]},
    }


def add(connection: Connection, user: User | None, name: str, data: Any) -> ImportedPolicy:
    """Have a policy count for a connection, beside its own; `data` is as `export` gives it. Raises BadPolicy.

    Features are known by their names: those that are unknown here count for nothing.
    """
    name = " ".join(storable(name).split())[:200] or "Imported policy"
    kept = checked(data)
    pulls = sum(arm["pulls"] for arm in kept["arms"].values())
    return ImportedPolicy.objects.create(connection=connection, user=user, name=name, data=kept, pulls=pulls)


def remove(imported: ImportedPolicy) -> None:
    """It counts no more. The file's content is kept."""
    imported.removed_at = timezone.now()
    imported.save(update_fields=["removed_at"])


def active(connection: Connection) -> models.QuerySet[ImportedPolicy]:
    return ImportedPolicy.objects.filter(connection=connection, removed_at=None)


def total(connection: Connection) -> Sums:
    """What all imported policies of a connection have seen together."""
    sums = Sums.zero()
    for data in active(connection).order_by().values_list("data", flat=True):
        sums += sums_of(data)
    return sums


def sums_of(data: dict[str, Any]) -> Sums:
    """The sums of a policy that was checked, for today's features and repairs."""
    sums = Sums.zero()
    for index, strategy in enumerate(REPAIRS):
        if arm := data["arms"].get(strategy):
            gram, response = np.array(arm["gram"], dtype=np.float64), np.array(arm["response"], dtype=np.float64)
            sums.gram[index], sums.response[index] = fitted(data["features"], gram, response)
            sums.pulls[index], sums.rewards[index] = arm["pulls"], arm["reward_sum"]
    return sums


def log_lines(connection: Connection) -> Iterator[str]:
    """The log as JSON, a line for each decision with its lessons, the oldest first."""
    log = BanditDecision.objects.filter(connection=connection).order_by("at", "pk").prefetch_related("lessons")
    counting = set(log.counting().values_list("pk", flat=True))
    for decision in log.iterator(chunk_size=500):
        yield json.dumps(_line(decision) | {"counts": decision.pk in counting}) + "\n"


def _line(decision: BanditDecision) -> dict[str, Any]:
    return {
        "at": decision.at.isoformat(),
        "episode": str(decision.episode_id) if decision.episode_id else None,
        "user": decision.user_id,
        "by_agent": decision.by_agent,
        "attempt": decision.attempt,
        "error_class": decision.error_class,
        "context": decision.context,
        "scores": decision.scores,
        "strategy": decision.strategy,
        "propensity": decision.propensity,
        "exploration": decision.exploration,
        "alpha": decision.alpha,
        "lessons": [
            {"at": lesson.at.isoformat(), "kind": lesson.kind, "amount": lesson.amount, "parts": lesson.parts}
            for lesson in decision.lessons.all()
        ],
    }


def _exported(sums: Sums, arm: int) -> dict[str, Any]:
    return {
        "pulls": int(sums.pulls[arm]),
        "reward_sum": float(sums.rewards[arm]),
        "gram": sums.gram[arm].tolist(),
        "response": sums.response[arm].tolist(),
    }
