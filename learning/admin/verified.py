"""Verified queries: looked at, and retired."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from learning.admin import display
from learning.admin.remarks import ReasonForm
from learning.admin.scope import BY_TEAM_AND_CONNECTION, ReadOnly, person
from learning.feedback import remarks
from learning.feedback.remarks import BadRemark
from learning.models import VerifiedQuery
from learning.verified import marking


@admin.register(VerifiedQuery)
class VerifiedQueryAdmin(ReadOnly):
    action_form = ReasonForm
    actions = ["retire"]
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
        try:
            reason = remarks.clean(request.POST.get("reason", "")) or f"Retired by {person(request)} in the admin."
        except BadRemark as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        keys = list(chosen.values_list("pk", flat=True))
        with transaction.atomic():
            locked = VerifiedQuery.objects.select_for_update().filter(pk__in=keys)
            in_use = list(locked.exclude(state=VerifiedQuery.State.RETIRED))
            for query in in_use:
                marking.retire(query, reason)
        retired = "1 verified query was" if len(in_use) == 1 else f"{len(in_use):,} verified queries were"
        self.message_user(request, f"{retired} retired. What is retired is kept, and curators can use it again.")

    def has_retire_permission(self, request: HttpRequest) -> bool:
        return person(request).has_perm("learning.change_verifiedquery")

    @admin.display(description="question")
    def asked(self, query: VerifiedQuery) -> str:
        return display.start(query.question)

    @admin.display(description="SQL")
    def written(self, query: VerifiedQuery) -> SafeString | str:
        return display.code(query.sql)
