"""What agents have under way over HTTP, for the operator: looked at, and ended by deleting.

Sessions on a WebSocket live in their process; what they did is among the episodes once it has ended.
"""

from __future__ import annotations

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from envapi import sessions
from envapi.models import Session
from learning.admin.scope import BY_TEAM_AND_CONNECTION, Scoped
from learning.models import Episode


@admin.register(Session)
class SessionAdmin(Scoped):
    list_display = ["touched_at", "caller", "connection", "exercise", "tried", "is_done", "episode_id"]
    list_filter = ["is_done", *BY_TEAM_AND_CONNECTION]
    search_fields = ["caller", "user__username", "exercise", "episode_id"]
    ordering = ["-touched_at"]
    joined = ("user",)
    fields = [
        "caller", "user", "connection", "exercise", "tried", "is_done", "episode_id", "recorded", "started_at",
        "touched_at", "stepping_until",
    ]  # fmt: skip
    readonly_fields = ["tried", "recorded"]

    @admin.display(description="attempts")
    def tried(self, session: Session) -> int:
        return session.attempts

    @admin.display(description="recorded as")
    def recorded(self, session: Session) -> SafeString | str:
        if not session.record or not Episode.objects.filter(pk=session.record).exists():
            return "Not yet: it is recorded when it ends."
        address = reverse("admin:learning_episode_change", args=[session.record])
        return format_html('<a href="{}">{}</a>', address, session.record)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._sees(request, obj)

    def delete_model(self, request: HttpRequest, obj: Session) -> None:
        async_to_sync(sessions.end)(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for session in queryset.select_related("user"):
            async_to_sync(sessions.end)(session)
