"""A log of decisions in the database, as answers leave it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

import numpy as np

from agent.errors import ErrorClass
from agent.policy import FEATURES, Context
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.models import BanditArm, BanditDecision, BanditLesson, Episode

EXPLORATION = 0.2
Earns = Callable[[ErrorClass, Strategy], float]


def episode(connection: Connection, question: str = "How many products?") -> Episode:
    return Episode.objects.create(connection=connection, source="chat", question=question, model="scripted")


def decide(
    of: Episode | None,
    connection: Connection,
    strategy: Strategy,
    error: ErrorClass = ErrorClass.NO_SUCH_COLUMN,
    *,
    favourite: Strategy | None = None,
    attempt: int = 2,
    exploration: float = EXPLORATION,
    at: datetime | None = None,
) -> BanditDecision:
    """One decision of a policy that thinks best of `favourite`, or of what it chose."""
    favourite = favourite or strategy
    vector = Context(error, attempt - 1, 5, Strategy.GENERATE, error_changed=False, streak=1).vector()
    decision = BanditDecision(
        connection=connection,
        episode=of,
        attempt=attempt,
        error_class=error,
        context={name: value for name, value in zip(FEATURES, vector, strict=True) if value},
        scores={repair: float(repair is favourite) for repair in REPAIRS},
        strategy=strategy,
        propensity=(1 - exploration) * (strategy is favourite) + exploration / len(REPAIRS),
        exploration=exploration,
    )
    if at:
        decision.at = at
    decision.save()
    return decision


def teach(decision: BanditDecision, amount: float, kind: str = BanditLesson.Kind.ATTEMPT) -> BanditLesson:
    return BanditLesson.objects.create(decision=decision, kind=kind, amount=amount)


def store(connection: Connection | None, strategy: Strategy, reward: float, times: int = 1) -> BanditArm:
    """The arm of a strategy that was tried `times` times, after a column was wrong."""
    x = np.array(Context(ErrorClass.NO_SUCH_COLUMN, 1, 5, Strategy.GENERATE, error_changed=False, streak=1).vector())
    return BanditArm.objects.create(
        connection=connection,
        strategy=strategy,
        features=list(FEATURES),
        gram=(times * np.outer(x, x)).tobytes(),
        response=(times * reward * x).tobytes(),
        pulls=times,
        reward_sum=times * reward,
    )


def write(
    connection: Connection, episodes: int, favourites: dict[ErrorClass, Strategy], earns: Earns, seed: int = 1
) -> None:
    """`episodes` answers of two repairs each, by a policy that explores now and then."""
    source = random.Random(seed)
    for _ in range(episodes):
        answer, error = episode(connection), source.choice(list(favourites))
        for attempt in (2, 3):
            explores = source.random() < EXPLORATION
            strategy = source.choice(REPAIRS) if explores else favourites[error]
            made = decide(answer, connection, strategy, error, favourite=favourites[error], attempt=attempt)
            teach(made, earns(error, strategy) + source.gauss(0, 0.1))
