"""The verified queries of a connection as people look through them: searched, by state, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from datasources.models import Connection
from datasources.storable import storable
from learning.models import VerifiedQuery
from learning.verified import outdated

MAX_SEARCH = 200
State = VerifiedQuery.State
DOUBTED = "doubted"
"""In use because a curator wrote it, though its answer was found wrong since: `reason` says so."""
OUTDATED = "outdated"
"""In use, but a newer rule may have something against it: see `outdated`."""
_OF = {state: Q(state=state) for state in State.values} | {
    "": Q(),
    DOUBTED: Q(state=State.ACTIVE) & ~Q(reason=""),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """`search` stands in question or SQL, in any case; `state` is one of State, DOUBTED, OUTDATED, or empty for all."""

    search: str = ""
    state: str = ""

    @classmethod
    def of(cls, search: str, state: str) -> Wish:
        """As an address has it: what is no state is none."""
        return cls(storable(search).strip()[:MAX_SEARCH], state if state in {*_OF, OUTDATED} else "")

    def to_query(self) -> str:
        """For an address."""
        return urlencode({name: text for name, text in (("q", self.search), ("state", self.state)) if text})


def found(connection: Connection, wish: Wish, older: Collection[int] | None = None) -> QuerySet[VerifiedQuery]:
    """`older`: the ids of those that are older than a rule, where the caller knows them already."""
    # Of the answer nothing is asked but whose it is, and it may hold megabytes of rows.
    queries = _searched(connection, wish.search).select_related("created_by", "episode").defer("episode__result")
    if wish.state != OUTDATED:
        return queries.filter(_OF[wish.state])
    return queries.filter(pk__in=outdated.all_of(connection) if older is None else older)


def counts(connection: Connection, search: str, older: Collection[int]) -> dict[str, int]:
    """How many there are for each state that can be wished, of those that the search finds."""
    of = _OF | ({OUTDATED: Q(pk__in=older)} if search else {})
    found: dict[str, int] = _searched(connection, search).aggregate(
        **{f"of_{state}": Count("pk", filter=of_state) for state, of_state in of.items()}
    )
    return {OUTDATED: len(older)} | {state: found[f"of_{state}"] for state in of}


def _searched(connection: Connection, search: str) -> QuerySet[VerifiedQuery]:
    text = Q(question__icontains=search) | Q(follows__icontains=search) | Q(sql__icontains=search)
    return VerifiedQuery.objects.filter(text if search else Q(), connection=connection)
