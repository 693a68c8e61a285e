"""For the operator: the LLM endpoints, how they fare, and what they cost. No key is ever shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.figures import FIGURES, figure
from accounts.requests import person
from datasources import audit
from datasources.models import AuditEntry, Connection
from datasources.wording import counted
from endpoints import breaker, trying
from endpoints.forms import EndpointForm
from endpoints.line import LEASE
from endpoints.models import Endpoint, TeamEndpoint, Usage

REACH = (
    "This server itself connects to the address and sends it the questions and schemas of your teams. Addresses of "
    "your own network and of this machine are allowed here, so whoever may edit endpoints can make the server ask "
    "anything that it reaches (server-side request forgery). Give that permission to operators alone."
)
_MODELS = ("Its models", {"fields": ["model", "reflection_model", "context"]})
_OWN_ADDRESS = (
    ("Where it is", {"fields": ["base_url", "new_key", "without_key"], "description": REACH}),
    _MODELS,
)
_OWN_ADDRESS_TO_LOOK_AT = (("Where it is", {"fields": ["base_url"]}), _MODELS)
_OF_ENVIRONMENT = (
    (
        "Where it is",
        {
            "fields": ["where", "answers_with"],
            "description": "This endpoint is named by the environment: API_BASE_URL, MODEL_NAME and its key; without "
            "them it is the embedded model.",
        },
    ),
)
_TIMES = ("How long it is waited for", {"fields": ["first_token", "idle", "total"], "classes": ["collapse"]})
_LIMITS = ("Limits", {"fields": ["at_once", "per_minute"]})
_PRICES = (
    "Prices",
    {
        "fields": ["prompt_price", "cached_price", "completion_price", "currency"],
        "description": "Of a million tokens each. Without a price for cached tokens they cost as much as others.",
    },
)
_NOW = ("How it fares", {"fields": ["state", "in_use", "failed", "today"]})


class TeamsOfEndpoint(admin.TabularInline[TeamEndpoint, Endpoint]):
    model = TeamEndpoint
    extra = 0
    autocomplete_fields = ["team"]
    verbose_name_plural = "teams that are answered by the endpoints named for them, and by no others"


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin[Endpoint]):
    form = EndpointForm
    inlines = [TeamsOfEndpoint]
    list_display = [
        "name", "where", "answers_with", "position", "is_enabled", "state", "in_use", "today", "failed",
    ]  # fmt: skip
    list_editable = ["position", "is_enabled"]
    search_fields = ["name", "base_url", "model"]
    readonly_fields = ["where", "answers_with", "state", "in_use", "failed", "today"]
    actions = ["test"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        Endpoint.objects.saved_environment()  # it is listed before anybody has asked it
        alive = Q(tickets__beat_at__gt=Now() - LEASE)
        found = super().get_queryset(request)
        working = Count("tickets", filter=alive & Q(tickets__at_work=True))
        waiting = Count("tickets", filter=alive & Q(tickets__at_work=False))
        return found.annotate(working=working, waiting=waiting)

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        in_order = ((None, {"fields": ["name", "is_enabled", "is_shared", "position"]}),)
        if obj and obj.is_environment:
            return (*in_order, *_OF_ENVIRONMENT, _LIMITS, _PRICES, _NOW)
        whereabouts = _OWN_ADDRESS if self._may_type(request, obj) else _OWN_ADDRESS_TO_LOOK_AT
        return (*in_order, *whereabouts, _LIMITS, _TIMES, _PRICES, *((_NOW,) if obj else ()))

    def _may_type(self, request: HttpRequest, obj: Endpoint | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        return not (obj and obj.is_environment) and super().has_delete_permission(request, obj)

    @admin.display(description="where it is")
    def where(self, endpoint: Endpoint) -> str:
        return endpoint.place

    @admin.display(description="model")
    def answers_with(self, endpoint: Endpoint) -> str:
        return endpoint.model_name

    @admin.display(description="state")
    def state(self, endpoint: Endpoint) -> str:
        return breaker.state(endpoint)

    @admin.display(description="now")
    def in_use(self, endpoint: Endpoint) -> str:
        if endpoint.room is None and endpoint.per_minute is None:
            return "not limited"
        working, waiting = getattr(endpoint, "working", 0), getattr(endpoint, "waiting", 0)
        at_work = f"{working} of {endpoint.room}" if endpoint.room else f"{working}"
        return f"{at_work} at work, {waiting} in line"

    @admin.display(description="today")
    def today(self, endpoint: Endpoint) -> str:
        used = Usage.objects.filter(endpoint=endpoint, day=timezone.now().date()).first()
        if used is None:
            return "not asked"
        tokens = used.prompt_tokens + used.completion_tokens
        said = f"{counted(used.answers, 'answer')}, {counted(tokens, 'token')}"
        return f"{said}, {used.cost:,.4f} {endpoint.currency}".rstrip() if used.cost else said

    @admin.display(description="last error")
    def failed(self, endpoint: Endpoint) -> SafeString | str:
        if endpoint.last_error_at is None:
            return ""
        return format_html("{}<br>{}", endpoint.last_error, f"{endpoint.last_error_at:%Y-%m-%d %H:%M} UTC")

    @admin.action(description="Test: ask for one token", permissions=["change"])
    def test(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints:
            tried = trying.try_out(endpoint)
            self.message_user(request, tried.sentence, messages.SUCCESS if tried.answers else messages.ERROR)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Only what was changed: questions count failures and requests in the same row meanwhile."""
        changed = [name for name in form.changed_data if name not in ("new_key", "without_key")]
        is_other_key = len(changed) < len(form.changed_data)
        if change:
            obj.save(update_fields=[*changed, *(["encrypted_key"] if is_other_key else [])])
        else:
            obj.save()
        told = ", ".join(changed + (["key"] if is_other_key else []))
        if change and not told:
            return
        _record(request, f"LLM endpoint {obj} {'changed' if change else 'added'} in the admin: {told}", change=change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            if formset.has_changed():
                teams = ", ".join(str(one.team) for one in form.instance.teams.select_related("team")) or "none"
                _record(request, f"LLM endpoint {form.instance} in the admin: named for the teams: {teams}")

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        _record(request, f"LLM endpoint {obj} deleted in the admin")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset.filter(is_environment=False):
            self.delete_model(request, endpoint)


@admin.register(TeamEndpoint)
class TeamEndpointAdmin(admin.ModelAdmin[TeamEndpoint]):
    """The same as within an endpoint, for all teams in one list."""

    list_display = ["team", "position", "endpoint"]
    list_editable = ["position"]
    list_filter = ["endpoint", "team"]
    list_select_related = ["team", "endpoint"]
    autocomplete_fields = ["team", "endpoint"]

    def save_model(self, request: HttpRequest, obj: TeamEndpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(request, f"LLM endpoint {obj.endpoint} named for the team {obj.team}, in place {obj.position}")

    def delete_model(self, request: HttpRequest, obj: TeamEndpoint) -> None:
        _record(request, f"LLM endpoint {obj.endpoint} named for the team {obj.team} no more")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TeamEndpoint]) -> None:
        for one in queryset.select_related("team", "endpoint"):
            self.delete_model(request, one)


