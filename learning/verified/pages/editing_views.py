"""What curators do to verified queries."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership
from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection_to_curate
from datasources.tables import Table
from learning.feedback import correcting
from learning.models import VerifiedQuery
from learning.results import head
from learning.verified import editing
from learning.verified.editing import BadQuery
from learning.verified.listing import Wish
from learning.verified.pages.forms import QueryForm
from learning.verified.pages.requests import get_query_to_curate
from learning.verified.pages.views import about

ROWS_SHOWN = 20


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def add(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection_to_curate(request, connection_id)
    return _write(request, connection, role, None)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def edit(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    query, role = get_query_to_curate(request, connection_id, query_id)
    return _write(request, query.connection, role, query)


@require_POST
def retire(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    query, role = get_query_to_curate(request, connection_id, query_id)
    reason = request.POST.get("reason", "")
    try:
        editing.retire(query, request.user, reason)
    except BadQuery as error:
        context = about(request, query) | {"role": role, "error": error, "reason": reason}
        return render(request, "learning/verified_query.html", context, status=422)
    messages.success(request, "It is retired: no longer recalled, and no longer shown to the model.")
    return redirect("verified_query", connection_id, query_id)


@require_POST
def restore(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    query, role = get_query_to_curate(request, connection_id, query_id)
    try:
        editing.restore(query, request.user)
    except BadQuery as error:
        context = about(request, query) | {"role": role, "error": error}
        return render(request, "learning/verified_query.html", context, status=422)
    messages.success(request, "It runs, and is in use again.")
    return redirect("verified_query", connection_id, query_id)


@require_POST
def take_back(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    """The last correction that stands."""
    query, role = get_query_to_curate(request, connection_id, query_id)
    correction = query.corrections.standing().select_related("episode", "user").first()
    try:
        if correction is None:
            raise BadQuery("There is no correction to take back any more.")
        correction.query = query
        correcting.take_back(correction, request.user)
    except BadQuery as error:
        context = about(request, query) | {"role": role, "error": error}
        return render(request, "learning/verified_query.html", context, status=422)
    messages.success(request, "The correction is taken back, and so is what it said of the answer.")
    return redirect("verified_query", connection_id, query_id)


@require_POST
def confirm(request: UserRequest, connection_id: int, query_id: int) -> HttpResponse:
    """Still right. From the list, it leads back to where one was in it."""
    query, _ = get_query_to_curate(request, connection_id, query_id)
    try:
        editing.confirm(query, request.user, request.POST.get("seen", ""))
    except BadQuery as error:
        messages.error(request, error.message)
        return redirect("verified_query", connection_id, query_id)
    messages.success(request, "It is still right: asked again, it is recalled at once.")
    if "list" not in request.POST:
        return redirect("verified_query", connection_id, query_id)
    back = QueryDict(request.POST["list"])
    wish = Wish.of(back.get("q", ""), back.get("state", ""))
    return redirect(f"{reverse('verified_queries', args=[connection_id])}?{wish.to_query()}")


def _write(
    request: UserRequest, connection: Connection, role: Membership.Role, query: VerifiedQuery | None
) -> HttpResponse:
    """The form, and what comes of it: tried and shown, or saved."""
    form = QueryForm.of(query, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"connection": connection, "role": role, "query": query, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            if "try" not in request.POST:
                return _saved(request, connection, query, form)
            result = editing.tried(connection, request.user, form.written.sql)
            context["trial"] = Table(head(result, ROWS_SHOWN))
        except BadQuery as error:
            form.refuse(error)
            context["other"] = error.other
    context["version"] = editing.version(query) if query else ""
    if request.htmx:
        return render(request, "learning/_verified_trial.html", context)
    return render(request, "learning/verified_edit.html", context, status=422 if form.errors else 200)


def _saved(request: UserRequest, connection: Connection, query: VerifiedQuery | None, form: QueryForm) -> HttpResponse:
    """Raises BadQuery."""
    if query is None:
        query = editing.add(connection, request.user, form.written)
        messages.success(request, "It runs, and is added.")
    else:
        editing.edit(query, request.user, form.written, seen=request.POST.get("seen", ""))
        messages.success(request, "It runs, and is saved.")
    return redirect("verified_query", connection.pk, query.pk)
