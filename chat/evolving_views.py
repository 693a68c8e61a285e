"""The prompt's column, and what is decided about the prompt in a conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.pacing import RUNS, paced
from accounts.requests import UserRequest, require_curator
from chat import evolving, news, pages
from chat.models import Conversation, Turn
from chat.status import model_status
from datasources.models import Connection
from datasources.requests import get_connection
from learning.generations import changing
from learning.models import Generation, Optimization
from learning.optimizing import running

CHANGED = "prompt-changed"
"""What the browser is told when another prompt may be in use: the column asks again."""
UNDONE = "Undone in a conversation."


@require_GET
def prompt_panel(request: UserRequest, connection_id: int) -> HttpResponse:
    """The column, and what it changes elsewhere on the page."""
    connection, role = get_connection(request, connection_id)
    conversation = _conversation(request, connection, request.GET.get("conversation", ""))
    context = pages.prompt_panel(connection, role) | {"conversation": conversation, "status": model_status(connection)}
    if conversation:
        context |= _gap(conversation, conversation.turns.order_by("asked_at").last())
        context["earlier_news"] = news.cards_before_the_last(conversation)
    return render(request, "chat/_prompt_changed.html", {**context, "look": True})


@require_GET
def optimization(request: UserRequest, connection_id: int) -> HttpResponse:
    """How the optimization under way stands, for a browser that has seen what `known` names; nothing where that is all
    there is to tell."""
    connection, role = get_connection(request, connection_id)
    known = request.GET.get("known", "")
    found = evolving.evolution(connection)
    if found.mark == known:
        return HttpResponse(status=204)
    conversation = _conversation(request, connection, request.GET.get("conversation", ""))
    context = {"connection": connection, "role": role, "evolution": found, "conversation": conversation}
    is_new_phase = evolving.phase_in(found.mark) != evolving.phase_in(known)
    response = render(request, "chat/_optimization_now.html", {**context, "is_new_phase": is_new_phase})
    if not found.run:
        response["HX-Trigger"] = CHANGED
    return response


@require_POST
@paced("run", RUNS, methods=("POST",))
def optimize(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    require_curator(role)
    refusal = ""
    try:
        running.start(connection, Optimization.Trigger.PERSON, request.user)
    except running.NotPossible as obstacle:
        refusal = str(obstacle)
    return _optimization(request, connection, role, refusal)


@require_POST
def cancel_optimization(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    require_curator(role)
    found = connection.optimizations.under_way().first()
    was_under_way = bool(found and running.cancel(found, request.user))
    return _optimization(request, connection, role, "" if was_under_way else "It was over already.")


@require_POST
def undo_generation(request: UserRequest, conversation_id: UUID, number: int) -> HttpResponse:
    return _decided(request, conversation_id, number, lambda it, user: changing.undo(it, user, UNDONE))


@require_POST
def use_generation(request: UserRequest, conversation_id: UUID, number: int) -> HttpResponse:
    return _decided(request, conversation_id, number, changing.promote)


def _optimization(request: UserRequest, connection: Connection, role: Any, refusal: str) -> HttpResponse:
    """That part of the column, which says at once what was done; without htmx, the page."""
    conversation = _conversation(request, connection, request.POST.get("conversation", ""))
    if not request.htmx:
        if refusal:
            messages.error(request, refusal)
        return redirect("conversation", conversation.pk) if conversation else redirect("ask", connection.pk)
    context = {"connection": connection, "role": role, "conversation": conversation, "refusal": refusal}
    found = evolving.evolution(connection)
    response = render(request, "chat/_optimization.html", {**context, "evolution": found})
    if not found.run and not refusal:
        response["HX-Trigger"] = CHANGED
    return response


def _decided(
    request: UserRequest, conversation_id: UUID, number: int, change: Callable[[Generation, User], None]
) -> HttpResponse:
    """Do it and show the cards anew between which it was asked for; without htmx, the page."""
    conversation = pages.conversation_for(request.user, conversation_id)
    if conversation is None:
        raise Http404
    connection, role = get_connection(request, conversation.connection_id)
    require_curator(role)
    generation = get_object_or_404(connection.generations, number=number)
    refusal = ""
    try:
        change(generation, request.user)
    except changing.NotPossible as obstacle:
        refusal = str(obstacle)
    turn = _turn(conversation, request.POST.get("after", ""))
    if not request.htmx:
        if refusal:
            messages.error(request, refusal)
        return redirect(reverse("conversation", args=[conversation.pk]) + _since(turn))
    context = {"connection": connection, "role": role, "conversation": conversation, **_gap(conversation, turn)}
    if refusal:
        context |= pages.prompt_panel(connection, role) | {"refusal": refusal}
        return render(request, "chat/_news_refused.html", context)
    response = render(request, "chat/_news.html", context)
    response["HX-Trigger"] = CHANGED
    return response


def _gap(conversation: Conversation, turn: Turn | None) -> dict[str, Any]:
    return {"news": news.after(conversation, turn), "after": str(turn.episode_id) if turn else ""}


def _turn(conversation: Conversation, answer: str) -> Turn | None:
    wanted = _uuid(answer)
    return conversation.turns.filter(episode=wanted).first() if wanted else None


def _since(turn: Turn | None) -> str:
    return f"?since={turn.episode_id}#news-{turn.episode_id}" if turn else ""


def _conversation(request: UserRequest, connection: Connection, wanted: str) -> Conversation | None:
    """The one on whose page the column stands; none where it is of another connection."""
    found = _uuid(wanted)
    conversation = pages.conversation_for(request.user, found) if found else None
    return conversation if conversation and conversation.connection_id == connection.pk else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
