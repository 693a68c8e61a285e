"""For the operator and the staff of teams: what the agent did, what people say of it, and what came of that."""

from learning.admin import (
    bandit,
    episodes,
    evaluations,
    generations,
    optimizations,
    quotas,
    remarks,
    teams,
    verified,
)

__all__ = [
    "bandit",
    "episodes",
    "evaluations",
    "generations",
    "optimizations",
    "quotas",
    "remarks",
    "teams",
    "verified",
]
