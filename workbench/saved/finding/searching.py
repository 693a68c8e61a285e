"""One search over everything that one has asked and that the team has kept, the newest first.

Each word has to stand in the question, the name or the SQL, and so finds tables, too. There is no index of words: one's
own questions come by `episodes_of_person`, and are read until a page is full. Measured with 50,000 of one person's on
SQLite, in processor time: 25 ms for a word that many have, 150 ms for one that none has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from datasources.storable import storable
from learning.models import Episode, VerifiedQuery
from workbench.saved.finding import sources
from workbench.saved.models import SavedQuery

MAX_SEARCH = 200
MOST_WORDS = 8
A_PAGE, MOST = 30, 300
KINDS = {"": "Everything", "question": "Questions", "saved": "Saved", "verified": "Verified"}
WHOSE = {"": "Mine and the team's", "mine": "Mine", "team": "The team's"}
SINCE = {"": "Any time", "1": "Since yesterday", "7": "Last 7 days", "30": "Last 30 days", "365": "Last year"}


@dataclass(frozen=True, slots=True)
class Wish:
    """`since` is in days, empty for any time; `connection` is an id, empty for all; `most`: how many at most."""

    search: str = ""
    kind: str = ""
    whose: str = ""
    since: str = ""
    connection: str = ""
    most: int = A_PAGE

    @classmethod
    def of(cls, data: Any) -> Wish:
        """As an address has it: what makes no sense is as good as not said."""

        def one_of(name: str, known: Iterable[str]) -> str:
            text: str = data.get(name, "")
            return text if text in known else ""

        connection: str = data.get("connection", "")
        most: str = data.get("most", "")
        return cls(
            storable(data.get("q", "")).strip()[:MAX_SEARCH],
            one_of("kind", KINDS),
            one_of("whose", WHOSE),
            one_of("since", SINCE),
            connection if connection.isdecimal() and len(connection) < 10 else "",
            min(MOST, max(A_PAGE, int(most))) if most.isdecimal() and len(most) < 5 else A_PAGE,
        )

    @property
    def words(self) -> list[str]:
        return self.search.split()[:MOST_WORDS]

    @property
    def more(self) -> str:
        """The address with twice as many; empty where that is not offered."""
        if self.most >= MOST:
            return ""
        pairs = {"q": self.search, "kind": self.kind, "whose": self.whose, "since": self.since}
        pairs |= {"connection": self.connection, "most": str(min(MOST, self.most * 2))}
        return "?" + urlencode({name: text for name, text in pairs.items() if text})


@dataclass(frozen=True, slots=True)
class Hit:
    """`kind` in words; `whose` names who asked, saved or verified it, empty for oneself."""

    kind: str
    title: str
    sql: str
    at: datetime
    connection: str
    whose: str
    href: str


def search(user: User, wish: Wish) -> tuple[list[Hit], bool]:
    """What is found, and whether there is more of it."""
    hits: list[Hit] = []
    for look in _LOOKS[wish.kind]:
        hits += look(user, wish)
    hits.sort(key=attrgetter("at"), reverse=True)
    return hits[: wish.most], len(hits) > wish.most


def _questions(user: User, wish: Wish) -> list[Hit]:
    found: list[Episode] = []
    if wish.whose != "team":
        found += _latest(sources.own_questions(user), wish, ("question", "sql"), "started_at")
    if wish.whose != "mine":
        found += _latest(sources.shared_answers(user), wish, ("question", "sql"), "started_at")
    return [of_answer(user, episode) for episode in found]


def _saved(user: User, wish: Wish) -> list[Hit]:
    queries = sources.saved_queries(user)
    if wish.whose:
        queries = queries.filter(user=user) if wish.whose == "mine" else queries.filter(is_shared=True)
    found = _latest(queries, wish, ("name", "description", "question", "sql"), "updated_at")
    return [of_saved(user, query) for query in found]


def _verified(user: User, wish: Wish) -> list[Hit]:
    queries = sources.verified_queries(user)
    if wish.whose == "mine":
        queries = queries.filter(created_by=user)
    return [of_verified(user, query) for query in _latest(queries, wish, ("question", "sql"), "updated_at")]


def _latest(queries: QuerySet[Any], wish: Wish, fields: Iterable[str], at: str) -> list[Any]:
    """One more than is wished says that there are more."""
    for word in wish.words:
        any_field = Q()
        for field in fields:
            any_field |= Q(**{f"{field}__icontains": word})
        queries = queries.filter(any_field)
    if wish.connection:
        queries = queries.filter(connection=int(wish.connection))
    if wish.since:
        queries = queries.filter(**{f"{at}__gte": timezone.now() - timedelta(days=int(wish.since))})
    return list(queries.order_by(f"-{at}")[: wish.most + 1])


def of_answer(user: User, episode: Episode) -> Hit:
    is_mine = episode.user_id == user.pk
    kind = "Your question" if is_mine else "Shared answer"
    href = reverse("answer", args=[episode.pk])
    whose = "" if is_mine or not episode.user else str(episode.user)
    return Hit(kind, episode.question, episode.sql, episode.started_at, episode.connection.name, whose, href)


def of_saved(user: User, query: SavedQuery) -> Hit:
    whose = "" if query.is_of(user) or not query.user else str(query.user)
    href = reverse("saved_query", args=[query.pk])
    return Hit("Saved question", query.name, query.sql, query.updated_at, query.connection.name, whose, href)


def of_verified(user: User, query: VerifiedQuery) -> Hit:
    whose = "" if query.created_by_id == user.pk or not query.created_by else str(query.created_by)
    href = reverse("verified_query", args=[query.connection_id, query.pk])
    return Hit("Verified query", query.question, query.sql, query.updated_at, query.connection.name, whose, href)


_LOOKS: dict[str, tuple[Callable[[User, Wish], list[Hit]], ...]] = {
    "": (_questions, _saved, _verified),
    "question": (_questions,),
    "saved": (_saved,),
    "verified": (_verified,),
}
