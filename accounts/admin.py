"""People, teams and what lets one in, for the operator. No secret is shown, and none can be typed in."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import deleting
from accounts.models import ApiToken, Invitation, Membership, Team, User
from accounts.profile import change_email

# One log-in, throttled, for the whole site.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# A person has one address: the user's.
admin.site.unregister(EmailAddress)


class _Told(forms.Widget):
    """Says what the field has, which nobody can change there."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def render(self, *args: Any, **options: Any) -> SafeString:
        return format_html("{}", self._words)


class _MembershipForm(forms.ModelForm[Membership]):
    """A list to choose from in each row would be most of a team's page."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields.keys() & {"user", "team"} if self.instance.pk else ():
            self.fields[name].disabled = True
            self.fields[name].widget = _Told(str(getattr(self.instance, name)))


class _Memberships(admin.TabularInline[Membership, Any]):
    """One that is there keeps its person and its team: only the role of it changes. Another one is added instead."""

    model = Membership
    form = _MembershipForm
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "team")


class MembershipInline(_Memberships):
    autocomplete_fields = ["user"]


class UsersTeams(_Memberships):
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

    list_display = ["name", "user", "token_key", "may_ask", "may_train", "created", "last_used_at", "expiry"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "token_key"]
    exclude = ["digest"]
