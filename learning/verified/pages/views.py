"""The verified queries of a connection, for everybody of its team."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from learning.models import Episode, Remark, VerifiedQuery
from learning.verified import checking, listing, outdated
from learning.verified.listing import Wish
from learning.verified.outdated import Newer
from learning.verified.pages.requests import get_query

A_PAGE = 25


@dataclass(frozen=True, slots=True)
class FilterLink:
    label: str
    queries: int
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A query of the list; `recalls`: how often its SQL was the answer at once. With `newer_rules` it is not, any more:
    `version` names what is looked at then."""

    query: VerifiedQuery
    recalls: int
    newer_rules: tuple[Remark, ...] = ()
    version: str = ""


@require_GET
def verified_queries(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    checking.enqueue(connection)
    wish, older = wish_of(request), outdated.all_of(connection)
    page = Paginator(listing.found(connection, wish, older), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "role": role,
        "page": page,
        "lines": _lines(page, older),
        "wish": wish,
        "filters": _filters(connection, wish, older),
        "has_any": bool(page.paginator.count) or connection.verified_queries.exists(),
    }
    return render(request, "learning/verified.html", context)


@require_GET
def verified_query(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    query, role = get_query(request, connection_id, query_id)
    return render(request, "learning/verified_query.html", about(request, query) | {"role": role})


def about(request: UserRequest, query: VerifiedQuery) -> dict[str, object]:
    """What the page of a query shows of it. Answers are private: only one's own is linked."""
    newer_rules = outdated.newer_rules(query.connection, [query]).get(query.pk, ())
    return {
        "connection": query.connection,
        "query": query,
        "newer_rules": newer_rules,
        "version": outdated.version(query, newer_rules),
        "recalls": query.recalls.count(),
        "corrections": list(query.corrections.select_related("user", "remark")),
        "is_own_answer": query.episode is not None and query.episode.user_id == request.user.pk,
    }


def wish_of(request: UserRequest) -> Wish:
    return Wish.of(request.GET.get("q", ""), request.GET.get("state", ""))


def _lines(page: Page[VerifiedQuery], older: Newer) -> list[Line]:
    recalled = Episode.objects.filter(recalled__in=[query.pk for query in page])
    counts = dict(recalled.values_list("recalled").annotate(Count("pk")))
    return [_line(query, counts.get(query.pk, 0), older.get(query.pk, ())) for query in page]


def _line(query: VerifiedQuery, recalls: int, newer_rules: tuple[Remark, ...]) -> Line:
    return Line(query, recalls, newer_rules, outdated.version(query, newer_rules) if newer_rules else "")


def _filters(connection: Connection, wish: Wish, older: Newer) -> list[FilterLink]:
    """In doubt, and older than a rule, only where something is."""
    counts = listing.counts(connection, wish.search, older)
    labels = {"": "All", **dict(VerifiedQuery.State.choices)}
    rare = {listing.DOUBTED: "In doubt", listing.OUTDATED: "Older than a rule"}
    labels |= {state: label for state, label in rare.items() if counts[state] or wish.state == state}
    return [
        FilterLink(label, counts[state], "?" + replace(wish, state=state).to_query(), state == wish.state)
        for state, label in labels.items()
    ]
