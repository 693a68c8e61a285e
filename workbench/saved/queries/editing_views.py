"""What people do to saved queries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Membership
from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from learning.models import Episode
from learning.verified.editing import MAX_SQL
from workbench.saved.models import KEPT_FOR, SavedQuery
from workbench.saved.parameters import WORDS, Parameter
from workbench.saved.queries import keeping, running
from workbench.saved.queries.forms import SavedForm, described
from workbench.saved.queries.keeping import NotKept
from workbench.saved.queries.requests import get_saved, get_saved_to_change


@require_http_methods(["GET", "POST"])
def save_answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """The SQL of one of one's own answers, to be named and kept."""
    is_mine = Q(user=request.user) | Q(turn__conversation__user=request.user)
    mine = Episode.objects.visible_to(request.user).filter(is_mine).select_related("connection__team")
    episode = get_object_or_404(mine.defer("connection__schema_snapshot", "result"), pk=episode_id)
    role = episode.connection.team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return _write(request, episode.connection, role, episode=episode)


@require_http_methods(["GET", "POST"])
def add(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    return _write(request, connection, role)


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, saved_id: int) -> HttpResponse:
    saved, role = get_saved_to_change(request, saved_id)
    return _write(request, saved.connection, role, saved=saved)


@require_POST
def parameters(request: UserRequest, connection_id: int) -> HttpResponse:
    """The fields for the parameters that a statement names, while it is being written."""
    connection, _ = get_connection(request, connection_id)
    context = _parameters(connection, request.POST.get("sql", ""), described(request.POST, connection))
    return render(request, "workbench/saved/_parameters.html", context)


@require_POST
def delete(request: UserRequest, saved_id: int) -> HttpResponse:
    saved, _ = get_saved_to_change(request, saved_id)
    keeping.delete(saved, request.user)
    messages.success(request, f"“{saved}” is deleted. For {KEPT_FOR.days} days it can be brought back.")
    return redirect("saved_query", saved.pk)


@require_POST
def bring_back(request: UserRequest, saved_id: int) -> HttpResponse:
    saved, _ = get_saved_to_change(request, saved_id)
    keeping.bring_back(saved, request.user)
    messages.success(request, f"“{saved}” is back.")
    return redirect("saved_query", saved.pk)


@require_POST
def duplicate(request: UserRequest, saved_id: int) -> HttpResponse:
    saved, _ = get_saved(request, saved_id)
    copy = keeping.duplicate(saved, request.user)
    messages.success(request, "This is your own copy: nobody else sees it until you say so.")
    return redirect("saved_query_edit", copy.pk)


def _write(
    request: UserRequest,
    connection: Connection,
    role: Membership.Role,
    *,
    saved: SavedQuery | None = None,
    episode: Episode | None = None,
) -> HttpResponse:
    """The form, and what comes of it."""
    is_post = request.method == "POST" and "name" in request.POST
    form = SavedForm(request.POST) if is_post else SavedForm.of(saved) if saved else _empty(request, episode)
    if is_post and form.is_valid():
        try:
            return _saved(request, connection, form, saved, episode)
        except NotKept as error:
            form.refuse(error)
    known = described(request.POST, connection) if is_post else {one.name: one for one in saved.inputs} if saved else {}
    context = {
        "connection": connection,
        "role": role,
        "saved": saved,
        "episode": episode,
        "form": form,
        "version": keeping.version(saved) if saved else "",
        "columns": running.columns_to_choose_from(connection),
        **_parameters(connection, form["sql"].value() or "", known),
    }
    return render(request, "workbench/saved/edit.html", context, status=422 if form.errors else 200)


def _empty(request: UserRequest, episode: Episode | None) -> SavedForm:
    """Filled with the answer, or with the SQL that an address has, or the editor sends."""
    if episode is None:
        return SavedForm(initial={"sql": (request.POST.get("sql") or request.GET.get("sql", ""))[:MAX_SQL]})
    return SavedForm(initial={"name": episode.question[: keeping.LONGEST_NAME], "sql": episode.last_sql})


def _saved(
    request: UserRequest, connection: Connection, form: SavedForm, saved: SavedQuery | None, episode: Episode | None
) -> HttpResponse:
    """Raises NotKept."""
    written = form.written(connection)
    if saved:
        keeping.edit(saved, request.user, written, request.POST.get("seen", ""))
    else:
        saved = keeping.save(connection, request.user, written, episode)
    messages.success(request, "Saved for the team." if saved.is_shared else "Saved. Only you see it.")
    return redirect("saved_query", saved.pk)


def _parameters(connection: Connection, sql: str, known: dict[str, Parameter]) -> dict[str, Any]:
    trouble = ""
    found: list[Parameter] = []
    try:
        found = keeping.described(connection, sql, known)
    except NotKept as error:
        trouble = error.message
    return {"parameters": found, "trouble": trouble, "kinds": list(WORDS.items()), "connection": connection}
