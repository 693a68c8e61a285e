"""Where is looked: one's own questions, those that colleagues share, saved and verified queries, each by its own door.

Whether an answer is shared, the chat says (`Turn.shared_at`, `Conversation.shared_at`): it is a neighbour of this room,
and known here by its relation to episodes only.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, VerifiedQuery
from workbench.saved.models import SavedQuery

_UNREAD = ("connection__schema_snapshot",)


def own_questions(user: User) -> QuerySet[Episode]:
    asked = Episode.objects.filter(user=user, source=Episode.Source.CHAT, turn__replaced=False)
    return _plain(asked, user)


def shared_answers(user: User) -> QuerySet[Episode]:
    """Of colleagues."""
    # Two lists, so that both come from what is marked, and not from all episodes.
    alone = Episode.objects.filter(turn__shared_at__isnull=False).values("pk")
    along = Episode.objects.filter(turn__conversation__shared_at__isnull=False).values("pk")
    shared = Episode.objects.filter(Q(pk__in=alone) | Q(pk__in=along), status=Episode.Status.SUCCEEDED)
    return _plain(shared.filter(turn__replaced=False).exclude(user=user), user)


def saved_queries(user: User) -> QuerySet[SavedQuery]:
    return SavedQuery.objects.visible_to(user).kept().select_related("connection", "user").defer(*_UNREAD)


def verified_queries(user: User) -> QuerySet[VerifiedQuery]:
    active = VerifiedQuery.objects.visible_to(user).active()
    return active.select_related("connection", "created_by").defer(*_UNREAD)


def _plain(episodes: QuerySet[Episode], user: User) -> QuerySet[Episode]:
    """Without their rows, which may be megabytes."""
    fields: tuple[Any, ...] = ("question", "sql", "started_at", "connection__name", "user__username", "status")
    visible = episodes.filter(connection__in=Connection.objects.visible_to(user))
    return visible.select_related("connection", "user").only(*fields)
