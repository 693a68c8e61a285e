"""How good the agent was: what was measured."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from learning.admin.scope import BY_TEAM_AND_CONNECTION, ConnectionFilter, Scoped, TeamFilter
from learning.models import EvaluatedQuestion, Evaluation


class _Measured(Scoped):
    """Changed by nobody, and deleted by who may."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Evaluation)
class EvaluationAdmin(_Measured):
    list_display = ["started_at", "connection", "user", "state", "model", "generation", "policy", "attempts"]
    list_filter = ["state", *BY_TEAM_AND_CONNECTION, "policy", "generation", "model"]
    search_fields = ["connection__name", "model", "message"]
    date_hierarchy = "started_at"
    joined = ("user",)


@admin.register(EvaluatedQuestion)
class EvaluatedQuestionAdmin(_Measured):
    list_display = ["task", "evaluation", "number", "state", "is_right", "score", "seconds"]
    list_filter = [
        "state",
        "is_right",
        ("evaluation__connection__team", TeamFilter),
        ("evaluation__connection", ConnectionFilter),
        "difficulty",
        "category",
    ]
    search_fields = ["task", "question"]
    owner = "evaluation__connection"
