"""The chat's pages and fragments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from accounts.models import User
from accounts.pacing import RUNS, paced
from accounts.requests import UserRequest
from chat import elsewhere, pages, sharing_views, shown, turns
from chat.forms import TitleForm, connection_of
from chat.models import Conversation
from chat.status import model_status as status_of
from datasources.models import Connection
from datasources.requests import get_connection_to_curate
from learning import examples, warming
from learning.feedback import choice, judging, picking
from learning.feedback.remarks import BadRemark
from learning.feedback.verdicts import NotPossible
from learning.models import Episode
from learning.verified import checking

VERDICTS = {"right": True, "wrong": False, "none": None}
"""What the buttons under an answer send."""


@require_GET
def home(request: UserRequest) -> HttpResponse:
    """A fresh question on the connection that was used last."""
    mine = Conversation.objects.visible_to(request.user).select_related("connection")
    latest = mine.defer("connection__schema_snapshot").first()
    connection = latest.connection if latest else Connection.objects.visible_to(request.user).first()
    if connection is None:
        return render(request, "chat/no_connection.html")
    return redirect("conversation", _fresh(request.user, connection).pk)


@require_GET
def ask(request: UserRequest, connection_id: int) -> HttpResponse:
    """The Chat tab of a connection: its last conversation, or a fresh one."""
    connection = _get_connection(request, connection_id)
    latest = Conversation.objects.visible_to(request.user).filter(connection=connection).first()
    return redirect("conversation", (latest or _fresh(request.user, connection)).pk)


@require_POST
def new_conversation(request: UserRequest) -> HttpResponse:
    visible = Connection.objects.visible_to(request.user)
    wanted = request.POST.get("connection", "")
    connection = _get_connection(request, wanted) if wanted else visible.first()
    if connection is None:
        return redirect("home")
    return redirect("conversation", _fresh(request.user, connection).pk)


@require_GET
def conversation(request: UserRequest, conversation_id: UUID) -> HttpResponse:
    """The last turns; with ?since=, all from that answer on. Of somebody else's, what is shared."""
    found = pages.conversation_for(request.user, conversation_id)
    if found is None:
        return sharing_views.shared_conversation(request, conversation_id)
    warming.enqueue(found.connection)
    examples.enqueue(found.connection)
    checking.enqueue(found.connection)
    Episode.objects.mark_lost()
    context = pages.conversation_page(found, request.user)
    context["turns"] = turns.latest(found, _uuid(request.GET.get("since", "")))
    return render(request, "chat/conversation.html", context)


@require_GET
def earlier_turns(request: UserRequest, conversation_id: UUID, episode_id: UUID) -> HttpResponse:
    """The turns before an answer, to be put above it."""
    found = _get_conversation(request, conversation_id)
    role = found.connection.team.role_of(request.user)
    context = {"conversation": found, "connection": found.connection, "role": role}
    return render(request, "chat/_turns.html", {**context, "turns": turns.before(found, episode_id)})


@require_GET
@vary_on_headers("HX-Request")
def conversations(request: UserRequest) -> HttpResponse:
    """The list, searched; without htmx, as a page of its own."""
    search = request.GET.get("q", "").strip()[:200]
    context = {"groups": pages.groups(request.user, search), "search": search, "conversation": _current(request)}
    return render(request, "chat/_conversations.html" if request.htmx else "chat/conversations.html", context)


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
    await elsewhere.stop_all(found.pk)
    await sync_to_async(found.delete_with_answers)()
    return redirect("home")


