"""Optimizations of the prompt: what each was to learn from, what it tried and how that went."""

from __future__ import annotations

from collections import Counter

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from learning.admin import display
from learning.admin.scope import BY_TEAM_AND_CONNECTION, Part, ReadOnly
from learning.models import Candidate, Optimization, Reflection
from learning.optimizing.data import LEAST_GOLD, Example, gold_of


class Candidates(Part, admin.StackedInline[Candidate, Optimization]):
    model = Candidate
    fields = ["number", "made_from", "score", "instructions", "told"]
    readonly_fields = ["made_from", "told"]

    @admin.display(description="made from")
    def made_from(self, candidate: Candidate) -> str:
        return ", ".join(f"candidate {number}" for number in candidate.parents)

    @admin.display(description="rules")
    def told(self, candidate: Candidate) -> SafeString | str:
        return display.code("\n".join(rule for rule in candidate.rules if rule.strip()))


class Reflections(Part, admin.StackedInline[Reflection, Optimization]):
    model = Reflection
    fields = [
        "number", "parent", "component", "remark", "prompted", "replied", "text", "why", "outcome", "before", "after",
        "candidate",
    ]  # fmt: skip
    readonly_fields = ["prompted", "replied"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reflection]:
        return super().get_queryset(request).select_related("remark")

    @admin.display(description="asked")
    def prompted(self, reflection: Reflection) -> SafeString | str:
        return display.code(reflection.asked)

    @admin.display(description="reply")
    def replied(self, reflection: Reflection) -> SafeString | str:
        return display.code(reflection.reply)


@admin.register(Optimization)
class OptimizationAdmin(ReadOnly):
    list_display = ["started_at", "connection", "trigger", "user", "state", "outcome", "base", "calls", "tokens"]
    list_filter = ["state", "outcome", *BY_TEAM_AND_CONNECTION, "trigger", "evolves"]
    search_fields = ["message", "connection__name", "model", "reflection_model"]
    date_hierarchy = "started_at"
    inlines = [Candidates, Reflections]
    joined = ("user", "base")
    unread = ("examples", "rules", "base__instructions", "base__comparison")
    fields = [
        "connection", "user", "trigger", "state", "outcome", "message", "base", "led_to", "evolves", "questions",
        "model", "reflection_model", "phase", "calls", "max_calls", "tokens", "max_tokens", "seconds", "max_seconds",
        "seed", "started_at", "finished_at",
    ]  # fmt: skip
    readonly_fields = ["led_to", "questions"]

    class Media:
        css = {"all": ["learning_admin.css"]}

    @admin.display(description="generation that came of it")
    def led_to(self, optimization: Optimization) -> SafeString | str:
        return display.generations(optimization.generations.order_by("number"))

    @admin.display(description="questions that it learned from")
    def questions(self, optimization: Optimization) -> str:
        """How many of each part, and whether few answers are known."""
        examples = [Example.of_json(kept) for kept in optimization.examples]
        parts = ", ".join(f"{number} {part}" for part, number in Counter(each.part for each in examples).items())
        known = gold_of(examples)
        weak = " (weak evidence)" if known < LEAST_GOLD else ""
        return f"{parts or 'none'}; {known} with a known answer{weak}"
