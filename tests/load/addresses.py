"""Every address of the site that can be looked at, as one person would ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import ApiToken, Invitation, Membership, User
from chat.models import Conversation, Turn
from datasources.models import AuditEntry, Connection
from learning.models import (
    BanditReset,
    Episode,
    Evaluation,
    Generation,
    ImportedPolicy,
    Optimization,
    Remark,
    VerifiedImport,
    VerifiedQuery,
)

SEARCHED = "returns"
_FOR_PROGRAMS = ("api_", "env_", "openapi", "health", "metadata", "schema", "state")
_LINKS = frozenset({"invitation", "account_reset_password_from_key", "unsubscribe"})
_DOWNLOADS = frozenset({"audit_export", "learning_log", "verified_export", "learning_export", "evaluation_download"})
_ALSO = {
    "conversations": [f"q={SEARCHED}", "q=nothing-has-this"],
    "audit": [f"text={SEARCHED}", "by=people", "by=agents", "verdict=refused", "text=nothing-has-this"],
    "learning_figures": ["days=30", "days=365", "days=all"],
    "api_learning": ["days=30", "days=all"],
    "verified_queries": [f"q={SEARCHED}", "state=retired", "state=outdated", "page=4"],
    "find": [f"q={SEARCHED}", "q=nothing-has-this", "kind=question&whose=mine"],
    "asked_before": ["question=revenue+of+returns"],
    "remarks": ["state=all", "state=rejected", "page=3"],
}
"""Queries that pages of long lists have, without the question mark."""


@dataclass(frozen=True)
class Address:
    """`is_part`: htmx asks for it. Of a download it is the first piece that somebody waits for."""

    name: str
    path: str
    is_part: bool = False
    is_download: bool = False
    for_programs: bool = False


def addresses(user: User, connection: Connection) -> Iterator[Address]:
    """Those that people and their programs have, each as a page and as htmx asks for it."""
    known = _belongings(user, connection)
    for name, arguments in sorted(set(routes(get_resolver().url_patterns))):
        if name in _LINKS or not known.keys() >= set(arguments):
            continue
        path = reverse(name, kwargs={argument: known[argument] for argument in arguments})
        if name == "model_status":
            path += f"?connection={connection.pk}"
        if name == "compare_generations":
            path += f"?a={known['number']}&b=1"
        for query in ["", *_ALSO.get(name, [])]:
            yield from _ways(f"{name} ?{query}" if query else name, f"{path}?{query}" if query else path)


def of_the_admin() -> Iterator[Address]:
    """Each model's list, searched and turned over, and one of its objects."""
    yield Address("admin", reverse("admin:index"))
    for model, options in admin.site._registry.items():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        path = reverse(f"admin:{label}_changelist")
        yield Address(f"admin {label}", path)
        yield Address(f"admin {label} ?p=2", f"{path}?p=2")
        if options.search_fields:
            yield Address(f"admin {label} ?q={SEARCHED}", f"{path}?q={SEARCHED}")
        if (found := _newest(model)) is not None:
            yield Address(f"admin {label} object", reverse(f"admin:{label}_change", args=[found.pk]))
    yield from _maps_of_the_admin()


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each route's name and arguments, without the admin's."""
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or whole, tuple(pattern.pattern.converters)
        elif isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from routes(pattern.url_patterns, whole)


def _ways(name: str, path: str) -> Iterator[Address]:
    route = name.split()[0]
    for_programs = route.startswith(_FOR_PROGRAMS)
    yield Address(name, path, is_download=route in _DOWNLOADS, for_programs=for_programs)
    if not for_programs and route not in _DOWNLOADS:
        yield Address(f"{name} (part)", path, is_part=True)


def _maps_of_the_admin() -> Iterator[Address]:
    connection = Connection.objects.order_by("pk").first()
    try:
        yield Address("admin heat", reverse("admin:learning_banditarm_heat", args=[connection.pk if connection else 0]))
    except NoReverseMatch:
        return


def _belongings(user: User, connection: Connection) -> dict[str, Any]:
    """Of each thing that can stand in an address one that this person has: of conversations the longest."""
    mine = Conversation.objects.filter(user=user, connection=connection).annotate(length=Count("turns"))
    conversation = mine.order_by("-length").first()
    turn = Turn.objects.filter(conversation=conversation).order_by("-asked_at").first()
    evaluation = Evaluation.objects.filter(connection=connection).first()
    own = {
        "connection_id": connection,
        "team_id": connection.team,
        "conversation_id": conversation,
        "user_id": Membership.objects.filter(team=connection.team).exclude(user=user).first(),
        "invitation_id": Invitation.objects.filter(team=connection.team).first(),
        "entry_id": AuditEntry.objects.filter(team=connection.team).first(),
        "evaluation_id": evaluation,
        "optimization_id": Optimization.objects.filter(connection=connection).first(),
        "remark_id": Remark.objects.filter(connection=connection, user=user).first()
        or Remark.objects.filter(connection=connection).first(),
        "query_id": VerifiedQuery.objects.filter(connection=connection).first(),
        "import_id": VerifiedImport.objects.filter(connection=connection).first(),
        "reset_id": BanditReset.objects.filter(connection=connection).first(),
        "imported_id": ImportedPolicy.objects.filter(connection=connection).first(),
    }
    known: dict[str, Any] = {argument: one.pk for argument, one in own.items() if one is not None}
    generation = Generation.objects.filter(connection=connection, state="active").first()
    token = ApiToken.objects.filter(user=user).first()
    known |= {"table": "products", "number": generation.number if generation else 0}
    known |= {"episode_id": turn.episode_id} if turn else {}
    return known | ({"public_id": token.public_id} if token else {})


def _newest(model: type[Model]) -> Model | None:
    if model is Episode:
        return Episode.objects.order_by("-started_at").first()
    return model._default_manager.order_by("-pk").first()
