"""For the operator: connections without their secrets, and what happened in every team."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from accounts.long_lists import LongList
from accounts.requests import person
from datasources import audit, audit_list, connecting
from datasources.models import AuditEntry, Connection, Description
from datasources.place import place_of
from datasources.streaming import streamed


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin[Connection]):
    """Databases are connected on the site, where they are tried: here they are looked at, switched off and deleted."""

    list_display = ["name", "team", "dialect", "origin", "is_enabled", "schema_state", "created_at"]
    list_filter = ["dialect", "origin", "is_enabled", "environment_trains", "is_environment", "team"]
    search_fields = ["name", "team__name"]
    list_select_related = ["team"]
    fields = [
        "team", "name", "dialect", "origin", "place", "warning", "is_enabled", "is_environment", "environment_trains",
        "environment_trains_since", "notes", "schema_state", "schema_taken_at", "schema_fingerprint", "created_by",
        "created_at",
    ]  # fmt: skip
    readonly_fields = [
        "team", "dialect", "origin", "place", "warning", "is_environment", "environment_trains_since", "schema_state",
        "schema_taken_at", "schema_fingerprint", "created_by", "created_at",
    ]  # fmt: skip

    @admin.display(description="where it is")
    def place(self, connection: Connection) -> str:
        return place_of(connection)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        # And nothing else: a schema may be read into the same row meanwhile.
        fields = [name for name in form.changed_data if name != "environment_trains"]
        if "environment_trains" in form.changed_data:
            connecting.teach(obj, person(request), by_agents=obj.environment_trains)
            if not fields:
                return
        obj.save(update_fields=fields)
        changed = ", ".join(fields) or "nothing"
        audit.record(obj, person(request), AuditEntry.Action.CHANGE, f"in the admin: {changed}")

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        connecting.delete(obj, person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            connecting.delete(connection, person(request))


@admin.register(Description)
class DescriptionAdmin(admin.ModelAdmin[Description]):
    list_display = ["table", "column", "text", "connection"]
    list_filter = ["connection"]
    list_select_related = ["connection"]
    search_fields = ["table", "column", "text"]
    autocomplete_fields = ["connection"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Description]:
        return super().get_queryset(request).defer("connection__schema_snapshot")


@admin.register(AuditEntry)
class AuditEntryAdmin(LongList):
    """Read by superusers, changed by nobody."""

    list_display = [
        "at",
        "team",
        "user_name",
        "token_name",
        "connection_name",
        "action",
        "source",
        "verdict",
        "outcome",
        "rows",
        "start",
    ]
    list_filter = ["action", "verdict", "outcome", "team"]
    search_fields = ["user_name", "token_name", "connection_name", "source", "sql", "message"]
    date_hierarchy = "at"
    list_select_related = ["team"]
    actions = ["export"]

    @admin.display(description="SQL")
    def start(self, entry: AuditEntry) -> str:
        return " ".join(entry.sql[:100].split())

    @admin.action(description="Export as CSV")
    def export(self, request: HttpRequest, entries: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        audit.record_export(None, person(request), "entries of the audit list, from the admin")
        pieces = audit_list.csv_pieces(entries.order_by("-at", "-pk"))
        response = streamed(request, pieces, "text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
        return response

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
