"""Where a person may go from anywhere: databases and their tabs, conversations, verified queries, pages of teams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from accounts.models import Membership, User
from datasources.models import Connection
from learning.benchmark.suite import tab_name
from learning.models import Episode, VerifiedQuery

MOST_CONNECTIONS = 100
LATEST = 50
FOUND = 20
LONGEST = 120


@dataclass(frozen=True)
class Place:
    label: str
    kind: str
    href: str
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def places(user: User) -> list[Place]:
    """All that one goes to by its name; of conversations and queries the latest."""
    return [
        *_databases(user),
        *_conversations(user, "")[:LATEST],
        *_queries(user, "")[:LATEST],
        *_teams(user),
        *_own(user),
    ]


def found(user: User, search: str) -> list[Place]:
    """Also older conversations and queries."""
    return [*_conversations(user, search)[:FOUND], *_queries(user, search)[:FOUND]]


def _databases(user: User) -> Iterator[Place]:
    mine = Connection.objects.visible_to(user).select_related("team").defer("schema_snapshot").order_by("name", "pk")
    verified = VerifiedQuery.objects.active().filter(connection=OuterRef("pk"), follows="")
    for connection in mine.annotate(is_measured=Exists(verified))[:MOST_CONNECTIONS]:
        hint = connection.team.name
        yield Place(connection.name, "Database", reverse("ask", args=[connection.pk]), hint)
        for name, words in _tabs(connection):
            yield Place(f"{connection.name} · {words}", "Tab", reverse(name, args=[connection.pk]), hint)


def _tabs(connection: Any) -> list[tuple[str, str]]:
    measured = [("benchmark", tab_name(connection))] if connection.is_sample or connection.is_measured else []
    return [
        ("diagram", "ER diagram"),
        ("data", "Data"),
        ("learning", "Learning"),
        ("verified_queries", "Verified queries"),
        ("remarks", "Remarks"),
        ("generations", "Prompt"),
        *measured,
        ("connection", "Settings"),
    ]


def _conversations(user: User, search: str) -> list[Place]:
    """They are of a room beside this one, which a user's own are known by their name of."""
    mine = user.conversations.filter(connection__in=Connection.objects.visible_to(user))
    asked = Episode.objects.filter(turn__conversation=OuterRef("pk"))
    mine = mine.filter(Exists(asked))
    if search:
        mine = mine.filter(Q(title__icontains=search) | Exists(asked.filter(question__icontains=search)))
    rows = mine.annotate(place=F("connection__name")).order_by("-updated_at").values("pk", "title", "place")[:LATEST]
    return [
        Place(row["title"] or "New question", "Conversation", reverse("conversation", args=[row["pk"]]), row["place"])
        for row in rows
    ]


def _queries(user: User, search: str) -> list[Place]:
    mine = VerifiedQuery.objects.visible_to(user).active()
    if search:
        mine = mine.filter(Q(question__icontains=search) | Q(sql__icontains=search))
    rows = mine.order_by("-updated_at").values("pk", "question", "connection_id", "connection__name")[:LATEST]
    return [
        Place(
            row["question"][:LONGEST],
            "Verified query",
            reverse("verified_query", args=[row["connection_id"], row["pk"]]),
            row["connection__name"],
        )
        for row in rows
    ]


def _teams(user: User) -> Iterator[Place]:
    for membership in user.memberships.select_related("team").order_by("team__name"):
        team, role = membership.team, Membership.Role(membership.role)
        pages = [
            ("team", "People"),
            ("connections", "Databases"),
            ("team_model", "Model"),
            ("team_learning", "Learning"),
        ]
        if role.may_manage:
            pages += [("connect", "Connect a database"), ("team_usage", "Usage"), ("audit", "Audit")]
        for name, words in pages:
            yield Place(f"{team.name} · {words}", "Team", reverse(name, args=[team.pk]))


def _own(user: User) -> Iterator[Place]:
    pages = [("home", "New question"), ("account", "Account, times and numbers"), ("tokens", "API tokens")]
    pages += [("teams", "All teams"), ("conversations", "All conversations"), ("env_docs", "For agents")]
    if user.is_staff:
        pages.append(("admin:index", "Admin"))
    for name, words in pages:
        yield Place(words, "Page", reverse(name))
