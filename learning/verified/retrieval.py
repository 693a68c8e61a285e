"""Which verified queries are like a question: by BM25 over pieces of words, in this process.

Pieces of 3 to 5 characters find `cancelled` by `cancellation`, and need no list of stop words or endings for any
language. Measured on 85 questions (how much the SQL of the nearest four has in common with the question's own): 0.338,
where chance gives 0.198 and the best choice there is 0.427; embeddings of words are no better there, and weigh 65 MB.

There is no floor: questions that have nothing in common show a small model how this database is asked, too. Measured
with the embedded 1.5B model on 30 questions, right at the first attempt: 12 without examples, 20 with any four of the
same database, 22 with the nearest four.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import bm25s
from django.db.models import Count, Max, Q

from agent.prompt import Example
from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import follows_of, key_of, normal

SHOWN = 4
CONSIDERED = 2000
"""Of more verified queries than that, those that were changed last: to read them takes 0.2 s after each change (and a
question then under a millisecond), while the conversation is locked that the question is asked in."""

_PIECES = (3, 4, 5)
_WORD = re.compile(r"\w+")
# How much a long question is held against it, found by the measurement above.
_LENGTH_COUNTS = 0.9
_MOST_AT_HAND = 8

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to tell each step


def similar(connection: Connection, question: str, follows: str = "", limit: int = SHOWN) -> list[VerifiedQuery]:
    """The active verified queries of the connection that are most like a question asked after `follows`, the most
    similar last; never one of the very same question, nor two with the same SQL."""
    index = _index_of(connection)
    same = {key_of(question), key_of(question, follows)}
    asked = Example(question, "", follows_of(question, follows))
    found = index.best(asked, limit, without={at for at, key in enumerate(index.keys) if key in same})
    active = VerifiedQuery.objects.active().in_bulk([index.ids[at] for at in found])
    return [active[index.ids[at]] for at in found if index.ids[at] in active]


def nearest(question: str, known: Sequence[Example], limit: int = SHOWN) -> list[Example]:
    """Those of `known` that are most like the question, the most similar last; never the very same question, nor two
    with the same SQL."""
    same = {at for at, example in enumerate(known) if normal(example.question) == normal(question)}
    return [known[at] for at in _Index(known).best(Example(question, ""), limit, without=same)]


class _Index:
    """Examples, ready to be compared with questions. `ids` and `keys` are those of stored ones."""

    def __init__(self, known: Sequence[Example], ids: Sequence[int] = (), keys: Sequence[str] = ()) -> None:
        self.ids, self.keys = ids, keys
        self._sql = [" ".join(example.sql.split()).rstrip("; ") for example in known]
        self._ranking = bm25s.BM25(b=_LENGTH_COUNTS)
        pieces = [_pieces(example) for example in known]
        self._is_empty = not any(pieces)
        if not self._is_empty:
            self._ranking.index(pieces, show_progress=False)

    def best(self, asked: Example, limit: int, without: set[int]) -> list[int]:
        """The places of the most similar ones, the best last; where nothing is similar, of the first ones."""
        kept: list[int] = []
        seen: set[str] = set()
        for at in self._ranked(asked):
            if len(kept) == limit:
                break
            if at not in without and self._sql[at] not in seen:
                kept.append(at)
                seen.add(self._sql[at])
        return kept[::-1]

    def _ranked(self, asked: Example) -> list[int]:
        """Best first."""
        pieces = _pieces(asked)
        if self._is_empty or not pieces:
            return list(range(len(self._sql)))
        scores = self._ranking.get_scores(pieces)
        return [int(at) for at in (-scores).argsort(kind="stable")]


def _pieces(example: Example) -> list[str]:
    words = [f" {word} " for word in _WORD.findall(f"{example.follows} {example.question}".casefold())]
    return [word[at : at + size] for word in words for size in _PIECES for at in range(len(word) - size + 1)]


_Stamp = dict[str, Any]
"""Says whether an index is still of what is stored, also when another process has changed it."""

_at_hand: OrderedDict[int, tuple[_Stamp, _Index]] = OrderedDict()
_lock = threading.Lock()


def _index_of(connection: Connection) -> _Index:
    stamp = _stamp(connection)
    with _lock:
        known = _at_hand.get(connection.pk)
        if known and known[0] == stamp:
            _at_hand.move_to_end(connection.pk)
            return known[1]
    index = _read(connection)
    with _lock:
        _at_hand[connection.pk] = (stamp, index)
        while len(_at_hand) > _MOST_AT_HAND:
            _at_hand.popitem(last=False)
    return index


def _stamp(connection: Connection) -> _Stamp:
    queries = VerifiedQuery.objects.filter(connection=connection)
    active = Count("pk", filter=Q(state=VerifiedQuery.State.ACTIVE))
    return queries.aggregate(changed_at=Max("updated_at"), all=Count("pk"), active=active)


def _read(connection: Connection) -> _Index:
    latest = VerifiedQuery.objects.active().filter(connection=connection).order_by("-updated_at", "-pk")[:CONSIDERED]
    rows = list(latest.values_list("pk", "key", "question", "sql", "follows"))
    known = [Example(question, sql, follows) for _, _, question, sql, follows in rows]
    return _Index(known, [pk for pk, *_ in rows], [key for _, key, *_ in rows])
