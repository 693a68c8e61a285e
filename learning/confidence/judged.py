"""How many answers of each group people found right on a connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from learning.confidence.levels import Counts
from learning.confidence.prior import shipped
from learning.confidence.signals import PICKED, Signals
from learning.models import Episode, Verdict

LATEST = 500
"""Verdicts that count, the newest: what a connection's answers are like changes with its model and its prompt."""
FRESH = 60
"""Seconds for which what was counted is kept, if nobody gives a verdict meanwhile."""
_FEW = 2_000
"""Questions of a connection: of more, it is quicker to look at verdicts by time, and whether they are its own."""


def counts(connection_id: int) -> Mapping[str, Counts]:
    """By the group; kept for a while."""
    kept = cache.get(_key(connection_id))
    if kept is None:
        kept = _counted(connection_id)
        cache.set(_key(connection_id), kept, FRESH)
    return {group: Counts(right, of) for group, (right, of) in kept.items()}


def forget(connection_id: int) -> None:
    """A verdict has been given, which counts from when it is stored."""
    transaction.on_commit(lambda: cache.delete(_key(connection_id)), robust=True)


def _counted(connection_id: int) -> dict[str, list[int]]:
    """Of each answer the majority's verdict; what is even does not count. Groups are made anew, as the model of today
    makes them."""
    prior, found = shipped(), defaultdict[str, list[int]](lambda: [0, 0])
    balances = _balances(connection_id)
    for episode, signals in _told(balances):
        if balances[episode]:
            group = found[prior.group(Signals.of(signals))]
            # Of what somebody picked instead, this is not the verdict: what was reckoned with was not wanted.
            group[0] += balances[episode] > 0 and not signals.get(PICKED)
            group[1] += 1
    return dict(found)


def _balances(connection_id: int) -> dict[UUID, int]:
    """Of the answers that were judged last, how many more people found them right than wrong."""
    mine = Episode.objects.filter(connection=connection_id)
    are_few = not mine.order_by().values_list("pk")[_FEW : _FEW + 1]
    of_mine = Q(episode__in=mine.values("pk")) if are_few else Q(Exists(mine.filter(pk=OuterRef("episode"))))
    latest = Verdict.objects.filter(of_mine).order_by("-given_at").values_list("episode", "is_right")[:LATEST]
    found = defaultdict[UUID, int](int)
    for episode, is_right in latest:
        found[episode] += 1 if is_right else -1
    return found


def _told(episodes: Collection[UUID]) -> Iterable[tuple[UUID, dict[str, Any]]]:
    """The signals of those that people were told a confidence of."""
    told = Episode.objects.of_people().filter(pk__in=list(episodes), confidence__isnull=False)
    return told.values_list("pk", "signals")


def _key(connection_id: int) -> str:
    return f"confidence-{shipped().fitted.at}-{shipped().fitted.questions}-{connection_id}"
