"""What the bandit decided, what it learned of that, and the map of what it thinks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.requests import person
from learning.admin import display
from learning.admin.scope import BY_TEAM_AND_CONNECTION, Part, ReadOnly, connections
from learning.bandit.heat import heat_map
from learning.models import BanditArm, BanditDecision, BanditLesson, BanditReset, ImportedPolicy


@admin.register(BanditArm)
class BanditArmAdmin(ReadOnly):
    """One without a connection is of all together, and only for superusers."""

    list_display = ["strategy", "connection", "user", "pulls", "mean", "heat"]
    list_filter = ["strategy", *BY_TEAM_AND_CONNECTION]
    search_fields = ["connection__name", "user__username"]
    ordering = ["connection__name", "user__username", "strategy"]
    joined = ("user",)
    unread = ("gram", "response", "features")
    fields = ["strategy", "connection", "user", "pulls", "reward_sum", "mean", "heat"]
    readonly_fields = ["mean", "heat"]

    @admin.display(description="mean reward")
    def mean(self, arm: BanditArm) -> str:
        return display.reward(arm.reward_sum / arm.pulls if arm.pulls else None)

    @admin.display(description="heat map")
    def heat(self, arm: BanditArm) -> SafeString | str:
        if arm.connection_id is None:
            return ""
        address = reverse("admin:learning_banditarm_heat", args=[arm.connection_id])
        return format_html('<a href="{}">Of {}</a>', address, arm.connection)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.heat_page)
        return [path("heat/<int:connection_id>/", view, name="learning_banditarm_heat"), *super().get_urls()]

    def heat_page(self, request: HttpRequest, connection_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        connection = get_object_or_404(connections(person(request)), pk=connection_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Errors and repairs of {connection.name}",
            "opts": self.opts,
            "connection": connection,
            "heat": heat_map(connection),
        }
        return TemplateResponse(request, "admin/learning/heat.html", context)


class Lessons(Part, admin.TabularInline[BanditLesson, BanditDecision]):
    model = BanditLesson
    fields = ["at", "kind", "amount", "earned"]
    readonly_fields = ["earned"]

    @admin.display(description="by parts")
    def earned(self, lesson: BanditLesson) -> SafeString | str:
        return display.numbers(lesson.parts)


@admin.register(BanditDecision)
class BanditDecisionAdmin(ReadOnly):
    list_display = ["at", "connection", "user", "error_class", "strategy", "chance", "reward"]
    list_filter = ["error_class", "strategy", "by_agent", *BY_TEAM_AND_CONNECTION]
    search_fields = ["episode__question", "connection__name"]
    date_hierarchy = "at"
    inlines = [Lessons]
    joined = ("user", "episode")
    unread = ("episode__result",)
    fields = [
        "connection", "user", "by_agent", "episode", "attempt", "at", "error_class", "strategy", "chance",
        "exploration", "alpha", "reward", "features", "scored",
    ]  # fmt: skip
    readonly_fields = ["chance", "reward", "features", "scored"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BanditDecision]:
        lessons = BanditLesson.objects.filter(decision=OuterRef("pk")).order_by().values("decision")
        earned = Subquery(lessons.annotate(sum=Sum("amount")).values("sum"))
        found: QuerySet[BanditDecision] = super().get_queryset(request)
        return found.annotate(earned=earned)

    @admin.display(description="propensity", ordering="propensity")
    def chance(self, decision: BanditDecision) -> str:
        return f"{decision.propensity:.4f}"

    @admin.display(description="reward", ordering="earned")
    def reward(self, decision: Any) -> str:
        return display.reward(decision.earned)

    @admin.display(description="context")
    def features(self, decision: BanditDecision) -> SafeString | str:
        return display.numbers(decision.context)

    @admin.display(description="scores")
    def scored(self, decision: BanditDecision) -> SafeString | str:
        return display.numbers(decision.scores)


@admin.register(BanditReset)
class BanditResetAdmin(ReadOnly):
    list_display = ["at", "connection", "user", "undone_at"]
    list_filter = [*BY_TEAM_AND_CONNECTION]
    date_hierarchy = "at"
    joined = ("user",)


@admin.register(ImportedPolicy)
class ImportedPolicyAdmin(ReadOnly):
    list_display = ["at", "name", "connection", "user", "pulls", "removed_at"]
    list_filter = [*BY_TEAM_AND_CONNECTION]
    search_fields = ["name", "connection__name"]
    date_hierarchy = "at"
    joined = ("user",)
    unread = ("data",)
    exclude = ["data"]
