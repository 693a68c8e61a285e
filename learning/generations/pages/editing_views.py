"""Writing a prompt by hand: another generation comes of it, and the one that it began with stays as it was."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import UserRequest
from learning.generations import changing, editing
from learning.generations.changing import NotPossible
from learning.generations.editing import BadText
from learning.generations.pages.forms import TextForm
from learning.generations.pages.requests import get_generation_to_curate
from learning.models import Generation


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, connection_id: int, number: int) -> HttpResponse:
    parent, role = get_generation_to_curate(request, connection_id, number)
    is_post = request.method == "POST"
    in_use = changing.in_use(parent.connection)
    form = TextForm.of(parent, in_use.number, request.POST if is_post else None)
    if is_post and form.is_valid():
        try:
            made = editing.edit(parent, request.user, form.written, form.cleaned_data["why"])
        except BadText as bad:
            form.refuse(bad)
        else:
            _use(request, made, form.cleaned_data["seen"])
            return redirect("generation", connection_id, made.number)
    context = {"connection": parent.connection, "role": role, "generation": parent, "form": form, "in_use": in_use}
    return render(request, "learning/generations/edit.html", context, status=422 if form.errors else 200)


def _use(request: UserRequest, made: Generation, seen: int) -> None:
    """At once, where that is wanted; it is kept in any case."""
    if "use" not in request.POST:
        kept = f"It is kept as generation {made.number}, a proposal: no question is asked with it yet."
        messages.success(request, kept)
        return
    try:
        editing.put_to_use(made, request.user, "", seen)
    except NotPossible as error:
        messages.warning(request, f"It is kept as generation {made.number}, a proposal. {error}")
    else:
        messages.success(request, f"Generation {made.number} is in use: the next question is asked with it.")
