"""What was asked before and is like what is being typed: offered while one types, and never more than that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import User
from datasources.models import Connection
from learning.verified.keys import normal
from workbench.saved.finding import sources
from workbench.saved.finding.searching import Hit, of_answer, of_saved, of_verified

OFFERED = 3
ENOUGH_ALIKE = 0.6
_CANDIDATES = 200
_LOOKED_THROUGH = 5_000
"""Of each kind, the newest."""
_LONGEST = 1_000
_MOST_STEMS = 12
_STEM = 5
_WORD = re.compile(r"\w{3,}")
_T = TypeVar("_T", bound=Model)
# fmt: off
_EMPTY_WORDS = frozenset({
    "all", "and", "any", "are", "but", "did", "does", "each", "every", "find", "for", "from", "get", "give", "had",
    "has", "have", "how", "into", "its", "list", "many", "much", "our", "per", "show", "that", "the", "their",
    "there", "these", "they", "this", "those", "was", "were", "what", "when", "where", "which", "who", "whose",
    "will", "with", "you",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class _Like:
    likeness: float
    rank: int
    hit: Hit


def like(connection: Connection, user: User, typed: str) -> list[Hit]:
    """The most alike first; of the same question the one that can be relied on most."""
    stems = stems_of(typed)
    if len(stems) < 2:
        return []
    found = [
        _Like(likeness, rank, hit)
        for rank, hits in enumerate(_candidates(connection, user, stems))
        for hit in hits
        if (likeness := alike(stems, stems_of(hit.title))) >= ENOUGH_ALIKE
    ]
    found.sort(key=lambda each: (-each.likeness, each.rank, -each.hit.at.timestamp()))
    once: dict[str, Hit] = {}
    for each in found:
        once.setdefault(normal(each.hit.title), each.hit)
    return list(once.values())[:OFFERED]


def stems_of(text: str) -> frozenset[str]:
    """The beginnings of its words, without those that say nothing."""
    words = (word for word in _WORD.findall(text[:_LONGEST].casefold()) if word not in _EMPTY_WORDS)
    return frozenset(word[:_STEM] for word in words)


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's: twice what they share, by all that they have."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _candidates(connection: Connection, user: User, stems: frozenset[str]) -> list[list[Hit]]:
    """By how far each can be relied on: verified, saved, shared, one's own."""
    longest = sorted(stems, key=len, reverse=True)[:_MOST_STEMS]
    verified = _some(sources.verified_queries(user), connection, longest, "question", "updated_at")
    saved = _some(sources.saved_queries(user), connection, longest, "name", "updated_at")
    shared = _some(sources.shared_answers(user), connection, longest, "question", "started_at")
    own = _some(sources.own_questions(user).filter(status="succeeded"), connection, longest, "question", "started_at")
    return [
        [of_verified(user, query) for query in verified],
        [of_saved(user, query) for query in saved],
        [of_answer(user, episode) for episode in shared],
        [of_answer(user, episode) for episode in own],
    ]


def _some(queries: QuerySet[_T], connection: Connection, stems: Sequence[str], field: str, at: str) -> list[_T]:
    """The newest that have one of the words."""
    any_stem = Q()
    for stem in stems:
        any_stem |= Q(**{f"{field}__icontains": stem})
    newest = queries.filter(connection=connection).order_by(f"-{at}").values("pk")[:_LOOKED_THROUGH]
    return list(queries.filter(any_stem, pk__in=newest).order_by(f"-{at}")[:_CANDIDATES])
