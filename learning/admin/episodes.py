"""Questions, what the agent did about them, and what people say of the answers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from learning.admin import display
from learning.admin.scope import (
    BY_TEAM_AND_CONNECTION,
    ByGeneration,
    ByModel,
    ConnectionFilter,
    Part,
    ReadOnly,
    TeamFilter,
)
from learning.confidence.levels import level_of
from learning.models import Attempt, Episode, Verdict


class Attempts(Part, admin.StackedInline[Attempt, Episode]):
    model = Attempt
    fields = ["strategy", "error_class", "written", "message", "hint", "diagnosis", "reward", "earned"]
    readonly_fields = ["written", "earned"]

    @admin.display(description="SQL")
    def written(self, attempt: Attempt) -> SafeString | str:
        return display.code(attempt.sql)

    @admin.display(description="reward by parts")
    def earned(self, attempt: Attempt) -> SafeString | str:
        return display.numbers(attempt.reward_parts)


class Verdicts(Part, admin.TabularInline[Verdict, Episode]):
    model = Verdict
    fields = ["user", "is_right", "given_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return super().get_queryset(request).select_related("user")


@admin.register(Episode)
class EpisodeAdmin(ReadOnly):
    list_display = [
        "started_at", "connection", "user", "asked", "status", "sure", "attempts", "right", "wrong", "reward",
    ]  # fmt: skip
    list_filter = ["status", *BY_TEAM_AND_CONNECTION, "verdicts__is_right", "source", ByGeneration, ByModel]
    search_fields = ["question", "sql", "error", "id"]
    date_hierarchy = "started_at"
    ordering = ["-started_at"]
    inlines = [Attempts, Verdicts]
    joined = ("user", "retry_of", "recalled", "held_back", "newer_rule")
    unread = ("result", "retry_of__result")
    fields = [
        "connection", "user", "source", "question", "follows", "status", "written", "error", "sure", "signals",
        "reward", "retry_of", "recalled", "held_back", "newer_rule", "model", "generation", "prompt_tokens",
        "cached_tokens", "completion_tokens", "started_at", "finished_at",
    ]  # fmt: skip
    readonly_fields = ["written", "sure"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        attempts = Attempt.objects.filter(episode=OuterRef("pk"))
        verdicts = Verdict.objects.filter(episode=OuterRef("pk"))
        found: QuerySet[Episode] = super().get_queryset(request)
        return found.annotate(
            count=_count(attempts),
            count_right=_count(verdicts.filter(is_right=True)),
            count_wrong=_count(verdicts.filter(is_right=False)),
        )

    @admin.display(description="question")
    def asked(self, episode: Episode) -> str:
        return display.start(episode.question)

    @admin.display(description="SQL")
    def written(self, episode: Episode) -> SafeString | str:
        return display.code(episode.sql)

    @admin.display(description="confidence", ordering="confidence", empty_value="")
    def sure(self, episode: Episode) -> str | None:
        """As it was told."""
        told = episode.confidence
        return None if told is None else f"{level_of(told).words}, {100 * told:.0f} %"

    @admin.display(description="attempts")
    def attempts(self, episode: Any) -> int:
        return int(episode.count)

    @admin.display(description="correct")
    def right(self, episode: Any) -> int:
        return int(episode.count_right)

    @admin.display(description="wrong")
    def wrong(self, episode: Any) -> int:
        return int(episode.count_wrong)


@admin.register(Verdict)
class VerdictAdmin(ReadOnly):
    list_display = ["given_at", "user", "is_right", "asked", "connection"]
    list_filter = ["is_right", ("episode__connection__team", TeamFilter), ("episode__connection", ConnectionFilter)]
    search_fields = ["episode__question", "user__username"]
    date_hierarchy = "given_at"
    ordering = ["-given_at"]
    owner = "episode__connection"
    joined = ("user",)
    unread = ("episode__result",)

    @admin.display(description="question")
    def asked(self, verdict: Verdict) -> str:
        return display.start(verdict.episode.question)

    @admin.display(description="connection")
    def connection(self, verdict: Verdict) -> str:
        return verdict.episode.connection.name


def _count(found: QuerySet[Any]) -> Coalesce:
    """As a subquery, which is asked only of the rows that a page shows."""
    of_episode = found.order_by().values("episode").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(of_episode), 0)
