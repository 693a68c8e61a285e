"""Where an answer comes from: a verified query, or a model that was shown some, or asked because a rule is newer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from datasources.models import Connection
from learning.models import Episode, Remark, VerifiedQuery


@dataclass(frozen=True, slots=True)
class Known:
    """A verified query as an answer names it; `by` is empty where the person is gone."""

    id: int
    question: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """`recalled`: the query whose SQL was the first attempt. `shown`: those shown to the model, best last.
    `held_back`: the query that was not recalled because of `newer_rule`. `by_program`: through what a program asked it,
    in words; empty where the person did.
    """

    connection: int
    dialect: str = ""
    recalled: Known | None = None
    shown: tuple[Known, ...] = ()
    held_back: Known | None = None
    newer_rule: str = ""
    by_program: str = ""


_BY_PROGRAM = {Episode.Source.API: "Asked by a program, through the API", Episode.Source.MCP: "Asked by an assistant"}


def of(episodes: Sequence[Episode]) -> dict[UUID, Provenance]:
    """By the episodes' ids, with two queries at most. What has been deleted since is left out."""
    named = ((episode.recalled_id, episode.held_back_id, *episode.examples) for episode in episodes)
    wanted = {pk for ids in named for pk in ids if pk}
    queries = VerifiedQuery.objects.filter(pk__in=wanted).select_related("created_by") if wanted else []
    known = {query.pk: _known(query) for query in queries}
    newer = {episode.newer_rule_id for episode in episodes if episode.newer_rule_id}
    rules = dict(Remark.objects.filter(pk__in=newer).values_list("pk", "rule")) if newer else {}
    theirs = {episode.connection_id for episode in episodes}
    dialects = dict(Connection.objects.filter(pk__in=theirs).values_list("pk", "dialect"))
    return {episode.pk: _provenance(episode, known, rules, dialects) for episode in episodes}


def _known(query: VerifiedQuery) -> Known:
    return Known(query.pk, query.question, str(query.created_by or ""), query.created_at)


def _provenance(
    episode: Episode, known: dict[int, Known], rules: dict[int, str], dialects: dict[int, str]
) -> Provenance:
    recalled = known.get(episode.recalled_id) if episode.recalled_id else None
    shown = tuple(known[pk] for pk in episode.examples if pk in known)
    held_back = known.get(episode.held_back_id) if episode.held_back_id else None
    newer_rule = rules.get(episode.newer_rule_id, "") if episode.newer_rule_id else ""
    dialect = dialects.get(episode.connection_id, "")
    by_program = _BY_PROGRAM.get(Episode.Source(episode.source), "")
    return Provenance(episode.connection_id, dialect, recalled, shown, held_back, newer_rule, by_program)
