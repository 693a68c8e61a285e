"""The prompt's generations: looked at, compared, and put to use by the same functions as on the site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.requests import person
from learning.admin import display, generation_pages
from learning.admin.scope import BY_TEAM_AND_CONNECTION, ReadOnly
from learning.generations import changing
from learning.models import Generation, Remark
from learning.prompts import text_of


@admin.register(Generation)
class GenerationAdmin(ReadOnly):
    actions = ["promote", "roll_back", "compare"]
    change_form_template = "admin/learning/generation.html"
    list_display = ["name", "connection", "state", "origin", "made_from", "created_at", "created_by", "compared"]
    list_display_links = ["name"]
    list_filter = ["state", *BY_TEAM_AND_CONNECTION, "origin"]
    search_fields = ["instructions", "reflection", "reason", "connection__name"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-number"]
    joined = ("parent", "created_by", "optimization")
    unread = ("optimization__examples", "optimization__rules", "parent__instructions", "parent__comparison")
    fields = [
        "connection", "number", "parent", "state", "reason", "origin", "told", "said", "led_here", "reflection",
        "optimization", "candidate", "compared", "figures", "created_by", "created_at", "activated_at",
    ]  # fmt: skip
    readonly_fields = ["told", "said", "led_here", "compared", "figures"]

    class Media:
        css = {"all": ["learning_admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        return [
            path(f"<int:pk>/{page}/", self.admin_site.admin_view(view), name=f"learning_generation_{page}")
            for page, view in (("promote", self.promote_page), ("roll_back", self.roll_back_page))
        ] + [
            path("compare/", self.admin_site.admin_view(self.compare_page), name="learning_generation_compare"),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Generation | None = None,
    ) -> HttpResponse:
        if obj:
            now = changing.in_use(obj.connection)
            context |= {
                "may_decide": self.has_decide_permission(request),
                "is_earlier": obj in changing.lineage(now),
                "other": obj.parent if obj == now else now,
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def promote_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return generation_pages.decide(self, request, pk, generation_pages.PROMOTING)

    def roll_back_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return generation_pages.decide(self, request, pk, generation_pages.ROLLING_BACK)

    def compare_page(self, request: HttpRequest) -> HttpResponse:
        return generation_pages.compare(self, request)

    @admin.action(description="Put to use…", permissions=["decide"])
    def promote(self, request: HttpRequest, chosen: QuerySet[Generation]) -> HttpResponse | None:
        return self._ask(request, chosen, "promote")

    @admin.action(description="Roll back to…", permissions=["decide"])
    def roll_back(self, request: HttpRequest, chosen: QuerySet[Generation]) -> HttpResponse | None:
        return self._ask(request, chosen, "roll_back")

    @admin.action(description="Compare two", permissions=["view"])
    def compare(self, request: HttpRequest, chosen: QuerySet[Generation]) -> HttpResponse | None:
        two = list(chosen.order_by("number").values_list("pk", "connection"))
        if len(two) != 2 or two[0][1] != two[1][1]:
            self.message_user(request, "Choose two generations of one connection.", messages.ERROR)
            return None
        return redirect(f"{reverse('admin:learning_generation_compare')}?a={two[0][0]}&b={two[1][0]}")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return person(request).has_perm("learning.change_generation")

    def _ask(self, request: HttpRequest, chosen: QuerySet[Generation], page: str) -> HttpResponse | None:
        """A reason belongs to it, which a page of its own asks for."""
        keys = list(chosen.values_list("pk", flat=True))
        if len(keys) != 1:
            self.message_user(request, "Choose one generation.", messages.ERROR)
            return None
        return redirect(f"admin:learning_generation_{page}", *keys)

    @admin.display(description="generation", ordering="number")
    def name(self, generation: Generation) -> str:
        return str(generation)

    @admin.display(description="made from", ordering="parent__number")
    def made_from(self, generation: Generation) -> str:
        return str(generation.parent) if generation.parent else ""

    @admin.display(description="compared with the one in use then")
    def compared(self, generation: Generation) -> str:
        return display.compared(generation.comparison)

    @admin.display(description="what the model is told")
    def told(self, generation: Generation) -> SafeString | str:
        return display.code(text_of(generation))

    @admin.display(description="rules that say a remark")
    def said(self, generation: Generation) -> SafeString | str:
        """Each beside what the person said."""
        known = {remark.pk: remark for remark in generation.remarks.all()}
        pairs = ((rule["text"], known[rule["remark"]]) for rule in generation.rules if rule["remark"] in known)
        return format_html_join("", "<div>{} ← {}</div>", ((text, _link(remark)) for text, remark in pairs))

    @admin.display(description="remarks that led to it")
    def led_here(self, generation: Generation) -> SafeString | str:
        remarks = generation.remarks.order_by("pk")
        rows = ((_link(remark), remark.get_state_display()) for remark in remarks)
        return format_html_join("", "<div>{} ({})</div>", rows)

    @admin.display(description="its figures")
    def figures(self, generation: Generation) -> SafeString | str:
        return display.figures(generation.comparison)


def _link(remark: Remark) -> SafeString:
    address = reverse("admin:learning_remark_change", args=[remark.pk])
    return format_html('<a href="{}">{}</a>', address, display.start(remark.rule or remark.text))
