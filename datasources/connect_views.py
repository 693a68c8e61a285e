"""The form that connects a database or changes one that is connected: it tests and it saves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership, Team
from accounts.pacing import CONNECTING, paced
from accounts.requests import UserRequest, get_team, require_owner
from datasources import audit, connecting, upload_limit
from datasources.connecting import Tried
from datasources.forms import ConnectForm
from datasources.models import AuditEntry, Connection
from datasources.requests import get_connection


# How long an upload is has to be looked at before the check against forged requests reads it: that check comes second.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@paced("connect", CONNECTING, methods=("POST",))
def connect(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    require_owner(role)
    return _form_page(request, team, role, None)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@paced("connect", CONNECTING, methods=("POST",))
def edit(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    require_owner(role)
    return _form_page(request, connection.team, role, connection)


def _form_page(request: UserRequest, team: Team, role: Membership.Role, connection: Connection | None) -> HttpResponse:
    if upload_limit.is_too_long(request):
        return _too_long(request, team, role, connection)
    protected: HttpResponse = csrf_protect(_answer)(request, team, role, connection)
    return protected


def _answer(request: UserRequest, team: Team, role: Membership.Role, connection: Connection | None) -> HttpResponse:
    if request.method == "GET":
        wanted = {"initial": {"kind": request.GET["kind"]}} if "kind" in request.GET and not connection else {}
        return _page(request, role, ConnectForm(team=team, connection=connection, **wanted))
    form = ConnectForm(request.POST, request.FILES, team=team, connection=connection)
    tried = None
    if form.is_valid():
        try:
            saved, tried = _carry_out(request, form)
        except connecting.Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            if saved:
                return _to_settings(request, saved, tried, is_new=connection is None)
    return _page(request, role, form, tried)


def _carry_out(request: UserRequest, form: ConnectForm) -> tuple[Connection | None, Tried]:
    """Raises Refused."""
    wish = request.POST.get("do")
    if wish == "test":
        return None, connecting.try_form(form, request.user)
    return connecting.save_form(form, request.user, anyway=wish == "anyway")


def _to_settings(request: UserRequest, saved: Connection, tried: Tried, *, is_new: bool) -> HttpResponse:
    done = f"{saved.name} is {'connected' if is_new else 'changed'}."
    if tried.works:
        messages.success(request, " ".join([done, *tried.notes]))
    else:
        messages.warning(request, f"{done} It does not answer yet: {tried.text}")
    address = reverse("connection", args=[saved.pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _page(request: UserRequest, role: Membership.Role, form: ConnectForm, tried: Tried | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "team": form.team,
        "role": role,
        "connection": form.connection,
        "form": form,
        "tried": tried,
        "tested": request.POST.get("do") == "test",
        "dirs": settings.ALLOWED_DB_DIRS,
        "hosts": settings.ALLOWED_DB_HOSTS,
        "most_mb": settings.MAX_UPLOAD_MB,
        "most_bytes": settings.MAX_UPLOAD_MB * 1024 * 1024,
    }
    return render(request, "datasources/_connect_outcome.html" if request.htmx else "datasources/connect.html", context)


def _too_long(request: UserRequest, team: Team, role: Membership.Role, connection: Connection | None) -> HttpResponse:
    action = AuditEntry.Action.CHANGE if connection else AuditEntry.Action.CREATE
    about = connection or Connection(team=team)
    audit.record(about, request.user, action, upload_limit.sentence(), refused=True)
    context = {"team": team, "role": role, "connection": connection, "sentence": upload_limit.sentence()}
    template = "datasources/_too_long.html" if request.htmx else "datasources/connect_too_long.html"
    return render(request, template, context, status=413)
