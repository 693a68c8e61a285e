"""How a team wants its agents to learn."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import UserRequest, get_team, require_owner
from learning.feedback import choices
from learning.models import TeamLearning


class ChoicesForm(forms.Form):
    accepts_remarks = forms.BooleanField(required=False)
    is_personal = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def team_learning(request: UserRequest, team_id: int) -> HttpResponse:
    """Everybody of the team sees it; its owners choose."""
    team, role = get_team(request, team_id)
    if request.method == "POST":
        require_owner(role)
        form = ChoicesForm(request.POST)
        form.full_clean()
        choices.choose(team, request.user, **form.cleaned_data)
        messages.success(request, "Saved. It holds from the next question on.")
        return redirect("team_learning", team.pk)
    chosen = TeamLearning.of(team.pk)
    return render(request, "learning/team_learning.html", {"team": team, "role": role, "chosen": chosen})
