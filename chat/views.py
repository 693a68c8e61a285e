"""The chat's pages and fragments."""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from chat import live, pages
from chat.forms import TitleForm
from chat.models import Conversation
from chat.status import model_status as status_of
from datasources.models import Connection
from learning import warming
from learning.models import Episode


class UserRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through."""

    user: User


@require_GET
def home(request: UserRequest) -> HttpResponse:
    """A fresh question on the connection that was used last."""
    latest = Conversation.objects.visible_to(request.user).select_related("connection").first()
    connection = latest.connection if latest else Connection.objects.visible_to(request.user).first()
    if connection is None:
        return render(request, "chat/no_connection.html")
    return redirect("conversation", _fresh(request.user, connection).pk)


@require_POST
def new_conversation(request: UserRequest) -> HttpResponse:
    visible = Connection.objects.visible_to(request.user)
    wanted = request.POST.get("connection", "")
    if wanted and not wanted.isdigit():
        raise Http404
    connection = get_object_or_404(visible, pk=wanted) if wanted else visible.first()
    if connection is None:
        return redirect("home")
    return redirect("conversation", _fresh(request.user, connection).pk)


@require_GET
def conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    found = _get_conversation(request, conversation_id)
    warming.enqueue(found.connection)
    return render(request, "chat/conversation.html", pages.conversation_page(found, request.user))


@require_GET
def conversations(request: UserRequest) -> HttpResponse:
    """The list, searched; without htmx, the page it belongs to."""
    groups = pages.groups(request.user, request.GET.get("q", "").strip()[:200])
    return render(request, "chat/_conversations.html", {"groups": groups, "conversation": _current(request)})


@require_POST
def rename_conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    found = _get_conversation(request, conversation_id)
    form = TitleForm(request.POST, instance=found)
    if form.is_valid():
        form.save()
    return redirect("conversation", found.pk)


@require_POST
async def delete_conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    found = await sync_to_async(_get_conversation)(request, conversation_id)
    await live.stop_all(found.pk)
    await sync_to_async(found.delete_with_answers)()
    return redirect("home")


@require_GET
def answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    episode = _get_episode(request, episode_id)
    context = {
        "answer": pages.current_view(episode),
        "conversation": episode.turn.conversation,
        "connection": episode.connection,
    }
    return render(request, "chat/answer.html", context)


@require_GET
def answer_rows(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """The whole table, where the page showed its head."""
    view = pages.stored_view(_get_episode(request, episode_id))
    return render(request, "chat/_table.html", {"answer": view, "all": True})


@require_GET
def model_status(request: UserRequest) -> HttpResponse:
    wanted = request.GET.get("connection", "")
    if not wanted.isdigit():
        raise Http404
    connection = get_object_or_404(Connection.objects.visible_to(request.user), pk=wanted)
    return render(request, "chat/_model_status.html", {"status": status_of(connection), "connection": connection})


@require_GET
def prompt_panel(request: UserRequest, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection.objects.visible_to(request.user), pk=connection_id)
    return render(request, "chat/_prompt_panel.html", pages.prompt_panel(connection))


def _get_conversation(request: UserRequest, conversation_id: UUID) -> Conversation:
    found = pages.conversation_for(request.user, conversation_id)
    if found is None:
        raise Http404
    return found


def _get_episode(request: UserRequest, episode_id: UUID) -> Episode:
    mine = Conversation.objects.visible_to(request.user)
    episodes = Episode.objects.filter(turn__conversation__in=mine).select_related("connection", "turn__conversation")
    return get_object_or_404(episodes, pk=episode_id)


def _fresh(user: User, connection: Connection) -> Conversation:
    """An empty conversation: the one that is there already, if any."""
    empty = Conversation.objects.filter(user=user, connection=connection, turns=None).first()
    return empty or Conversation.objects.create(user=user, connection=connection)


def _current(request: UserRequest) -> Conversation | None:
    try:
        return pages.conversation_for(request.user, UUID(request.GET.get("conversation", "")))
    except ValueError:
        return None
