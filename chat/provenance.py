"""Where an answer comes from: a verified query, or a model that was shown some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from learning.models import Episode, VerifiedQuery


@dataclass(frozen=True, slots=True)
class Known:
    """A verified query as an answer names it; `by` is empty where the person is gone."""

    id: int
    question: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """`recalled`: the query whose SQL was the first attempt. `shown`: those shown to the model, best last."""

    connection: int
    recalled: Known | None = None
    shown: tuple[Known, ...] = ()


def of(episodes: Sequence[Episode]) -> dict[UUID, Provenance]:
    """By the episodes' ids, with one query at most. What has been deleted since is left out."""
    wanted = {pk for episode in episodes for pk in (episode.recalled_id, *episode.examples) if pk}
    queries = VerifiedQuery.objects.filter(pk__in=wanted).select_related("created_by") if wanted else []
    known = {query.pk: _known(query) for query in queries}
    return {episode.pk: _provenance(episode, known) for episode in episodes}


def _known(query: VerifiedQuery) -> Known:
    return Known(query.pk, query.question, str(query.created_by or ""), query.created_at)


def _provenance(episode: Episode, known: dict[int, Known]) -> Provenance:
    recalled = known.get(episode.recalled_id) if episode.recalled_id else None
    shown = tuple(known[pk] for pk in episode.examples if pk in known)
    return Provenance(episode.connection_id, recalled, shown)
