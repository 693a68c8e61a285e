"""What people type about themselves, their teams and their tokens."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.manage_email import assess_unique_email
from django import forms

from accounts.models import Membership, Team, User
from accounts.profile import change_email


class ProfileForm(forms.ModelForm[User]):
    current_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="So that nobody else changes this at an unwatched screen.",
    )

    class Meta:
        model = User
        fields = ["username", "email"]
        labels = {"username": "User name", "email": "E-mail"}
        help_texts = {
            "username": "What others see, and what you log in with.",
            "email": "You may log in with it, too. A new password is sent there when you forget yours.",
        }
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if name.casefold() == str(self.initial["username"]).casefold():
            return name
        return str(get_adapter().clean_username(name))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if email and not assess_unique_email(email, user=self.instance):
            raise get_adapter().validation_error("email_taken")
        return email

    def clean_current_password(self) -> str:
        password: str = self.cleaned_data["current_password"]
        if not self.instance.check_password(password):
            raise get_adapter().validation_error("incorrect_password")
        return password

    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        if "email" in self.changed_data:
            change_email(user, user.email)
        return user


class TeamForm(forms.ModelForm[Team]):
    class Meta:
        model = Team
        fields = ["name"]
        labels = {"name": "Name"}
        error_messages = {"name": {"required": "Give the team a name."}}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}

    def clean_name(self) -> str:
        # A line feed in it would be one in the subject of an e-mail.
        return " ".join(self.cleaned_data["name"].split())


class InvitationForm(forms.Form):
    role = forms.ChoiceField(label="As", choices=Membership.Role.choices, initial=Membership.Role.MEMBER)
    email = forms.EmailField(
        label="E-mail (may stay empty)",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="The link is sent there. You also get it here, to pass on as you like.",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)

    def chosen(self) -> Membership.Role:
        return Membership.Role(self.cleaned_data["role"])


class TokenForm(forms.Form):
    EXPIRY = {"30": "30 days", "90": "90 days", "365": "1 year", "": "Never"}

    name = forms.CharField(
        label="Name",
        max_length=60,
        error_messages={"required": "Say what the token is for, so that you know it again."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="What it is for, such as “nightly report”.",
    )
    uses = forms.MultipleChoiceField(
        label="What it may do",
        choices=[("ask", "Ask and read databases"), ("train", "OpenEnv environment")],
        initial=["ask"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that it may do."},
        help_text="Tools of your own and assistants ask and read, as you may; agents in training use the environment.",
    )
    days = forms.ChoiceField(label="Expires after", choices=list(EXPIRY.items()), initial="90", required=False)

    def scopes(self) -> dict[str, bool]:
        """As the fields of an `ApiToken`."""
        uses = self.cleaned_data["uses"]
        return {"may_ask": "ask" in uses, "may_train": "train" in uses}

    def lifetime(self) -> timedelta | None:
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None