@admin.register(Usage)
class UsageAdmin(admin.ModelAdmin[Usage]):
    """Tokens that were read (of them cached) and written; changed by nobody."""

    list_display = ["day", "endpoint", "answered", "failed", "read", "cached", "written", "costs"]
    list_filter = ["endpoint"]
    list_select_related = ["endpoint"]
    date_hierarchy = "day"

    class Media:
        css: ClassVar = FIGURES

    answered = figure("answers")
    failed = figure("failures")
    read = figure("prompt_tokens", "read")
    cached = figure("cached_tokens", "cached")
    written = figure("completion_tokens", "written")

    @admin.display(description="cost", ordering="cost")
    def costs(self, usage: Usage) -> str:
        return f"{usage.cost:,.4f} {usage.endpoint.currency}".rstrip()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Usage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Usage | None = None) -> bool:
        """With its endpoint only: Django asks here, too, when that is deleted."""
        page = (request.resolver_match and request.resolver_match.url_name) or ""
        return page.startswith("endpoints_endpoint_") and super().has_delete_permission(request, obj)


def _record(request: HttpRequest, message: str, *, change: bool = True) -> None:
    action = AuditEntry.Action.CHANGE if change else AuditEntry.Action.CREATE
    audit.record(Connection(), person(request), action, message)
