"""What people share of their conversations with the team, to be read: who may stop that, and what others see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Membership, Team, User
from chat import pages
from chat.answer import AnswerView
from chat.models import Conversation, Turn
from datasources import audit
from datasources.models import AuditEntry
from learning.models import Episode

SHOWN = 20
LISTED = 200
_CONNECTION = "connection__schema_snapshot"


@dataclass(frozen=True, slots=True)
class Shared:
    """A line of the team's list. `answer` where that alone is shared."""

    conversation: Conversation
    title: str
    since: datetime
    may_stop: bool
    answer: UUID | None = None


def conversation_for(user: User, conversation_id: UUID) -> Conversation | None:
    """One that the user may read, and nothing else."""
    found = Conversation.objects.shared_with(user).select_related("user", "connection__team")
    return found.defer(_CONNECTION).filter(pk=conversation_id).first()


def turn_for(user: User, episode_id: UUID) -> Turn | None:
    """An answer that the user may read, and nothing else."""
    found = Turn.objects.shared_with(user).filter(episode=episode_id)
    found = found.select_related("episode__connection", "conversation__connection__team", "conversation__user")
    deferred = ("episode__connection__schema_snapshot", "conversation__connection__schema_snapshot")
    return found.defer(*deferred).first()


def page_of(conversation: Conversation, number: str | None) -> Page[Turn]:
    """Its turns, the last ones unless others are wished."""
    retries = Prefetch("episode__retries", Episode.objects.only("retry_of"))
    turns = (
        conversation.turns.filter(replaced=False)
        .select_related("episode")
        .prefetch_related("episode__attempts", retries)
    )
    paginator = Paginator(turns.order_by("asked_at"), SHOWN)
    return paginator.get_page(number or paginator.num_pages)


def views_of(turns: list[Turn]) -> list[AnswerView]:
    """As others see them: without what their asker says of them."""
    return pages.current_views([turn.episode for turn in turns])


def share(conversation: Conversation, user: User) -> None:
    _set(conversation, timezone.now())
    _note(conversation, user, f"shared the conversation “{conversation}” with the team")


def stop(conversation: Conversation, user: User) -> None:
    _set(conversation, None)
    _note(conversation, user, f"stopped sharing the conversation “{conversation}”")


def share_answer(turn: Turn, user: User) -> None:
    Turn.objects.filter(pk=turn.pk).update(shared_at=timezone.now())
    _note(turn.conversation, user, f"shared the answer to “{turn.episode.question}” with the team")


def stop_answer(turn: Turn, user: User) -> None:
    Turn.objects.filter(pk=turn.pk).update(shared_at=None)
    _note(turn.conversation, user, f"stopped sharing the answer to “{turn.episode.question}”")


def may_stop(conversation: Conversation, user: User, role: Membership.Role | None) -> bool:
    """Whose it is; and the team's curators, since that person may be gone."""
    return conversation.user_id == user.pk or bool(role and role.may_curate)


def list_of(team: Team, user: User, role: Membership.Role) -> list[Shared]:
    """The latest first."""
    of_team = {"connection__team": team}
    conversations = Conversation.objects.shared_with(user).filter(**of_team).select_related("user", "connection")
    alone = Turn.objects.shared_with(user).filter(Q(shared_at__isnull=False), conversation__connection__team=team)
    alone = alone.select_related("episode", "conversation__user", "conversation__connection")
    found = [
        Shared(each, str(each), each.shared_at, may_stop(each, user, role))
        for each in conversations.defer(_CONNECTION).order_by("-shared_at")[:LISTED]
        if each.shared_at
    ]
    alone = alone.defer("episode__result", "conversation__connection__schema_snapshot").order_by("-shared_at")
    for turn in alone[:LISTED]:
        if turn.shared_at:
            may = may_stop(turn.conversation, user, role)
            found.append(Shared(turn.conversation, turn.episode.question, turn.shared_at, may, turn.episode_id))
    return sorted(found, key=lambda shared: shared.since, reverse=True)[:LISTED]


def _set(conversation: Conversation, at: datetime | None) -> None:
    conversation.shared_at = at
    conversation.save(update_fields=["shared_at"])


def _note(conversation: Conversation, user: User, words: str) -> None:
    audit.record(conversation.connection, user, AuditEntry.Action.CHANGE, words)
