"""How times and numbers are written for a person: a part of the account page."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.preferences import DATES, NUMBERS, zones
from accounts.requests import UserRequest


class PreferencesForm(forms.ModelForm[User]):
    # Only when a form is made: no start of the site waits for it.
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=lambda: [("", "The site’s: UTC"), *zones()],
        error_messages={"invalid_choice": "This machine knows no such time zone: choose another."},
    )
    number_format = forms.ChoiceField(label="Numbers", required=False, choices=NUMBERS)
    date_format = forms.ChoiceField(label="Days", required=False, choices=DATES)

    class Meta:
        model = User
        fields = ["time_zone", "number_format", "date_format"]


@require_POST
def preferences(request: UserRequest) -> HttpResponse:
    person = User.objects.get(pk=request.user.pk)
    form = PreferencesForm(request.POST, instance=person)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved. Times and numbers are written so from now on; exports stay as they are.")
        return redirect("account")
    page = {
        "form": ProfileForm(instance=User.objects.get(pk=request.user.pk)),
        "preferences": form,
        "memberships": request.user.memberships.select_related("team").order_by("team__name"),
    }
    return render(request, "accounts/account.html", page, status=422)
