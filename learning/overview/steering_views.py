"""The pages and buttons by which curators steer a connection's bandit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pacing import EXPORTS, IMPORTS, paced
from accounts.requests import UserRequest
from datasources import audit
from datasources.models import AuditEntry
from datasources.requests import get_connection_to_curate
from datasources.streaming import streamed
from learning.bandit import resets, transfer
from learning.overview import kept, steering
from learning.overview.forms import PolicyForm
from learning.overview.views import page


@require_http_methods(["GET", "POST"])
def reset(request: UserRequest, connection_id: int) -> HttpResponse:
    """Says first what is forgotten."""
    connection, role = get_connection_to_curate(request, connection_id)
    if request.method == "POST":
        resets.reset(connection, request.user)
        kept.forget(connection)
        messages.success(request, "The bandit was reset: it starts again. You can take that back below.")
        return redirect("learning", connection.pk)
    context = {"connection": connection, "role": role, "steering": steering.standing_of(connection)}
    return render(request, "learning/learning_reset.html", context)


@require_POST
def undo(request: UserRequest, connection_id: int, reset_id: int) -> HttpResponse:
    connection, _ = get_connection_to_curate(request, connection_id)
    done = get_object_or_404(connection.bandit_resets, pk=reset_id)
    if done.undone_at:
        messages.info(request, "This reset had been taken back already.")
    else:
        resets.undo(done, request.user)
        kept.forget(connection)
        messages.success(request, "The reset was taken back: what had been learned before counts again.")
    return redirect("learning", connection.pk)


@require_GET
@paced("export", EXPORTS)
def export(request: UserRequest, connection_id: int) -> JsonResponse:
    connection, _ = get_connection_to_curate(request, connection_id)
    response = JsonResponse(steering.export(connection, request.user))
    response["Content-Disposition"] = f'attachment; filename="policy-{timezone.localdate():%Y-%m-%d}.json"'
    return response


@require_GET
@paced("export", EXPORTS)
def export_log(request: UserRequest, connection_id: int) -> StreamingHttpResponse:
    """Every decision with what came of it, a line each."""
    connection, _ = get_connection_to_curate(request, connection_id)
    audit.record(connection, request.user, AuditEntry.Action.EXPORT, "the bandit's decisions")
    response = streamed(request, iter(transfer.log_lines(connection)), "application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="decisions-{timezone.localdate():%Y-%m-%d}.jsonl"'
    return response


@require_POST
@paced("import", IMPORTS, methods=("POST",))
def import_policy(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection_to_curate(request, connection_id)
    form = PolicyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            imported = steering.import_policy(connection, request.user, form.policy_name, form.cleaned_data["file"])
        except transfer.BadPolicy as bad:
            form.add_error("file", str(bad))
        else:
            messages.success(request, f"“{imported.name}” counts from the next question on.")
            return redirect("learning", connection.pk)
    return render(request, "learning/learning.html", page(request, connection, role, form), status=422)


@require_POST
def remove_policy(request: UserRequest, connection_id: int, imported_id: int) -> HttpResponse:
    connection, _ = get_connection_to_curate(request, connection_id)
    imported = get_object_or_404(transfer.active(connection), pk=imported_id)
    steering.remove(imported, request.user)
    messages.success(request, f"“{imported.name}” counts no more.")
    return redirect("learning", connection.pk)
