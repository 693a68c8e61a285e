"""Which questions and answers of a conversation a page shows: the last ones, and earlier ones on request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from chat.answer import AnswerView
from chat.models import Conversation, Turn
from chat.shown import views
from learning.models import Episode

SHOWN = 20


@dataclass(frozen=True)
class Page:
    """`earlier` is the answer with which the page before this one begins; None where nothing is earlier."""

    answers: list[AnswerView]
    earlier: UUID | None = None


def latest(conversation: Conversation, since: UUID | None = None) -> Page:
    """The last turns; with `since`, all from that answer on."""
    turns = conversation.turns.all()
    start = _asked_at(conversation, since)
    return _page(conversation, turns.filter(asked_at__gte=start) if start else _last(turns))


def before(conversation: Conversation, answer: UUID) -> Page:
    """The turns just before that answer."""
    start = _asked_at(conversation, answer)
    turns = conversation.turns.filter(asked_at__lt=start) if start else conversation.turns.none()
    return _page(conversation, _last(turns))


def _asked_at(conversation: Conversation, answer: UUID | None) -> datetime | None:
    return conversation.turns.filter(episode=answer).values_list("asked_at", flat=True).first() if answer else None


def _last(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    return turns.order_by("-asked_at")[:SHOWN]


def _page(conversation: Conversation, shown: QuerySet[Turn]) -> Page:
    retries = Prefetch("episode__retries", Episode.objects.only("retry_of"))
    found = shown.select_related("episode", "remark").prefetch_related("episode__attempts", retries)
    ordered = sorted(found, key=lambda turn: turn.asked_at)
    if not ordered:
        return Page([])
    earlier = _last(conversation.turns.filter(asked_at__lt=ordered[0].asked_at)).values_list("episode", flat=True)
    return Page(views(conversation, ordered), next(reversed(earlier), None))
