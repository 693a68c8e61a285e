"""What teams and people use in a day, and how much of it they may. Limits are the superusers' to set."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.figures import FIGURES, figure
from accounts.models import User
from accounts.requests import person
from learning.admin.scope import ReadOnly, TeamFilter, teams
from learning.models import PersonQuota, TeamQuota, Usage
from learning.quotas import changing


class _WhoseFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "whose"


@admin.register(Usage)
class UsageAdmin(ReadOnly):
    """Of each day a line for a team, its members and its background work, and one for each person in all teams."""

    list_display = ["day", "whose", "team", "user", "asked", "verified", "used", "cached"]
    list_filter = [("of", _WhoseFilter), ("team", TeamFilter)]
    search_fields = ["team__name", "user__username"]
    date_hierarchy = "day"
    ordering = ["-day", "-tokens", "-pk"]

    class Media:
        css: ClassVar = FIGURES

    asked = figure("questions")
    verified = figure("recalled", "from verified")
    used = figure("tokens")
    cached = figure("cached_tokens", "cached")

    @admin.display(description="whose", ordering="of")
    def whose(self, usage: Usage) -> str:
        return usage.get_of_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Usage]:
        found = admin.ModelAdmin.get_queryset(self, request).select_related("team", "user")
        return self.visible(person(request), found)

    def visible(self, user: User, found: QuerySet[Any]) -> QuerySet[Any]:
        return found if user.is_superuser else found.filter(team__in=teams(user))


class _Quotas(admin.ModelAdmin[Any]):
    """`whose` is the field that names whose limits they are."""

    whose: str
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return person(request).is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [self.whose] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changing.change(obj, person(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        changing.remove(obj, person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for quota in queryset:
            changing.remove(quota, person(request))


@admin.register(TeamQuota)
class TeamQuotaAdmin(_Quotas):
    whose = "team"
    fields = ["team", "questions", "tokens"]
    list_display = ["team", "questions", "tokens"]
    list_select_related = ["team"]
    search_fields = ["team__name"]
    autocomplete_fields = ["team"]


@admin.register(PersonQuota)
class PersonQuotaAdmin(_Quotas):
    whose = "user"
    fields = ["user", "questions", "tokens", "a_minute"]
    list_display = ["user", "questions", "tokens", "a_minute"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user"]
