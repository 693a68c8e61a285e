"""For the operator: how good the agent was, in every team. What was measured is looked at, and changed by nobody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from learning.models import EvaluatedQuestion, Evaluation


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Evaluation)
class EvaluationAdmin(_ReadOnly, admin.ModelAdmin[Evaluation]):
    list_display = ["started_at", "connection", "user", "state", "model", "generation", "policy", "attempts"]
    list_filter = ["state", "policy", "generation", "model"]
    search_fields = ["connection__name", "model", "message"]
    list_select_related = ["connection", "user"]
    date_hierarchy = "started_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluation]:
        return super().get_queryset(request).defer("connection__schema_snapshot")


@admin.register(EvaluatedQuestion)
class EvaluatedQuestionAdmin(_ReadOnly, admin.ModelAdmin[EvaluatedQuestion]):
    list_display = ["task", "evaluation", "number", "state", "is_right", "score", "seconds"]
    list_filter = ["state", "is_right", "difficulty", "category"]
    search_fields = ["task", "question"]
    list_select_related = ["evaluation__connection"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvaluatedQuestion]:
        return super().get_queryset(request).defer("evaluation__connection__schema_snapshot")
