"""allauth's forms for coming in, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.db import transaction
from django.http import HttpRequest

from accounts import teams
from accounts.models import Invitation, User

PASSWORD_HELP = "At least 8 characters; no common password, not only digits."  # noqa: S105 - what it must be like
# Label and help of each field.
SIGNUP = {
    "username": ("User name", "Letters, digits and @ . + - _"),
    "email": ("E-mail (may stay empty)", "Without one, you cannot choose a new password when you forget yours."),
    "password1": ("Password", PASSWORD_HELP),
    "password2": ("Password again", ""),
}
NEW_PASSWORD = {"password1": ("New password", PASSWORD_HELP), "password2": ("New password again", "")}


def say(form: forms.BaseForm, texts: dict[str, tuple[str, str]]) -> None:
    """Our words instead of allauth's. Its placeholders would only repeat the labels."""
    for name, (label, help_text) in texts.items():
        field = form.fields[name]
        field.label, field.help_text = label, help_text
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    def add_prefix(self, field_name: str) -> str:
        """The browser's name of the field is the one that password managers know."""
        return "username" if field_name == "login" else field_name


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]  # allauth has no types
    """An account of one's own; the subclasses say in which team it starts."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        say(self, SIGNUP)
        self.fields["username"].widget.attrs["autocapitalize"] = "none"


class OpenSignupForm(SignupForm):
    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        teams.found(f"Team of {user}"[:100], owner=user)


class InvitedSignupForm(SignupForm):
    def __init__(self, invitation: Invitation, *arguments: Any, **options: Any) -> None:
        self._invitation = invitation
        super().__init__(*arguments, **options)

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Raises teams.Refused when somebody else was faster: save within a transaction."""
        teams.join(self._invitation, user)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        say(self, NEW_PASSWORD | {"oldpassword": ("Current password", "")})


class SetPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        say(self, NEW_PASSWORD)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        say(self, {"email": ("E-mail", "")})


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        say(self, NEW_PASSWORD)
