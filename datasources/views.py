"""A team's databases, and the settings of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership
from accounts.pacing import CONNECTING, paced
from accounts.requests import UserRequest, get_team, require_curator, require_owner
from datasources import connecting, descriptions, snapshots
from datasources.connecting import SAMPLE_FILE
from datasources.forms import TLS, NotesForm, address_of
from datasources.models import Connection
from datasources.place import place_of
from datasources.requests import get_connection


@require_GET
def connections(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    found = [(connection, place_of(connection)) for connection in team.connections.all()]
    return render(request, "datasources/connections.html", {"team": team, "role": role, "connections": found})


@require_GET
def connection(request: UserRequest, connection_id: int) -> HttpResponse:
    found, role = get_connection(request, connection_id)
    address = address_of(found)
    context = {
        **_about(found, role),
        "form": NotesForm(instance=found),
        "notes": descriptions.markdown(found.notes),
        "place": place_of(found),
        "address": address,
        "tls": TLS[address.tls] if address else "",
        **descriptions.listing(found, request.GET.get("q", "")),
    }
    return render(request, "datasources/connection.html", context)


@require_POST
@paced("connect", CONNECTING, methods=("POST",))
def test(request: UserRequest, connection_id: int) -> HttpResponse:
    """Opens it as it is saved."""
    found, role = get_connection(request, connection_id)
    require_owner(role)
    tried = connecting.attempt(found, request.user)
    connecting.note_warning(found, tried)
    context = {**_about(found, role), "tried": tried, "tested": True}
    template = "_connect_outcome.html" if request.htmx else "connection_tested.html"
    return render(request, f"datasources/{template}", context)


@require_POST
def switch(request: UserRequest, connection_id: int) -> HttpResponse:
    found, role = get_connection(request, connection_id)
    require_owner(role)
    enabled = request.POST.get("enabled") == "yes"
    connecting.switch(found, request.user, enabled=enabled)
    messages.success(request, f"{found.name} is switched {'on' if enabled else 'off'}.")
    return redirect("connection", found.pk)


@require_POST
def agents(request: UserRequest, connection_id: int) -> HttpResponse:
    """Whether agents in training teach its bandit."""
    found, role = get_connection(request, connection_id)
    require_owner(role)
    by_agents = request.POST.get("teach") == "yes"
    connecting.teach(found, request.user, by_agents=by_agents)
    said = "Agents in training teach the bandit from now on." if by_agents else "Agents teach the bandit no more."
    messages.success(request, said)
    return redirect("connection", found.pk)


@require_http_methods(["GET", "POST"])
def delete(request: UserRequest, connection_id: int) -> HttpResponse:
    """Asks first: the name has to be typed."""
    found, role = get_connection(request, connection_id)
    require_owner(role)
    typed = request.POST.get("name", "")
    if request.method == "POST" and typed.strip() == found.name:
        connecting.delete(found, request.user)
        messages.success(request, f"{found.name} is deleted, with all that belonged to it.")
        return redirect("connections", found.team_id)
    context = {
        **_about(found, role),
        "goes": connecting.what_goes_with(found),
        "typed": typed,
        "wrong": request.method == "POST",
    }
    return render(request, "datasources/connection_delete.html", context)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def schema(request: UserRequest, connection_id: int) -> HttpResponse:
    """How reading its schema stands; a POST has it read again."""
    found, role = get_connection(request, connection_id)
    if request.method == "POST":
        require_curator(role)
        snapshots.enqueue(found)
        found.refresh_from_db()
    if not request.htmx:
        return redirect("connection", found.pk)
    response = render(request, "datasources/_schema_state.html", _about(found, role))
    if found.schema_state != Connection.SchemaState.READING:
        response["HX-Trigger"] = "schema-read"  # the list of tables on the same page
    return response


def _about(connection: Connection, role: Membership.Role) -> dict[str, Any]:
    tables = descriptions.snapshot_of(connection).tables
    return {
        "connection": connection,
        "team": connection.team,
        "role": role,
        "table_count": len(tables),
        "column_count": sum(len(table.columns) for table in tables),
        "sample_file": SAMPLE_FILE,
    }
