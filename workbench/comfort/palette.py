"""Where a person may go from anywhere: databases and their tabs, conversations, queries, boards, pages of teams."""

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
from workbench.models import Board, SavedQuery

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
        *_saved(user, "")[:LATEST],
        *_boards(user, "")[:LATEST],
        *_teams(user),
        *_own(user),
    ]


def found(user: User, search: str) -> list[Place]:
    """Also those that are older."""
    kinds = (_conversations, _queries, _saved, _boards)
    return [place for kind in kinds for place in kind(user, search)[:FOUND]]


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
        ("sql", "SQL"),
        ("saved_queries", "Saved questions"),
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


def _saved(user: User, search: str) -> list[Place]:
    mine = SavedQuery.objects.visible_to(user).kept()
    if search:
        mine = mine.filter(Q(name__icontains=search) | Q(sql__icontains=search))
    rows = mine.order_by("-updated_at").values_list("pk", "name", "connection__name")[:LATEST]
    return [Place(name, "Saved question", reverse("saved_query", args=[pk]), place) for pk, name, place in rows]


def _boards(user: User, search: str) -> list[Place]:
    mine = Board.objects.visible_to(user).filter(name__icontains=search)
    rows = mine.order_by("name", "pk").values_list("pk", "name", "team__name")[:LATEST]
    return [Place(name, "Board", reverse("board", args=[pk]), team) for pk, name, team in rows]


def _teams(user: User) -> Iterator[Place]:
    for membership in user.memberships.select_related("team").order_by("team__name"):
        team, role = membership.team, Membership.Role(membership.role)
        pages = [
            ("team", "People"),
            ("connections", "Databases"),
            ("team_saved", "Saved questions"),
            ("team_boards", "Boards"),
            ("team_shared", "Shared"),
            ("team_model", "Model"),
            ("team_learning", "Learning"),
        ]
        if role.may_manage:
            pages += [("connect", "Connect a database"), ("team_usage", "Usage"), ("audit", "Audit")]
        for name, words in pages:
            yield Place(f"{team.name} · {words}", "Team", reverse(name, args=[team.pk]))


def _own(user: User) -> Iterator[Place]:
    pages = [("home", "New question"), ("account", "Account, times and numbers"), ("tokens", "API tokens")]
    pages += [("teams", "All teams"), ("conversations", "All conversations"), ("find", "Find")]
    pages += [("api_docs", "API of your own tools"), ("env_docs", "For agents")]
    if user.is_staff:
        pages.append(("admin:index", "Admin"))
    for name, words in pages:
        yield Place(words, "Page", reverse(name))
