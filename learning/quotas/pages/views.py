"""A team's usage, for its owners."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Membership, Team, User
from accounts.pacing import EXPORTS, paced
from accounts.requests import UserRequest, get_team, require_owner
from datasources import audit
from datasources.streaming import streamed
from learning.quotas import history, standing


@require_GET
def team_usage(request: UserRequest, team_id: int) -> HttpResponse:
    """The last thirty days; with ?person= the days of one."""
    team, role = _owned(request, team_id)
    person = _person(request, team)
    days = history.by_day(team, person.pk if person else None)
    context = {
        "team": team,
        "role": role,
        "standing": standing.of_team(team.pk),
        "people": history.by_person(team),
        "days": days,
        "total": history.total(days),
        "person": person,
        "number_of_days": history.DAYS,
    }
    return render(request, "learning/quotas/team_usage.html", context)


@require_GET
@paced("export", EXPORTS)
def export(request: UserRequest, team_id: int) -> StreamingHttpResponse:
    team, _ = _owned(request, team_id)
    audit.record_export(team, request.user, f"usage of the last {history.DAYS} days")
    response = streamed(request, history.csv_pieces(team), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def _owned(request: UserRequest, team_id: int) -> tuple[Team, Membership.Role]:
    team, role = get_team(request, team_id)
    require_owner(role)
    return team, role


def _person(request: UserRequest, team: Team) -> User | None:
    """Who is named in the address: of the team, or somebody who used something in it. Raises Http404."""
    wanted = request.GET.get("person", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    return get_object_or_404(User.objects.filter(usage__team=team).distinct(), pk=wanted)
