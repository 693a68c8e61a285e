"""Who sees what in the admin: superusers everything, other staff what their teams have and their permissions say."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest

from accounts.long_lists import LongList
from accounts.models import Team, User
from accounts.requests import person
from datasources.models import Connection


def connections(user: User) -> QuerySet[Connection]:
    found = Connection.objects.all() if user.is_superuser else Connection.objects.visible_to(user)
    return found.defer("schema_snapshot")


def teams(user: User) -> QuerySet[Team]:
    return Team.objects.all() if user.is_superuser else Team.objects.visible_to(user)


class Scoped(LongList):
    """`owner` is the way to the connection whose team may see an object. `joined` and `unread` are what each page needs
    of other tables, and what is too large to be read for it."""

    owner = "connection"
    joined: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).select_related(self.owner, *self.joined)
        return self.visible(person(request), found).defer(*self.unread, f"{self.owner}__schema_snapshot")

    def visible(self, user: User, found: QuerySet[Any]) -> QuerySet[Any]:
        return found if user.is_superuser else found.filter(**{f"{self.owner}__in": connections(user)})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._sees(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._sees(request, obj)

    def _sees(self, request: HttpRequest, obj: Model | None) -> bool:
        user = person(request)
        if obj is None or user.is_superuser:
            return True
        return self.visible(user, self.model._default_manager.filter(pk=obj.pk)).exists()


class Kept(Scoped):
    """Made elsewhere. Deleted only together with the connection, the team or the person that it belongs to."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self._is_asked_on_a_page_of_its_own(request) and super().has_delete_permission(request, obj)

    def _is_asked_on_a_page_of_its_own(self, request: HttpRequest) -> bool:
        page = (request.resolver_match and request.resolver_match.url_name) or ""
        return page.startswith(f"{self.opts.app_label}_{self.opts.model_name}_")


class ReadOnly(Kept):
    """Looked at, and changed by nobody."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Part(admin.options.InlineModelAdmin[Any, Any]):
    """A part of what is read: who sees the whole sees it."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TeamFilter(admin.RelatedFieldListFilter):
    """Offers the teams that the staff member may see."""

    def field_choices(
        self, field: Field[Any, Any], request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        found = teams(person(request)).order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in found]


class ConnectionFilter(admin.RelatedFieldListFilter):
    """Offers the connections that the staff member may see."""

    def field_choices(
        self, field: Field[Any, Any], request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        found = connections(person(request)).order_by("name", "team__name")
        return [(str(pk), f"{name} ({team})") for pk, name, team in found.values_list("pk", "name", "team__name")]


class RecentValues(admin.SimpleListFilter):
    """Offers the values that the newest rows have, instead of asking all of them."""

    newest = 1_000

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[Any, str]]:
        rows = model_admin.get_queryset(request).order_by(*model_admin.ordering or ())
        newest = rows.values_list(str(self.parameter_name), flat=True)[: self.newest]
        found = {str(value) for value in newest} | {self.value() or ""}
        return [(value, value) for value in sorted(found - {""})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ByModel(RecentValues):
    title = "model"
    parameter_name = "model"


class ByGeneration(RecentValues):
    title = "generation"
    parameter_name = "generation"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of an address that somebody has typed, what is no number is none."""
        is_number = (self.value() or "0").isdecimal()
        return super().queryset(request, queryset) if is_number else queryset.none()


BY_TEAM_AND_CONNECTION = (("connection__team", TeamFilter), ("connection", ConnectionFilter))
