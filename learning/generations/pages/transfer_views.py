"""Prompts as files: out of a connection, and into another one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pacing import EXPORTS, IMPORTS, paced
from accounts.requests import UserRequest
from agent.prompt import generation_text
from datasources import audit
from datasources.models import AuditEntry, Connection
from datasources.requests import get_connection_to_curate
from datasources.schema_cache import stored_schema
from learning.generations import changing, editing, prompt_file
from learning.generations.pages.forms import ImportForm
from learning.generations.pages.requests import get_generation
from learning.generations.prompt_file import BadFile, Read
from learning.generations.text_changes import changes
from learning.generations.unknown_names import unknown_names
from learning.prompts import text_of


@require_GET
@paced("export", EXPORTS)
def export(request: UserRequest, connection_id: int, number: int) -> HttpResponse:
    generation, _ = get_generation(request, connection_id, number)
    audit.record(generation.connection, request.user, AuditEntry.Action.EXPORT, f"generation {number} of the prompt")
    response = HttpResponse(prompt_file.written(generation), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="prompt-{connection_id}-generation-{number}.json"'
    return response


@require_http_methods(["GET", "POST"])
@paced("import", IMPORTS, methods=("POST",))
def bring(request: UserRequest, connection_id: int) -> HttpResponse:
    """A POST shows what a file says; `keep` in it makes a proposal of what was shown."""
    connection, role = get_connection_to_curate(request, connection_id)
    is_post = request.method == "POST"
    form = ImportForm(request.POST if is_post else None, request.FILES if is_post else None)
    context: dict[str, Any] = {"connection": connection, "role": role, "form": form}
    if is_post and form.is_valid():
        try:
            content = form.brought(prompt_file.MOST_BYTES)
            found = prompt_file.read(content)
        except BadFile as bad:
            context["problems"] = bad.problems
        else:
            if "keep" in request.POST:
                return _kept(request, connection, found)
            context |= _preview(connection, found) | {"content": content.decode("utf-8-sig")}
            return render(request, "learning/generations/import_preview.html", context)
    status = 422 if form.errors or context.get("problems") else 200
    return render(request, "learning/generations/import.html", context, status=status)


def _kept(request: UserRequest, connection: Connection, found: Read) -> HttpResponse:
    made = editing.bring(connection, request.user, found.text, found.source)
    messages.success(request, f"It is kept as generation {made.number}, a proposal: no question is asked with it yet.")
    return redirect("generation", connection.pk, made.number)


def _preview(connection: Connection, found: Read) -> dict[str, Any]:
    in_use = changing.in_use(connection)
    schema = stored_schema(connection)
    texts = [found.text.instructions, *(rule.text for rule in found.text.rules)]
    return {
        "read": found,
        "in_use": in_use,
        "changes": changes(text_of(in_use), generation_text(found.text.instructions, texts[1:])),
        "is_checked": schema is not None,
        "unknown": unknown_names(texts, schema) if schema else [],
    }
