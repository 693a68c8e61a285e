"""Questions that an optimization measures by, as people are shown them.

What somebody asked in a conversation is theirs: who may not curate is told that there was a question, and not which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from datasources.models import Connection
from learning.benchmark.suite import VERIFIED
from learning.benchmark.tasks import built_in
from learning.models import VerifiedQuery
from learning.optimizing.data import Example, Part

PRIVATE = "A question that somebody asked"
UNKNOWN = "A question that is no longer known"
_PARTS = {Part.TRAIN: "learned from", Part.SEARCH: "searched by", Part.HELD: "held back"}


@dataclass(frozen=True, slots=True)
class Question:
    """`query` is the id of its verified query; `is_gone`: it had one that is there no more."""

    id: str
    text: str
    query: int | None = None
    is_gone: bool = False

    @property
    def is_verified(self) -> bool:
        return self.id.startswith(f"{VERIFIED}-")


class Questions:
    """`told`: what they were when they were asked, by their ids."""

    def __init__(self, connection: Connection, role: Membership.Role, ids: Iterable[str], told: Mapping[str, str]):
        self._is_curated = role.may_curate
        self._told = told
        self._queries = _queries(connection, ids)

    def of(self, id_: str) -> Question:
        query = _query_of(id_)
        if query is None:
            return Question(id_, self._text(id_))
        text = self._queries.get(query)
        if text is None:
            return Question(id_, self._told.get(id_, UNKNOWN), is_gone=True)
        return Question(id_, text, query)

    def _text(self, id_: str) -> str:
        if id_.startswith("episode-"):
            return self._told.get(id_, UNKNOWN) if self._is_curated else PRIVATE
        return self._told.get(id_) or next((task.question for task in built_in() if task.id == id_), UNKNOWN)


def texts_of(examples: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Questions by their ids, of examples as an optimization has stored them."""
    return {str(example["id"]): str(example["question"]) for example in examples}


def part_words(example: Example) -> str:
    return _PARTS[Part(example.part)]


def _queries(connection: Connection, ids: Iterable[str]) -> dict[int, str]:
    wanted = [query for id_ in ids if (query := _query_of(id_)) is not None]
    found = VerifiedQuery.objects.filter(connection=connection, pk__in=wanted)
    return dict(found.values_list("pk", "question"))


def _query_of(id_: str) -> int | None:
    kind, _, number = id_.partition("-")
    return int(number) if kind == VERIFIED and number.isdecimal() else None
