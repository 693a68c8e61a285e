"""The answers that an episode is not to give again: those that it was asked for instead of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agent.rejection import Rejected
from learning.models import Episode, Remark
from learning.results import from_json

MOST = 5


def rejected_by(episode: Episode) -> list[Rejected]:
    """Oldest first; of a long chain the last few. What gave no answer is told where the person remarked on it."""
    told = ((each, _remark(each, episode)) for each in _before(episode))
    last = islice(((each, remark) for each, remark in told if remark or _answered(each)), MOST)
    return [
        Rejected(each.last_sql, from_json(each.result) if each.result else None, remark)
        for each, remark in reversed(list(last))
    ]


def chain(episode: Episode, most: int = MOST) -> list[Episode]:
    """The answers that `episode` was asked for instead of, the last one first."""
    return list(islice(filter(_answered, _before(episode)), most))


def _before(episode: Episode) -> Iterator[Episode]:
    seen = {episode.pk}
    while episode.retry_of and episode.retry_of_id not in seen:
        episode = episode.retry_of
        seen.add(episode.pk)
        yield episode


def _answered(episode: Episode) -> bool:
    return episode.status == Episode.Status.SUCCEEDED and bool(episode.sql)


def _remark(rejected: Episode, by: Episode) -> str:
    """What the person who asks says is wrong with it."""
    said = Remark.objects.filter(episode=rejected, user=by.user)
    counted = said.exclude(state__in=[Remark.State.REJECTED, Remark.State.WITHDRAWN])
    return counted.values_list("text", flat=True).first() or ""
