"""A team's models: what answers its questions, and which of them is asked first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Team
from accounts.requests import UserRequest, get_team, require_owner
from datasources import audit
from datasources.models import AuditEntry, Connection
from endpoints import breaker, choosing
from endpoints.models import Endpoint, TeamChoice


@require_http_methods(["GET", "HEAD", "POST"])
def model(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    if request.method == "POST":
        require_owner(role)
        return _choose(request, team)
    endpoints = choosing.for_team(team.pk)
    page = {
        "team": team,
        "tab": "model",
        "role": role,
        "endpoints": [(endpoint, _key(endpoint), breaker.state(endpoint)) for endpoint in endpoints],
        "may_choose": role.may_manage and len(endpoints) > 1,
    }
    return render(request, "endpoints/model.html", page)


def _choose(request: UserRequest, team: Team) -> HttpResponse:
    """Of those that answer the team, and no others."""
    chosen = next((each for each in choosing.for_team(team.pk) if _key(each) == request.POST.get("endpoint")), None)
    if chosen is None:
        messages.error(request, "That model does not answer your team any more. Choose another one.")
        return redirect("team_model", team.pk)
    if chosen.pk is None:
        chosen = Endpoint.objects.saved_environment()
    TeamChoice.objects.update_or_create(team=team, defaults={"endpoint": chosen})
    _record(request, team, chosen)
    messages.success(request, f"{chosen.model_name} is asked first now.")
    return redirect("team_model", team.pk)


def _key(endpoint: Endpoint) -> str:
    """The environment's may not be saved yet."""
    return str(endpoint.pk or "environment")


def _record(request: UserRequest, team: Team, chosen: Endpoint) -> None:
    audit.record(Connection(team=team), request.user, AuditEntry.Action.CHANGE, f"LLM endpoint asked first: {chosen}")
