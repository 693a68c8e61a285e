"""Sharing with the team, and what the team reads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import UserRequest, get_team
from chat import pages, sharing
from chat.models import Conversation, Turn


@require_GET
def team_shared(request: UserRequest, team_id: int) -> HttpResponse:
    """All that is shared in a team."""
    team, role = get_team(request, team_id)
    context = {"team": team, "role": role, "part": "shared"}
    context["shared"] = sharing.list_of(team, request.user, role)
    return render(request, "chat/team_shared.html", context)


@require_POST
def share_conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    conversation = pages.conversation_for(request.user, conversation_id)
    if conversation is None:
        raise Http404
    sharing.share(conversation, request.user)
    messages.success(
        request, f"{conversation.connection.team} can read it by this page's address, until you stop that."
    )
    return redirect("conversation", conversation.pk)


@require_POST
def stop_sharing_conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    """By whose it is, or by a curator."""
    conversation = pages.conversation_for(request.user, conversation_id)
    conversation = conversation or sharing.conversation_for(request.user, conversation_id)
    if conversation is None or not _may_stop(request.user, conversation):
        raise Http404
    sharing.stop(conversation, request.user)
    return _stopped(request, conversation, redirect("conversation", conversation.pk))


@require_POST
def share_answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    turn = _own_turn(request.user, episode_id)
    if turn is None:
        raise Http404
    sharing.share_answer(turn, request.user)
    team = turn.conversation.connection.team
    messages.success(request, f"{team} can read this answer by this page's address, until you stop that.")
    return redirect("answer", episode_id)


@require_POST
def stop_sharing_answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """By whose it is, or by a curator."""
    turn = _own_turn(request.user, episode_id) or sharing.turn_for(request.user, episode_id)
    if turn is None or not _may_stop(request.user, turn.conversation):
        raise Http404
    sharing.stop_answer(turn, request.user)
    return _stopped(request, turn.conversation, redirect("answer", episode_id))


def shared_conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    """What others read of a conversation that is shared. Raises Http404."""
    conversation = sharing.conversation_for(request.user, conversation_id)
    if conversation is None:
        raise Http404
    page = sharing.page_of(conversation, request.GET.get("page"))
    context = _shared(request, conversation) | {"page": page, "answers": sharing.views_of(list(page.object_list))}
    return render(request, "chat/shared_conversation.html", context)


def shared_answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """What others read of an answer. Raises Http404."""
    turn = sharing.turn_for(request.user, episode_id)
    if turn is None:
        raise Http404
    [answer] = sharing.views_of([turn])
    context = _shared(request, turn.conversation) | {"answer": answer, "turn": turn}
    return render(request, "chat/shared_answer.html", context)


def _shared(request: UserRequest, conversation: Conversation) -> dict[str, object]:
    team = conversation.connection.team
    return {
        "conversation": conversation,
        "connection": conversation.connection,
        "team": team,
        "part": "shared",
        "role": team.role_of(request.user),
        "may_stop": _may_stop(request.user, conversation),
    }


def _own_turn(user: User, episode_id: UUID) -> Turn | None:
    mine = Turn.objects.filter(conversation__in=Conversation.objects.visible_to(user), episode=episode_id)
    return mine.select_related("episode", "conversation__connection__team").first()


def _may_stop(user: User, conversation: Conversation) -> bool:
    return sharing.may_stop(conversation, user, conversation.connection.team.role_of(user))


def _stopped(request: UserRequest, conversation: Conversation, own_page: HttpResponse) -> HttpResponse:
    messages.success(request, "It is not shared any more: nobody else can read it.")
    if conversation.user_id != request.user.pk or "list" in request.POST:
        return redirect("team_shared", conversation.connection.team_id)
    return own_page
