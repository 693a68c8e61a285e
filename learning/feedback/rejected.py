"""The answers that an episode is not to give again: those that it was asked for instead of."""

from __future__ import annotations

from agent.rejection import Rejected
from learning.models import Episode, Remark
from learning.results import from_json

MOST = 5


def rejected_by(episode: Episode) -> list[Rejected]:
    """Oldest first; of a long chain the last few. What gave no answer is none of them."""
    return [
        Rejected(each.sql, from_json(each.result) if each.result else None, _remark(each, episode))
        for each in reversed(chain(episode))
    ]


def chain(episode: Episode, most: int = MOST) -> list[Episode]:
    """The answers that `episode` was asked for instead of, the last one first."""
    found: list[Episode] = []
    seen = {episode.pk}
    while episode.retry_of and episode.retry_of_id not in seen and len(found) < most:
        episode = episode.retry_of
        seen.add(episode.pk)
        if episode.status == Episode.Status.SUCCEEDED and episode.sql:
            found.append(episode)
    return found


def _remark(rejected: Episode, by: Episode) -> str:
    """What the person who asks says is wrong with it."""
    said = Remark.objects.filter(episode=rejected, user=by.user)
    counted = said.exclude(state__in=[Remark.State.REJECTED, Remark.State.WITHDRAWN])
    return counted.values_list("text", flat=True).first() or ""
