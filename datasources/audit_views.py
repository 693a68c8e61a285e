"""The audit list of a team, for its owners."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.models import Membership, Team
from accounts.pacing import EXPORTS, paced
from accounts.requests import UserRequest, get_team, require_owner
from datasources import audit as records
from datasources import audit_list
from datasources.audit_list import Entries
from datasources.forms import AuditFilter
from datasources.models import AuditEntry
from datasources.streaming import streamed


@require_GET
def audit(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = _owned(request, team_id)
    form, entries = _filtered(request, team)
    before = request.GET.get("before", "")
    start = _of(request, team).filter(pk=before).first() if before.isdecimal() and len(before) < 19 else None
    shown, more = audit_list.page(entries, start)
    context = {
        "team": team,
        "role": role,
        "form": form,
        "entries": shown,
        "more": more,
        "start": start,
        "filters": urlencode(_wishes(form)),
        "is_filtered": bool(_wishes(form)),
        "people": team.members.order_by("username").values_list("username", flat=True),
        "names": team.connections.values_list("name", flat=True),
    }
    return render(request, "datasources/audit.html", context)


@require_GET
def entry(request: UserRequest, team_id: int, entry_id: int) -> HttpResponse:
    team, role = _owned(request, team_id)
    found = get_object_or_404(_of(request, team), pk=entry_id)
    return render(request, "datasources/audit_entry.html", {"team": team, "role": role, "entry": found})


@require_GET
@paced("export", EXPORTS)
def export(request: UserRequest, team_id: int) -> StreamingHttpResponse:
    """What the filters leave, as CSV."""
    team, _ = _owned(request, team_id)
    form, entries = _filtered(request, team)
    wishes = ", ".join(f"{name}: {wish}" for name, wish in _wishes(form).items())
    # Before it is recorded itself.
    entries = entries.filter(at__lte=timezone.now())
    records.record_export(team, request.user, f"the audit list, {wishes or 'all of it'}")
    response = streamed(request, audit_list.csv_pieces(entries), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def _owned(request: UserRequest, team_id: int) -> tuple[Team, Membership.Role]:
    team, role = get_team(request, team_id)
    require_owner(role)
    return team, role


def _of(request: UserRequest, team: Team) -> Entries:
    return AuditEntry.objects.visible_to(request.user).filter(team=team)


def _filtered(request: UserRequest, team: Team) -> tuple[AuditFilter, Entries]:
    form = AuditFilter(request.GET)
    form.is_valid()
    return form, audit_list.filtered(_of(request, team), form.cleaned_data)


def _wishes(form: AuditFilter) -> dict[str, Any]:
    return {name: wish for name, wish in form.cleaned_data.items() if wish}
