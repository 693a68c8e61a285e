"""What changed, line by line: in the SQL of another answer, beside the one that was rejected; in the prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal
from uuid import UUID

from django.db.models import prefetch_related_objects
from sqlglot.errors import SqlglotError

from datasources import bounded_parsing
from datasources.models import Connection
from datasources.tables import Table
from learning.feedback.rejected import chain
from learning.models import Episode
from learning.results import from_json

_MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Line:
    kind: Literal["added", "removed", "kept"]
    text: str


@dataclass(frozen=True)
class Changes:
    lines: tuple[Line, ...]

    @property
    def added(self) -> int:
        return sum(line.kind == "added" for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind == "removed" for line in self.lines)


@dataclass(frozen=True)
class Earlier:
    """The answer that another one was asked for instead of."""

    id: str
    sql: str
    dialect: str
    table: Table | None


def earlier(episodes: Sequence[Episode]) -> dict[UUID, Earlier]:
    """By the ids of episodes of one connection, of those alone that are asked again for another answer.

    As many queries for many as for a few, but for those that follow one which found no answer.
    """
    again = [episode for episode in episodes if episode.retry_of_id]
    if not again:
        return {}
    prefetch_related_objects(again, "retry_of")
    dialect = Connection.objects.values_list("dialect", flat=True).get(pk=again[0].connection_id)
    return {episode.pk: _earlier(answer, dialect) for episode in again for answer in chain(episode, most=1)}


def _earlier(answer: Episode, dialect: str) -> Earlier:
    table = Table(from_json(answer.result)) if answer.result else None
    return Earlier(str(answer.pk), answer.sql, dialect, table)


@lru_cache(maxsize=32)
def changes(old: str, new: str, dialect: str) -> Changes:
    """Both statements are laid out alike first, so that only what they say differs."""
    return line_by_line(laid_out(old, dialect).splitlines(), laid_out(new, dialect).splitlines())


def line_by_line(before: Sequence[str], after: Sequence[str]) -> Changes:
    lines: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=_are_many(before, after))
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            lines += [Line("kept", text) for text in before[i:j]]
        else:
            lines += [Line("removed", text) for text in before[i:j]]
            lines += [Line("added", text) for text in after[k:m]]
    return Changes(tuple(lines))


def _are_many(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether there are so many pairs of equal lines that to look at each would take seconds."""
    ours, theirs = Counter(before), Counter(after)
    return sum(count * theirs[line] for line, count in ours.items()) > _MOST_PAIRS


def laid_out(sql: str, dialect: str) -> str:
    """A clause to a line; as it stands where it cannot be read."""
    tree = bounded_parsing.tree(sql, dialect) if len(sql) <= bounded_parsing.MAX_BYTES else None
    try:
        return tree.sql(dialect=dialect, pretty=True) if tree else sql
    except (SqlglotError, RecursionError):
        return sql
