"""Notes and descriptions: read by the team, written by curators."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest, require_curator
from datasources import audit, descriptions, privacy, snapshots
from datasources.forms import NOTES_CHARACTERS, NotesForm
from datasources.introspect import Table
from datasources.models import AuditEntry, Connection
from datasources.requests import get_connection, get_connection_to_curate
from datasources.wording import counted


@require_POST
def notes(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection_to_curate(request, connection_id)
    form = NotesForm(request.POST, instance=connection)
    if not form.is_valid():
        context = {"form": form, "connection": connection, "team": connection.team, "role": role}
        return render(request, "datasources/connection_notes.html", context, status=422)
    # And nothing else: a schema may be read into the same row meanwhile.
    connection.save(update_fields=["notes"])
    audit.record(connection, request.user, AuditEntry.Action.CHANGE, "business notes")
    messages.success(request, "The notes are saved. The next question is asked with them.")
    return redirect("connection", connection.pk)


@require_POST
def preview(request: UserRequest, connection_id: int) -> HttpResponse:
    get_connection_to_curate(request, connection_id)
    text = request.POST.get("notes", "")[:NOTES_CHARACTERS]
    return render(request, "datasources/_notes_preview.html", {"notes": descriptions.markdown(text)})


@require_GET
@vary_on_headers("HX-Request")
def tables(request: UserRequest, connection_id: int) -> HttpResponse:
    """The list, searched."""
    connection, role = get_connection(request, connection_id)
    search = request.GET.get("q", "")[:200]
    if not request.htmx:
        query = urlencode({"q": search})
        return redirect(f"{reverse('connection', args=[connection.pk])}?{query}#descriptions")
    context = {"connection": connection, "role": role, **descriptions.listing(connection, search)}
    return render(request, "datasources/_tables.html", context)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def table(request: UserRequest, connection_id: int) -> HttpResponse:
    """One table's texts and those of its columns, a hundred at a time."""
    connection, role = get_connection(request, connection_id)
    if "table" not in request.GET:
        return redirect(reverse("connection", args=[connection.pk]) + "#descriptions")
    found = descriptions.table_of(connection, request.GET["table"])
    if found is None:
        raise Http404
    done = error = ""
    if request.method == "POST":
        require_curator(role)
        try:
            count = descriptions.save(connection, found, request.POST.dict())
        except descriptions.TooLong as too_long:
            error = str(too_long)
        else:
            audit.record(connection, request.user, AuditEntry.Action.CHANGE, f"descriptions of {found.full_name}")
            done = f"Saved: {counted(count, 'text')} changed.{_privacy_changed(request, connection, found)}"
            found = descriptions.table_of(connection, found.full_name) or found
    search = request.GET.get("columns", "")[:200]
    context = {
        "connection": connection,
        "team": connection.team,
        "role": role,
        "table": found,
        "text": descriptions.texts_of(connection, found).get("", ""),
        "lines": descriptions.lines_of(connection, found, search, request.GET.get("page")),
        "columns": search,
        "done": done,
        "error": error,
        "longest": descriptions.TEXT_CHARACTERS,
    }
    return render(request, f"datasources/{'_table' if request.htmx else 'connection_table'}.html", context)


def _privacy_changed(request: UserRequest, connection: Connection, table: Table) -> str:
    """What was chosen of its columns' values is put to work; gives what there is to say of it."""
    changed = privacy.save(connection, table, request.POST.dict())
    said = ""
    if hidden := [name for name, is_private in changed.items() if is_private]:
        _record(request, connection, table, hidden, "made private, and what was kept of them deleted")
        said += f" {counted(len(hidden), 'column')} made private: what was kept of the values is deleted."
    if shown := [name for name, is_private in changed.items() if not is_private]:
        _record(request, connection, table, shown, "may be read")
        snapshots.enqueue(connection)
        said += f" The values of {counted(len(shown), 'column')} may be read: the schema is being read again."
    return said


def _record(request: UserRequest, connection: Connection, table: Table, columns: Sequence[str], what: str) -> None:
    names = ", ".join(f"{table.full_name}.{column}" for column in columns)
    audit.record(connection, request.user, AuditEntry.Action.CHANGE, f"values of {names}: {what}")
