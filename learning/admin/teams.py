"""How each team's agents learn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.requests import person
from learning.admin.scope import Kept, TeamFilter, teams
from learning.feedback import choices
from learning.models import TeamLearning


@admin.register(TeamLearning)
class TeamLearningAdmin(Kept):
    """Chosen here by the same function as on the site. A team that has none has the defaults."""

    list_display = ["team", "accepts_remarks", "is_personal"]
    list_filter = [("team", TeamFilter), "accepts_remarks", "is_personal"]
    search_fields = ["team__name"]
    owner = "team"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamLearning]:
        found = admin.ModelAdmin.get_queryset(self, request).select_related("team")
        return self.visible(person(request), found)

    def visible(self, user: User, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(team__in=teams(user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: TeamLearning, form: Any, change: bool) -> None:
        choices.choose(obj.team, person(request), accepts_remarks=obj.accepts_remarks, is_personal=obj.is_personal)
        obj.pk = TeamLearning.of(obj.team_id).pk

    def get_readonly_fields(self, request: HttpRequest, obj: TeamLearning | None = None) -> list[str]:
        return ["team"] if obj else []

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        kwargs["queryset"] = teams(person(request)).filter(learning=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
