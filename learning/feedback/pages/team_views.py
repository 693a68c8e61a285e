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


class TeamLearningForm(forms.ModelForm[TeamLearning]):
    class Meta:
        model = TeamLearning
        fields = ["accepts_remarks", "is_personal"]


@require_http_methods(["GET", "HEAD", "POST"])
def team_learning(request: UserRequest, team_id: int) -> HttpResponse:
    """Everybody of the team sees it; its owners choose."""
    team, role = get_team(request, team_id)
    chosen = TeamLearning.of(team.pk)
    if request.method == "POST":
        require_owner(role)
        form = TeamLearningForm(request.POST, instance=chosen)
        choices.choose(form.save(commit=False), request.user)
        messages.success(request, "Saved. It holds from the next question on.")
        return redirect("team_learning", team.pk)
    return render(request, "learning/team_learning.html", {"team": team, "role": role, "chosen": chosen})
