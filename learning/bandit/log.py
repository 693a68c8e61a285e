"""The log: which repair was chosen, why and with what probability, and what came of it. Rows are only ever appended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import Sum

from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.policy import Decision
from agent.repairs import Strategy
from learning.bandit import arms
from learning.bandit.arms import Scope
from learning.bandit.sums import Seen, Sums, dense, sparse
from learning.models import BanditDecision, BanditLesson, Episode
from learning.models.bandit import BanditDecisionQuerySet

Kind = BanditLesson.Kind


@transaction.atomic
def append(episode: Episode, attempts: Sequence[Attempt]) -> None:
    """Keep what was decided in an episode that has ended, and add what came of it to the sums.

    Called with the episode locked: nobody can judge an answer whose decisions are not there yet. A decision is left
    out where nothing is known of what it was worth: the attempt was stopped, or the endpoint broke off. One that is
    there already stays as it is.
    """
    known = set(episode.decisions.values_list("attempt", flat=True))
    new = [attempt for attempt in attempts if _has_taught(attempt) and attempt.number not in known]
    if not new:
        return
    arms.lock()
    decisions = BanditDecision.objects.bulk_create(
        _decision(episode, attempt, attempt.decision, attempts[attempt.number - 2].failure)
        for attempt in new
        if attempt.decision
    )
    pairs = zip(decisions, new, strict=True)
    BanditLesson.objects.bulk_create(lesson for decision, attempt in pairs for lesson in _lessons(decision, attempt))
    appended = BanditDecision.objects.filter(pk__in=[decision.pk for decision in decisions])
    _add(episode, Sums.of(seen(appended.counting())))


@transaction.atomic
def correct(episode: Episode, rewards: Mapping[int, float], kind: Kind) -> None:
    """The attempts, by number, are worth so much now: append what their decisions earned more or less than was known.

    Called with the episode locked. Attempts without a decision are passed over; what is known already changes nothing.
    """
    arms.lock()
    decisions = BanditDecision.objects.filter(episode=episode, attempt__in=rewards)
    earned = decisions.annotate(earned=Sum("lessons__amount")).values_list("pk", "attempt", "earned")
    more = {pk: round(rewards[attempt] - known, 6) for pk, attempt, known in earned}
    BanditLesson.objects.bulk_create(
        BanditLesson(decision_id=pk, kind=kind, amount=amount, parts={str(kind): amount})
        for pk, amount in more.items()
        if amount
    )
    counting = decisions.counting().values_list("pk", "strategy", "context")
    _add(episode, Sums.of(Seen(Strategy(strategy), dense(context), more[pk], 0) for pk, strategy, context in counting))


def seen(decisions: BanditDecisionQuerySet) -> Iterator[Seen]:
    """What a bandit has seen by these decisions and all of their lessons."""
    return (seen for _, seen in seen_by(decisions))


def seen_by(decisions: BanditDecisionQuerySet) -> Iterator[tuple[Scope, Seen]]:
    """The same, with where and by whom."""
    columns = ("connection_id", "user_id", "strategy", "context", "earned")
    rows = decisions.order_by().annotate(earned=Sum("lessons__amount")).values_list(*columns)
    for connection, user, strategy, context, earned in rows.iterator(chunk_size=2000):
        yield Scope(connection, user), Seen(Strategy(strategy), dense(context), earned)


def _add(episode: Episode, sums: Sums) -> None:
    arms.add(arms.scopes_of(episode.connection_id, _whose(episode)), sums)


def _whose(episode: Episode) -> int | None:
    """What an agent tries, with whosever token, is no experience with that person's questions."""
    return None if episode.is_of_agent else episode.user_id


def _has_taught(attempt: Attempt) -> bool:
    return attempt.decision is not None and not attempt.spoiled and bool(attempt.reward.parts)


def _decision(episode: Episode, attempt: Attempt, made: Decision, error_class: ErrorClass) -> BanditDecision:
    return BanditDecision(
        connection_id=episode.connection_id,
        user_id=_whose(episode),
        by_agent=episode.is_of_agent,
        episode=episode,
        attempt=attempt.number,
        error_class=error_class,
        context=sparse(made.vector),
        scores=dict(made.scores),
        strategy=made.strategy,
        propensity=made.propensity,
        exploration=made.exploration,
        alpha=made.alpha,
        at=attempt.started_at,
    )


def _lessons(decision: BanditDecision, attempt: Attempt) -> Iterator[BanditLesson]:
    reward = attempt.reward
    first = reward.without("hindsight")
    yield BanditLesson(decision=decision, kind=Kind.ATTEMPT, amount=first.total, parts=dict(first.parts))
    if "hindsight" in reward.parts:
        amount = round(reward.total - first.total, 6)
        yield BanditLesson(decision=decision, kind=Kind.HINDSIGHT, amount=amount, parts={"hindsight": amount})
