"""What people say, all verdicts on a question taken together, of each SQL that answered it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.same_sql import normal
from datasources.models import Connection
from learning.models import Episode, Verdict
from learning.verified.keys import follows_of


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one SQL, however it is written: how many people found answers of it right and wrong; `latest` is the last
    that found one right. Of the answers that are found right, the last was asked at `asked_at`."""

    right: int
    wrong: int
    latest: Verdict | None
    asked_at: datetime | None = None

    @property
    def lead(self) -> int:
        """How many more people find it right than wrong."""
        return self.right - self.wrong

    @property
    def is_right(self) -> bool:
        return self.lead > 0

    @property
    def is_wrong(self) -> bool:
        """Also when as many find it right: what is in doubt is not answered without being asked for."""
        return self.wrong > 0 and self.wrong >= self.right


def follows(episode: Episode) -> str:
    """The question before it in that verified query."""
    known = episode.verified_query
    return known.follows if known else follows_of(episode.question, episode.follows)


def on(connection: Connection, question_key: str) -> dict[str, Opinion]:
    """By the normal form of the SQL."""
    said: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in _verdicts(connection, question_key):
        said[normal(verdict.episode.sql, connection.dialect)].append(verdict)
    return {sql: _opinion(verdicts) for sql, verdicts in said.items()}


def of_sql(sql: str, said: dict[str, Opinion], connection: Connection) -> Opinion:
    return said.get(normal(sql, connection.dialect), Opinion(0, 0, None))


def best(opinions: Iterable[Opinion]) -> Opinion | None:
    """Of those that most people stand by the one that was found right last; none where none is found right."""
    found = [(one.lead, one.latest.given_at, one) for one in opinions if one.is_right and one.latest]
    return max(found, key=lambda each: each[:2])[2] if found else None


def _verdicts(connection: Connection, question_key: str) -> Iterator[Verdict]:
    """The oldest first."""
    found = Verdict.objects.filter(episode__connection=connection, episode__key=question_key)
    # Not joined with the connection, which is at hand: SQLite would begin with all of its answers then.
    for verdict in found.select_related("episode", "user").defer("episode__result"):
        verdict.episode.connection = connection
        yield verdict


def _opinion(verdicts: list[Verdict]) -> Opinion:
    """A person who said it of several answers counts once, with what was said last."""
    people = {verdict.user_id: verdict for verdict in verdicts}
    right = [verdict for verdict in people.values() if verdict.is_right]
    latest = max(right, key=lambda v: v.given_at, default=None)
    asked_at = max((verdict.episode.started_at for verdict in right), default=None)
    return Opinion(len(right), len(people) - len(right), latest, asked_at)
