"""Which generation is in use: promoting one, and rolling back to one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.requests import UserRequest
from learning.generations import changing, editing
from learning.generations.changing import NotPossible
from learning.generations.pages.generation_page import Shown
from learning.generations.pages.requests import get_generation_to_curate


class Decided(forms.Form):
    """`seen`: the generation that was in use when the person decided."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    reason = forms.CharField(required=False)


@require_POST
def promote(request: UserRequest, connection_id: int, number: int) -> HttpResponse:
    return _change(request, connection_id, number, is_back=False)


@require_POST
def roll_back(request: UserRequest, connection_id: int, number: int) -> HttpResponse:
    return _change(request, connection_id, number, is_back=True)


def _change(request: UserRequest, connection_id: int, number: int, *, is_back: bool) -> HttpResponse:
    """What was typed is still there where nothing came of it."""
    generation, role = get_generation_to_curate(request, connection_id, number)
    form = Decided(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else changing.in_use(generation.connection).number
    reason = request.POST.get("reason", "")
    change = editing.roll_back if is_back else editing.put_to_use
    try:
        change(generation, request.user, reason, seen)
    except NotPossible as error:
        refused = {"error": str(error), "reason": reason, "is_back": is_back}
        about = {"connection": generation.connection, "role": role, "generation": generation}
        context = about | {"shown": Shown(generation, role)} | refused
        return render(request, "learning/generations/generation.html", context, status=422)
    again = "again " if is_back else ""
    messages.success(request, f"Generation {number} is {again}in use: the next question is asked with it.")
    return redirect("generation", connection_id, number)
