"""How sure an answer is, and the two readings that its person is asked to choose from where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from agent.explanation import explain
from agent.explanation.difference import difference
from datasources.tables import Table
from learning.confidence import assurance
from learning.confidence.assurance import Assurance
from learning.feedback import choice
from learning.feedback.picking import Pick
from learning.models import Episode
from learning.results import head

ROWS = 5
"""Of each reading, to choose by."""


@dataclass(frozen=True)
class Side:
    """One of two readings: its first rows as `table`, of so many as `rows` says, or more where it `is_cut`."""

    pick: Pick
    name: str
    sql: str
    explanation: str
    table: Table
    rows: int
    is_cut: bool

    @classmethod
    def of(cls, pick: Pick, name: str, side: choice.Side, dialect: str) -> Side:
        table = Table.from_result(head(side.result, ROWS))
        told = explain(side.sql, dialect)
        return cls(pick, name, side.sql, told, table, len(side.result.rows), side.result.truncated)

    @property
    def has_more(self) -> bool:
        return self.is_cut or self.rows > ROWS


@dataclass(frozen=True)
class Choice:
    sides: tuple[Side, Side]
    difference: str


@dataclass(frozen=True)
class Weighed:
    """`is_picked`: the person has put another reading in the place of the agent's own, of which nothing is reckoned."""

    assurance: Assurance | None = None
    found: choice.Choice | None = None
    is_picked: bool = False
    dialect: str = ""

    @cached_property
    def choice(self) -> Choice | None:
        """Worked out only where it is shown."""
        if self.found is None:
            return None
        this, other = self.found.this, self.found.other
        sides = (
            Side.of(Pick.THIS, "The first reading", this, self.dialect),
            Side.of(Pick.OTHER, "The second reading", other, self.dialect),
        )
        return Choice(sides, difference(this.sql, other.sql, self.dialect))


def of(episodes: Sequence[Episode], dialects: Mapping[UUID, str]) -> dict[UUID, Weighed]:
    """Of episodes of one connection, by their ids; of those alone that were reckoned with."""
    told = assurance.of(episodes)
    return {
        episode.pk: Weighed(
            told.get(episode.pk), choice.of(episode), choice.is_picked(episode), dialects.get(episode.pk, "")
        )
        for episode in episodes
        if episode.confidence is not None
    }


def at_the_end(episode_id: UUID) -> Weighed:
    """Of an answer that has just been recorded."""
    episode = Episode.objects.select_related("connection").defer("connection__schema_snapshot").get(pk=episode_id)
    return of([episode], {episode_id: episode.connection.dialect}).get(episode_id, Weighed())
