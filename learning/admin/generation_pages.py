"""Pages of the admin between an action and what it does: putting a generation to use, rolling back, comparing two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.requests import person
from learning.admin import display
from learning.generations import changing, watching
from learning.generations.absorbed import taken_back
from learning.generations.changing import LONGEST_REASON, NotPossible
from learning.generations.text_changes import changes
from learning.models import Generation
from learning.prompts import text_of

if TYPE_CHECKING:
    from learning.admin.generations import GenerationAdmin


@dataclass(frozen=True, slots=True)
class Way:
    """A way to put a generation to use: what it is called, and whether a reason has to be given."""

    title: str
    button: str
    is_back: bool


PROMOTING = Way("Put generation {} to use", "Put it to use", is_back=False)
ROLLING_BACK = Way("Roll back to generation {}", "Roll back", is_back=True)


class Decision(forms.Form):
    """`seen`: the generation that was in use when the person decided."""

    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3}))
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_required
        self.fields["reason"].error_messages["required"] = "Say why it is rolled back, so that others know."


def decide(pages: GenerationAdmin, request: HttpRequest, pk: int, way: Way) -> HttpResponse:
    """Asked for a reason, then done, and on record."""
    if not pages.has_decide_permission(request):
        raise PermissionDenied
    generation: Generation = get_object_or_404(pages.get_queryset(request), pk=pk)
    now = changing.in_use(generation.connection)
    form = Decision(request.POST or None, is_required=way.is_back, initial={"seen": now.number})
    if request.method == "POST" and form.is_valid():
        try:
            _change(generation, person(request), way, **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            pages.message_user(
                request, f"Generation {generation.number} is in use: the next question is asked with it."
            )
            return redirect("admin:learning_generation_changelist")
    title = way.title.format(generation.number)
    context = _about(pages, request, generation, title) | _difference(now, generation)
    context |= {"form": form, "way": way, "now": now, "taken_back": taken_back(generation)}
    return TemplateResponse(request, "admin/learning/decide_generation.html", context)


def compare(pages: GenerationAdmin, request: HttpRequest) -> HttpResponse:
    if not pages.has_view_permission(request):
        raise PermissionDenied
    found = pages.get_queryset(request)
    before, after = (get_object_or_404(found, pk=_number(request.GET.get(name, ""))) for name in "ab")
    if before.connection_id != after.connection_id:
        pages.message_user(request, "Choose two generations of one connection.", messages.ERROR)
        return redirect("admin:learning_generation_changelist")
    title = f"Generations {before.number} and {after.number} of {after.connection.name}"
    context = _about(pages, request, after, title) | _difference(before, after)
    return TemplateResponse(request, "admin/learning/compare_generations.html", context)


@transaction.atomic
def _change(generation: Generation, user: User, way: Way, reason: str, seen: int) -> None:
    """Raises NotPossible."""
    changing.lock(generation.connection)
    now = changing.in_use(generation.connection)
    if now.number != seen:
        raise NotPossible(f"Generation {now.number} was put into use meanwhile. Look at it, then decide again.")
    if not way.is_back:
        changing.promote(generation, user, reason)
    elif generation in changing.lineage(now):
        changing.roll_back(generation, user, reason)
    else:
        raise NotPossible("What is in use did not come of it: put it to use instead.")


def _about(pages: GenerationAdmin, request: HttpRequest, generation: Generation, title: str) -> dict[str, Any]:
    return {
        **pages.admin_site.each_context(request),
        "title": title,
        "opts": pages.opts,
        "generation": generation,
        "connection": generation.connection,
        "media": pages.media,
    }


def _difference(before: Generation, after: Generation) -> dict[str, Any]:
    return {"changes": changes(text_of(before), text_of(after)), "sides": [_side(before), _side(after)]}


def _side(generation: Generation) -> dict[str, Any]:
    return {
        "generation": generation,
        "live": watching.live(generation),
        "compared": display.compared(generation.comparison),
        "figures": display.figures(generation.comparison),
    }


def _number(text: str) -> int:
    """0, which is nobody's, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
