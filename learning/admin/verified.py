"""Verified queries: looked at, retired and restored, by the same functions as on the site."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.requests import person
from datasources.wording import counted
from learning.admin import display
from learning.admin.remarks import ReasonForm
from learning.admin.scope import BY_TEAM_AND_CONNECTION, ReadOnly
from learning.models import VerifiedQuery
from learning.verified import editing
from learning.verified.editing import BadQuery

State = VerifiedQuery.State


@admin.register(VerifiedQuery)
class VerifiedQueryAdmin(ReadOnly):
    action_form = ReasonForm
    actions = ["retire", "restore"]
    list_display = ["created_at", "connection", "asked", "state", "is_curated", "created_by"]
    list_filter = ["state", *BY_TEAM_AND_CONNECTION, "is_curated"]
    search_fields = ["question", "follows", "sql", "reason"]
    date_hierarchy = "created_at"
    joined = ("created_by", "episode")
    unread = ("episode__result",)
    fields = [
        "connection", "question", "follows", "written", "state", "reason", "is_curated", "episode", "created_by",
        "created_at", "updated_at", "checked_schema", "checked_at",
    ]  # fmt: skip
    readonly_fields = ["written"]

    class Media:
        css = {"all": ["learning_admin.css"]}

    @admin.action(description="Retire", permissions=["retire"])
    def retire(self, request: HttpRequest, chosen: QuerySet[VerifiedQuery]) -> None:
        in_use = list(chosen.exclude(state=State.RETIRED))
        try:
            for query in in_use:
                editing.retire(query, person(request), request.POST.get("reason", ""))
        except BadQuery as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        retired = counted(len(in_use), "verified query was", "verified queries were")
        self.message_user(request, f"{retired} retired. What is retired is kept, and can be restored.")

    @admin.action(description="Restore", permissions=["retire"])
    def restore(self, request: HttpRequest, chosen: QuerySet[VerifiedQuery]) -> None:
        unused = list(chosen.exclude(state=State.ACTIVE))
        restored = sum(self._restored(request, query) for query in unused)
        runs = counted(restored, "verified query runs, and is", "verified queries run, and are")
        self.message_user(request, f"{runs} in use again.")

    def _restored(self, request: HttpRequest, query: VerifiedQuery) -> bool:
        try:
            editing.restore(query, person(request))
        except BadQuery as error:
            message = f"“{display.start(query.question)}” is left as it was. {error.message}"
            self.message_user(request, message, messages.ERROR)
            return False
        return True

    def has_retire_permission(self, request: HttpRequest) -> bool:
        return person(request).has_perm("learning.change_verifiedquery")

    @admin.display(description="question")
    def asked(self, query: VerifiedQuery) -> str:
        return display.start(query.question)

    @admin.display(description="SQL")
    def written(self, query: VerifiedQuery) -> SafeString | str:
        return display.code(query.sql)
