"""What one person has said of answers, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from accounts.models import User
from agent.same_sql import same_query
from datasources.models import Connection
from learning.models import Episode, Remark, TeamLearning, Verdict, VerifiedQuery


class Verified(StrEnum):
    """What a Correct did: it made a verified query, put another in the place of one, confirmed one, or left one: a
    curator's, or one that more people stand by, or that was found right later."""

    NEW = "new"
    INSTEAD = "instead"
    CONFIRMED = "confirmed"
    CURATED = "curated"
    OTHER = "other"


@dataclass(frozen=True)
class Said:
    """`remarks` are those that were not taken back, oldest first; `field` is what can be said otherwise or once more.

    `accepts_remarks`: the team takes a remark as a rule without asking a curator.
    """

    is_right: bool | None = None
    verified: Verified | None = None
    remarks: tuple[Remark, ...] = ()
    field: str = ""
    accepts_remarks: bool = False

    @property
    def is_wrong(self) -> bool:
        return self.is_right is False

    @property
    def waits(self) -> bool:
        """Whether a remark that came with a Wrong can still be changed."""
        return any(_is_changeable(remark) for remark in self.remarks)


def of(connection: Connection, episodes: Sequence[Episode], user: User) -> dict[UUID, Said]:
    """What `user` says of answers of one connection, by their ids; of those alone of which something is said."""
    verdicts = dict(Verdict.objects.filter(episode__in=episodes, user=user).values_list("episode", "is_right"))
    remarks = _remarks(episodes, user)
    verified = _verified(connection, [episode for episode in episodes if verdicts.get(episode.pk)])
    accepts = TeamLearning.of(connection.team_id).accepts_remarks if verdicts else False
    return {
        answer: Said(
            verdicts.get(answer),
            verified.get(answer),
            tuple(remark for remark in remarks[answer] if not _was_taken_back(remark)),
            _field(remarks[answer]),
            accepts,
        )
        for answer in verdicts.keys() | remarks.keys()
    }


def _remarks(episodes: Sequence[Episode], user: User) -> defaultdict[UUID, list[Remark]]:
    given = Remark.objects.filter(episode__in=episodes, user=user).select_related("reviewer")
    found = defaultdict[UUID, list[Remark]](list)
    for remark in given.order_by("created_at", "pk"):
        if remark.episode_id:
            found[remark.episode_id].append(remark)
    return found


def _field(remarks: Iterable[Remark]) -> str:
    """The text that is offered: the one that waits, or the last one that was taken back."""
    mine = [remark for remark in remarks if remark.origin == Remark.Origin.VERDICT]
    last = mine[-1] if mine else None
    return last.text if last and (_is_changeable(last) or _was_taken_back(last)) else ""


def _is_changeable(remark: Remark) -> bool:
    return remark.state == Remark.State.PENDING and remark.origin == Remark.Origin.VERDICT


def _was_taken_back(remark: Remark) -> bool:
    return remark.state == Remark.State.WITHDRAWN and not remark.is_stopped


def _verified(connection: Connection, right: Sequence[Episode]) -> dict[UUID, Verified]:
    if not right:
        return {}
    known = defaultdict[str, list[VerifiedQuery]](list)
    for query in VerifiedQuery.objects.filter(connection=connection, key__in={episode.key for episode in right}):
        known[query.key].append(query)
    found = {episode.pk: _verified_by(episode, known[episode.key], connection.dialect) for episode in right}
    return {answer: verified for answer, verified in found.items() if verified}


def _verified_by(episode: Episode, known: Sequence[VerifiedQuery], dialect: str) -> Verified | None:
    active = next((query for query in known if query.state == VerifiedQuery.State.ACTIVE), None)
    if active is None:
        return None
    if active.episode_id == episode.pk and not active.is_curated:
        others = [query for query in known if not same_query(query.sql, active.sql, dialect)]
        return Verified.INSTEAD if others else Verified.NEW
    if same_query(active.sql, episode.sql, dialect):
        return Verified.CONFIRMED
    return Verified.CURATED if active.is_curated else Verified.OTHER