@require_GET
def answer(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """One's own, or one that is shared, to be read."""
    try:
        episode = _get_episode(request, episode_id)
    except Http404:
        return sharing_views.shared_answer(request, episode_id)
    context = {
        "turn": episode.turn,
        "team": episode.connection.team,
        "answer": shown.view_of(episode.turn.conversation, episode),
        "conversation": episode.turn.conversation,
        "connection": episode.connection,
    }
    return render(request, "chat/answer.html", context)


@require_POST
def verdict(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """Correct, Wrong, or neither any more."""
    episode = _get_episode(request, episode_id)
    before = choice.is_picked(episode) or choice.of(episode) is not None
    pressed = request.POST.get("verdict")
    if pressed not in VERDICTS:
        return HttpResponseBadRequest("A verdict is right, wrong or none.")
    error = ""
    try:
        judging.judge(episode, request.user, VERDICTS[pressed])
    except NotPossible as impossible:
        error = str(impossible)
    return _said(request, episode, error=error, whole=before, just_wrong=pressed == "wrong")


@require_POST
@paced("run", RUNS, methods=("POST",))
def pick(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """Which of two readings is meant. The other one may have to be run."""
    episode = _get_episode(request, episode_id)
    pressed = request.POST.get("pick")
    if pressed not in set(picking.Pick):
        return HttpResponseBadRequest("A pick is this, other or neither.")
    error = ""
    try:
        picking.pick(episode, request.user, picking.Pick(pressed))
    except NotPossible as impossible:
        error = str(impossible)
    return _said(request, episode, error=error, whole=True, just_wrong=pressed == picking.Pick.NEITHER)


@require_POST
def remark(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """What is wrong with an answer; nothing takes back what waits."""
    episode = _get_episode(request, episode_id)
    text = request.POST.get("remark", "")
    try:
        judging.explain(episode, request.user, text)
    except (BadRemark, NotPossible) as error:
        return _said(request, episode, error=str(error), text=text)
    return _said(request, episode, saved=True)


def _said(
    request: UserRequest, episode: Episode, error: str = "", *, whole: bool = False, **context: Any
) -> HttpResponse:
    """The answer's verdict, or the `whole` answer where its SQL may be another now; without htmx, the page that it was
    given on, with a remark that was refused kept on it."""
    alone = "alone" in request.POST
    conversation = episode.turn.conversation
    if whole:
        episode.refresh_from_db(fields=["sql", "result", "signals"])
    if request.htmx or error:
        context |= {"answer": shown.view_of(conversation, episode), "error": error, "given": True}
        if request.htmx and whole:
            response = render(request, "chat/_answer.html", {**context, "alone": alone, "all": alone})
            return reswap(retarget(response, f"#answer-{episode.pk}"), "outerHTML")
        if request.htmx:
            return render(request, "chat/_verdict.html", {**context, "alone": alone})
        context |= {"conversation": conversation, "connection": episode.connection}
        return render(request, "chat/answer.html", context)
    page = reverse("answer", args=[episode.pk]) if alone else reverse("conversation", args=[conversation.pk])
    return redirect(f"{page}?since={episode.pk}#answer-{episode.pk}")


@require_GET
def answer_rows(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """The whole table, where the page showed its head."""
    view = pages.stored_view(_get_episode(request, episode_id))
    return render(request, "chat/_table.html", {"answer": view, "all": True})


@require_GET
def model_status(request: UserRequest) -> HttpResponse:
    connection = _get_connection(request, request.GET.get("connection"))
    return render(request, "chat/_model_status.html", {"status": status_of(connection), "connection": connection})


@require_GET
def example_questions(request: UserRequest, connection_id: int) -> HttpResponse:
    """The list in an empty conversation, while it grows."""
    connection = _get_connection(request, connection_id)
    examples.enqueue(connection)
    return render(request, "chat/_example_list.html", pages.examples(connection, request.user))


@require_POST
@paced("run", RUNS, methods=("POST",))
def new_examples(request: UserRequest, connection_id: int) -> HttpResponse:
    """Have the model write other example questions."""
    connection, _ = get_connection_to_curate(request, connection_id)
    examples.renew(connection)
    if request.htmx:
        return render(request, "chat/_example_list.html", pages.examples(connection, request.user))
    return redirect("conversation", _fresh(request.user, connection).pk)


def _get_connection(request: UserRequest, wanted: str | int | None) -> Connection:
    found = connection_of(request.user, wanted)
    if found is None:
        raise Http404
    return found


def _get_conversation(request: UserRequest, conversation_id: UUID) -> Conversation:
    found = pages.conversation_for(request.user, conversation_id)
    if found is None:
        raise Http404
    return found


def _get_episode(request: UserRequest, episode_id: UUID) -> Episode:
    mine = Conversation.objects.visible_to(request.user)
    found = Episode.objects.filter(turn__conversation__in=mine)
    found = found.select_related("connection", "turn__conversation__user", "turn__conversation__connection")
    deferred = ("connection__schema_snapshot", "turn__conversation__connection__schema_snapshot")
    return get_object_or_404(found.defer(*deferred), pk=episode_id)


def _fresh(user: User, connection: Connection) -> Conversation:
    """An empty conversation, which begins now: the one that is there already, if any."""
    empty = Conversation.objects.filter(user=user, connection=connection, turns=None).first()
    if empty is None:
        return Conversation.objects.create(user=user, connection=connection)
    empty.created_at = timezone.now()
    empty.save(update_fields=["created_at"])
    return empty


def _current(request: UserRequest) -> Conversation | None:
    wanted = _uuid(request.GET.get("conversation", ""))
    return pages.conversation_for(request.user, wanted) if wanted else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
