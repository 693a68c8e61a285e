"""What the chat's pages and fragments show, gathered from the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership, User
from agent.episode import MAX_QUESTION, Limits
from chat import evolving, live, provenance, render, weighed
from chat.answer import AnswerView
from chat.comparing import earlier
from chat.models import Conversation, Turn
from chat.status import model_status
from datasources import snapshots
from datasources.models import Connection
from datasources.sample import EXAMPLE_QUESTIONS
from learning.examples import Offer, offer
from learning.feedback import rules
from learning.models import Episode
from learning.standing import standing

MAX_ATTEMPTS = Limits().attempts
LISTED = 200
MOST_AT_ONCE = 20

Group = tuple[str, list[Conversation]]


def conversation_for(user: User | AnonymousUser, conversation_id: UUID) -> Conversation | None:
    if not isinstance(user, User):
        return None
    visible = Conversation.objects.visible_to(user).select_related("user", "connection__team")
    return visible.defer("connection__schema_snapshot").filter(pk=conversation_id).first()


def conversation_page(conversation: Conversation, user: User) -> dict[str, Any]:
    """The context of the whole page, but for its turns."""
    connection = conversation.connection
    role = connection.team.role_of(user)
    return {
        "conversation": conversation,
        "may_manage": bool(role and role.may_manage),
        "connection": connection,
        **_choice(user),
        "groups": groups(user),
        **_examples(connection, role),
        "longest_question": MAX_QUESTION,
        "max_attempts": MAX_ATTEMPTS,
        "status": model_status(connection),
        **prompt_panel(connection, role),
    }


def _choice(user: User) -> dict[str, Any]:
    """The databases that can be asked, by team."""
    mine = Connection.objects.visible_to(user).select_related("team").order_by("team__name", "team_id", "name")
    teams = [(team.name, list(its)) for team, its in groupby(mine, key=attrgetter("team"))]
    return {"teams": teams, "has_choice": sum(len(its) for _, its in teams) > 1}


def examples(connection: Connection, user: User) -> dict[str, Any]:
    """Example questions: the sample's own, else those that the model has written."""
    return _examples(connection, connection.team.role_of(user))


def _examples(connection: Connection, role: Membership.Role | None) -> dict[str, Any]:
    return {
        "connection": connection,
        "examples": Offer(tuple(EXAMPLE_QUESTIONS)) if connection.is_sample else offer(connection),
        "reading": connection.schema_taken_at is None and snapshots.is_reading(connection),
        "may_renew": bool(role and role.may_curate) and not connection.is_sample,
    }


def prompt_panel(connection: Connection, role: Membership.Role | None) -> dict[str, Any]:
    return {
        "connection": connection,
        "role": role,
        "rules": rules.in_force(connection),
        "prompt": evolving.prompt_of(connection),
        "evolution": evolving.evolution(connection),
        "arms": standing(connection),
    }


def groups(user: User, search: str = "") -> list[Group]:
    """The user's conversations that hold a question, newest first, by day; `search` looks into titles and words."""
    mine = Conversation.objects.visible_to(user).filter(Exists(Turn.objects.filter(conversation=OuterRef("pk"))))
    if search:
        words = Q(episode__question__icontains=search) | Q(typed__icontains=search)
        # Only among this person's: PostgreSQL looks through what the subquery names, and then asks whose it is.
        with_words = Turn.objects.filter(words, conversation__user=user).order_by().values("conversation")
        mine = mine.filter(Q(title__icontains=search) | Q(pk__in=with_words))
    today = localdate(timezone.now())
    return [(label, list(found)) for label, found in groupby(_listed(mine), key=lambda one: _day(one, today))]


def _listed(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Each with the name of its connection as `place`."""
    return conversations.annotate(place=F("connection__name")).order_by("-updated_at")[:LISTED]


def _day(conversation: Conversation, today: date) -> str:
    day = localdate(conversation.updated_at)
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day > today - timedelta(days=7):
        return "Last seven days"
    return f"{day:%B %Y}"


def title_fragments(conversation: Conversation) -> str:
    conversation.refresh_from_db(fields=["title"])
    return render.title(conversation, groups(conversation.user))


def episode_of(conversation: Conversation, episode_id: str) -> Episode | None:
    """An answer of this conversation, by an id that came over the wire; closed if its process has died."""
    Episode.objects.mark_lost()
    try:
        wanted = UUID(episode_id)
    except ValueError:
        return None
    return Episode.objects.filter(turn__conversation=conversation, pk=wanted).first()


def asked_since(conversation: Conversation, moment: datetime, others: Collection[str]) -> list[Episode]:
    """The last answers to what was asked since then, and these others."""
    found = Episode.objects.filter(Q(turn__asked_at__gte=moment) | Q(pk__in=others), turn__conversation=conversation)
    return list(found.order_by("-turn__asked_at")[:MOST_AT_ONCE])[::-1]


def new_view(episode: Episode) -> AnswerView:
    origin = provenance.of([episode])[episode.pk]
    return AnswerView(
        str(episode.pk),
        episode.question,
        episode.generation,
        MAX_ATTEMPTS,
        earlier=earlier([episode]).get(episode.pk),
        provenance=origin,
    )


def stored_view(episode: Episode) -> AnswerView:
    [view] = stored_views([episode])
    return view


def stored_views(episodes: Sequence[Episode]) -> list[AnswerView]:
    """Of episodes of one connection."""
    origins, before = provenance.of(episodes), earlier(episodes)
    sure = weighed.of(episodes, {pk: origin.dialect for pk, origin in origins.items()})
    return [
        AnswerView.from_record(episode, MAX_ATTEMPTS, origins[episode.pk], before.get(episode.pk), sure.get(episode.pk))
        for episode in episodes
    ]


def current_views(episodes: Sequence[Episode]) -> list[AnswerView]:
    """As they stand now: live where they run in this process, else as recorded."""
    running = {episode.pk: following.view for episode in episodes if (following := live.running(episode.pk))}
    stored = iter(stored_views([episode for episode in episodes if episode.pk not in running]))
    return [running.get(episode.pk) or next(stored) for episode in episodes]
