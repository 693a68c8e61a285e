"""Verified queries as files: out of a connection, and into it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pacing import EXPORTS, IMPORTS, paced
from accounts.requests import UserRequest
from datasources import audit
from datasources.models import AuditEntry
from datasources.requests import get_connection, get_connection_to_curate
from datasources.streaming import streamed
from datasources.wording import counted
from learning.models import VerifiedImport
from learning.verified import exporting, importing, listing
from learning.verified.importing import Found, Unreachable
from learning.verified.lines import MOST_BYTES, MOST_LINES, BadFile
from learning.verified.pages.forms import ImportForm
from learning.verified.pages.views import wish_of


@require_GET
@paced("export", EXPORTS)
def export(request: UserRequest, connection_id: int) -> StreamingHttpResponse:
    """What search and filter leave."""
    connection, _ = get_connection(request, connection_id)
    wish = wish_of(request)
    message = f"verified queries, {wish.to_query() or 'all of them'}"
    audit.record(connection, request.user, AuditEntry.Action.EXPORT, message)
    queries = listing.found(connection, wish).select_related("connection", "created_by")
    pieces = exporting.pieces(queries.defer("connection__schema_snapshot", "episode__result"))
    response = streamed(request, pieces, "application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="verified-{connection.pk}.jsonl"'
    return response


@require_http_methods(["GET", "POST"])
@paced("import", IMPORTS, methods=("POST",))
def choose(request: UserRequest, connection_id: int) -> HttpResponse:
    """What a file looks like; a POST reads one."""
    connection, role = get_connection_to_curate(request, connection_id)
    is_post = request.method == "POST"
    form = ImportForm(request.POST if is_post else None, request.FILES if is_post else None)
    if is_post and form.is_valid():
        try:
            content = form.uploaded.read(MOST_BYTES + 1)
            stored = importing.begin(connection, request.user, form.uploaded.name or "", content)
        except BadFile as bad:
            form.add_error("file", str(bad))
        else:
            return redirect("verified_import_preview", connection.pk, stored.pk)
    context = {"connection": connection, "role": role, "form": form, "most_lines": MOST_LINES}
    return render(request, "learning/verified_import.html", context, status=422 if form.errors else 200)


@require_GET
def preview(request: UserRequest, connection_id: int, import_id: int) -> HttpResponse:
    """What each line would do."""
    context = _preview(request, _get_import(request, connection_id, import_id))
    return render(request, "learning/verified_import_preview.html", context)


@require_POST
def go_on(request: UserRequest, connection_id: int, import_id: int) -> HttpResponse:
    """Try the next lines: the page asks for that by itself, again and again."""
    stored = _get_import(request, connection_id, import_id)
    obstacle = ""
    try:
        importing.go_on(stored)
    except Unreachable as error:
        obstacle = str(error)
    if request.htmx:
        context = _preview(request, stored) | {"obstacle": obstacle}
        return render(request, "learning/_verified_import.html", context)
    if obstacle:
        messages.error(request, obstacle)
    return redirect("verified_import_preview", connection_id, import_id)


@require_POST
def keep(request: UserRequest, connection_id: int, import_id: int) -> HttpResponse:
    stored = _get_import(request, connection_id, import_id)
    left = importing.counts(importing.checked_lines(stored))[Found.WAITING]
    if left:
        messages.error(request, f"{left} lines have not been tried yet. Nothing is added until they are.")
        return redirect("verified_import_preview", connection_id, import_id)
    added = importing.keep(stored)
    messages.success(request, f"{counted(added, 'verified query is', 'verified queries are')} added.")
    return redirect("verified_queries", connection_id)


def _get_import(request: UserRequest, connection_id: int, import_id: int) -> VerifiedImport:
    """Raises Http404 for everybody but whose it is, and PermissionDenied for who may curate no more."""
    connection, _ = get_connection_to_curate(request, connection_id)
    stored = get_object_or_404(VerifiedImport.objects.visible_to(request.user), connection=connection, pk=import_id)
    stored.connection = connection
    return stored


def _preview(request: UserRequest, stored: VerifiedImport) -> dict[str, Any]:
    checked = importing.checked_lines(stored)
    counts = importing.counts(checked)
    return {
        "connection": stored.connection,
        "role": stored.connection.team.role_of(request.user),
        "stored": stored,
        "counts": counts,
        "lines": len(checked),
        "tried": len(checked) - counts[Found.WAITING],
        "groups": [(words, [line for line in checked if line.found == found]) for found, words in _GROUPS.items()],
    }


_GROUPS = {
    Found.BAD: "Cannot be added",
    Found.OTHER: "Left out: the question has another SQL here",
    Found.NEW: "To be added",
    Found.KNOWN: "Here already",
}
"""What a curator has to look at comes first."""
