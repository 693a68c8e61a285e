"""Saved queries as people look through them: searched, their own or the team's, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from accounts.models import User
from datasources.models import Connection
from datasources.storable import storable
from workbench.saved.models import SavedQuery

MAX_SEARCH = 200
WHOSE = {"": "All", "mine": "Mine", "team": "The team's", "deleted": "Deleted lately"}


@dataclass(frozen=True, slots=True)
class Wish:
    """`search` stands in name, description, question or SQL; `whose` is one of WHOSE."""

    search: str = ""
    whose: str = ""

    @classmethod
    def of(cls, data: Any) -> Wish:
        whose = data.get("whose", "")
        return cls(storable(data.get("q", "")).strip()[:MAX_SEARCH], whose if whose in WHOSE else "")

    def to_query(self) -> str:
        """For an address."""
        return urlencode({name: text for name, text in (("q", self.search), ("whose", self.whose)) if text})


def found(user: User, connections: QuerySet[Connection], wish: Wish) -> QuerySet[SavedQuery]:
    visible = SavedQuery.objects.visible_to(user).filter(connection__in=connections)
    visible = visible.deleted() if wish.whose == "deleted" else visible.kept()
    if wish.whose == "mine":
        visible = visible.filter(user=user)
    if wish.whose == "team":
        visible = visible.filter(is_shared=True)
    if wish.search:
        visible = visible.filter(
            Q(name__icontains=wish.search)
            | Q(description__icontains=wish.search)
            | Q(question__icontains=wish.search)
            | Q(sql__icontains=wish.search)
        )
    return visible.select_related("connection", "user").defer("connection__schema_snapshot")
