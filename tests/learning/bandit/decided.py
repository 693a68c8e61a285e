"""Episodes that ended, with the repairs that were decided on in them, as the recorder leaves them behind."""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.policy import Context, Decision
from agent.repairs import REPAIRS, Strategy
from agent.rewards import Outcome, grade, hindsight
from datasources.models import Connection
from learning.bandit import arms, log
from learning.bandit.sums import Seen, Sums, dense, sparse
from learning.models import Attempt as StoredAttempt
from learning.models import Episode

CONTEXT = Context(ErrorClass.NO_SUCH_COLUMN, 1, 5, Strategy.GENERATE, error_changed=False, streak=1)
FAILURES = [error for error in ErrorClass if error is not ErrorClass.EMPTY_RESULT]


def ended(
    connection: Connection,
    errors: Sequence[ErrorClass] = (ErrorClass.NO_SUCH_COLUMN,),
    repairs: Sequence[Strategy] = (Strategy.FIX_COLUMN,),
    *,
    user: User | None = None,
) -> Episode:
    """Its attempts failed with `errors`, each but perhaps the last was repaired; it is answered where all were."""
    episode = running(connection, user)
    attempts = attempts_of(errors, repairs)
    end(episode, attempts)
    return episode


def at_random(chance: random.Random, connection: Connection, user: User | None = None) -> Episode:
    """One with one to four failures, answered or not."""
    errors = chance.choices(FAILURES, k=chance.randint(1, 4))
    repairs = chance.choices(REPAIRS, k=len(errors) - chance.randint(0, 1))
    return ended(connection, errors, repairs, user=user)


def running(connection: Connection, user: User | None = None) -> Episode:
    return Episode.objects.create(
        connection=connection, user=user, source=Episode.Source.CHAT, question="Which?", model="scripted"
    )


@transaction.atomic
def end(episode: Episode, attempts: Sequence[Attempt]) -> None:
    """As the recorder does it."""
    Episode.objects.lock(episode)
    StoredAttempt.objects.bulk_create(_stored(episode, attempt) for attempt in attempts)
    is_answered = attempts[-1].error_class is None
    episode.status = Episode.Status.SUCCEEDED if is_answered else Episode.Status.FAILED
    episode.sql, episode.reward = "SELECT 1", sum(attempt.reward.total for attempt in attempts)
    episode.save()
    log.append(episode, attempts)


def attempts_of(errors: Sequence[ErrorClass], repairs: Sequence[Strategy]) -> list[Attempt]:
    strategies = [Strategy.GENERATE, *repairs]
    outcomes: list[ErrorClass | None] = [*errors, None][: len(strategies)]
    attempts: list[Attempt] = []
    for number, (strategy, error) in enumerate(zip(strategies, outcomes, strict=True), start=1):
        decision = _decision(attempts, strategy) if attempts else None
        previous = attempts[-1].error_class if attempts else None
        reward = grade(Outcome(number, error, previous))
        attempts.append(Attempt(number, strategy, decision, "SELECT 1", error, reward=reward))
    if attempts[-1].error_class is None:
        for attempt in attempts[:-1]:
            attempt.reward = attempt.reward.plus("hindsight", hindsight(attempt.number, len(attempts)))
    return attempts


def teach(connection: Connection, strategy: Strategy, reward: float, times: int = 1, user: User | None = None) -> None:
    """So many observations in CONTEXT, added to the sums without a log."""
    seen = Seen(strategy, dense(sparse(CONTEXT.vector())), reward)
    with transaction.atomic():
        arms.lock()
        arms.add(arms.scopes_of(connection.pk, user.pk if user else None), Sums.of([seen] * times))


def _decision(before: Sequence[Attempt], strategy: Strategy) -> Decision:
    last = before[-1]
    changed = len(before) > 1 and before[-2].error_class is not last.error_class
    context = Context(last.failure, last.number, 5, last.strategy, changed, streak=1)
    scores: dict[Strategy, float] = {repair: float(repair is strategy) for repair in REPAIRS}
    return Decision(strategy, scores, context.vector(), propensity=0.9125, exploration=0.1, alpha=1.5)


def _stored(episode: Episode, attempt: Attempt) -> StoredAttempt:
    return StoredAttempt(
        episode=episode,
        number=attempt.number,
        strategy=attempt.strategy,
        sql=attempt.sql,
        error_class=attempt.error_class or "",
        reward=attempt.reward.total,
        reward_parts=dict(attempt.reward.parts),
    )
