"""The verified queries of a connection as people look through them: searched, by state, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from datasources.models import Connection
from learning.models import VerifiedQuery

MAX_SEARCH = 200
State = VerifiedQuery.State


@dataclass(frozen=True, slots=True)
class Wish:
    """`search` stands in question or SQL, in any case; an empty `state` is every one."""

    search: str = ""
    state: str = ""

    @classmethod
    def of(cls, search: str, state: str) -> Wish:
        """As an address has it: what is no state is none."""
        return cls(search.strip().replace("\0", "")[:MAX_SEARCH], state if state in State.values else "")

    def to_query(self) -> str:
        """For an address."""
        return urlencode({name: text for name, text in (("q", self.search), ("state", self.state)) if text})


def found(connection: Connection, wish: Wish) -> QuerySet[VerifiedQuery]:
    of_state = Q(state=wish.state) if wish.state else Q()
    # Of the answer nothing is asked but whose it is, and it may hold megabytes of rows.
    queries = _searched(connection, wish.search).select_related("created_by", "episode").defer("episode__result")
    return queries.filter(of_state)


def counts(connection: Connection, search: str) -> dict[str, int]:
    """How many are in each state, of those that the search finds."""
    by_state = _searched(connection, search).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(by_state)


def _searched(connection: Connection, search: str) -> QuerySet[VerifiedQuery]:
    text = Q(question__icontains=search) | Q(follows__icontains=search) | Q(sql__icontains=search)
    return VerifiedQuery.objects.filter(text if search else Q(), connection=connection)
