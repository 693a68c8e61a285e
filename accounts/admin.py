"""People, teams and what lets one in, for the operator. No secret is shown, and none can be typed in."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import deleting
from accounts.models import ApiToken, Invitation, Membership, Team, User
from accounts.profile import change_email

# One log-in, throttled, for the whole site.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# A person has one address: the user's.
admin.site.unregister(EmailAddress)


class MembershipInline(admin.TabularInline[Membership, Team]):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class UsersTeams(admin.TabularInline[Membership, User]):
    model = Membership
    extra = 0
    autocomplete_fields = ["team"]


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    inlines = [UsersTeams]
    list_display = ["username", "email", "is_active", "is_staff", "last_login"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            change_email(obj, obj.email)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        deleting.delete_person(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            deleting.delete_person(person)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    inlines = [MembershipInline]
    search_fields = ["name"]

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        deleting.delete_team(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        for team in queryset:
            deleting.delete_team(team)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    list_display = ["user", "team", "role"]
    list_filter = ["role"]
    list_select_related = ["user", "team"]
    search_fields = ["user__username", "team__name"]
    autocomplete_fields = ["user", "team"]


class ReadOnly(admin.ModelAdmin[Any]):
    """Made elsewhere: to be looked at, and revoked."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["team", "role", "email", "created_by", "expires_at", "accepted_by", "revoked_at"]
    list_select_related = ["team", "created_by", "accepted_by"]
    exclude = ["digest"]
    actions = ["withdraw"]

    @admin.action(description="Withdraw selected invitations", permissions=["delete"])
    def withdraw(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        count = invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} invitations were withdrawn.")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """Deleting one revokes it."""

    list_display = ["name", "user", "token_key", "created", "last_used_at", "expiry"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "token_key"]
    exclude = ["digest"]
