"""Which questions and answers of a conversation a page shows: the last ones, and earlier ones on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from chat import news
from chat.answer import AnswerView
from chat.models import Conversation, Turn
from chat.news import Gap
from chat.shown import views
from learning.models import Episode

SHOWN = 10


@dataclass(frozen=True)
class Page:
    """`earlier` is the answer with which the page before this one begins; None where nothing is earlier, and then
    `news` are those before the first question."""

    answers: list[AnswerView]
    earlier: UUID | None = None
    news: Gap = field(default_factory=Gap)


def latest(conversation: Conversation, since: UUID | None = None) -> Page:
    """The last turns; with `since`, all from that answer on."""
    turns = conversation.turns.all()
    start = _asked_at(conversation, since)
    return _page(conversation, turns.filter(asked_at__gte=start) if start else _last(turns))


def before(conversation: Conversation, answer: UUID) -> Page:
    """The turns just before that answer."""
    start = _asked_at(conversation, answer)
    turns = conversation.turns.filter(asked_at__lt=start) if start else conversation.turns.none()
    return _page(conversation, _last(turns), start)


def _asked_at(conversation: Conversation, answer: UUID | None) -> datetime | None:
    return conversation.turns.filter(episode=answer).values_list("asked_at", flat=True).first() if answer else None


def _last(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    return turns.order_by("-asked_at")[:SHOWN]


def _page(conversation: Conversation, shown: QuerySet[Turn], until: datetime | None = None) -> Page:
    """`until`: when the question after them was asked."""
    retries = Prefetch("episode__retries", Episode.objects.only("retry_of"))
    found = shown.select_related("episode", "remark").prefetch_related("episode__attempts", retries)
    ordered = sorted(found, key=lambda turn: turn.asked_at)
    if not ordered:
        return Page([], news=news.after(conversation, None))
    earlier = _last(conversation.turns.filter(asked_at__lt=ordered[0].asked_at)).values_list("episode", flat=True)
    page = Page(views(conversation, ordered), next(reversed(earlier), None))
    return _with_news(conversation, page, ordered, until)


def _with_news(conversation: Conversation, page: Page, ordered: Sequence[Turn], until: datetime | None) -> Page:
    asked = [turn.asked_at for turn in ordered]
    since = asked[0] if page.earlier else conversation.created_at
    first, *others = news.between(conversation, asked, since, until)
    for view, gap in zip(page.answers, others, strict=True):
        view.news = gap
    return replace(page, news=first)
