"""A question by a program: an ordinary question of its person, in a conversation that their chat shows."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import transaction
from structlog.contextvars import bind_contextvars, get_contextvars

from accounts.models import User
from accounts.tokens import acting_by
from agent.llm import LLM
from api.problems import Code, Problem, invalid, not_found
from api.shapes import Question
from chat import asking, elsewhere, live
from chat.asking import Asked, StillAnswering
from chat.following import Hear, follow, tell_title
from chat.models import Conversation
from datasources.models import Connection
from learning.endpoints import llm
from learning.models import Episode
from learning.quotas.refusing import Exceeded
from learning.recorder import BadQuestion

_HERE, _ELSEWHERE = 0.05, 0.5
"""Seconds between looks at an answer that this process writes, and at one of another."""


async def ask(
    user: User, connection: Connection, question: Question, source: Episode.Source, hear: Hear | None = None
) -> tuple[Conversation, Episode]:
    """Returns once the answer is under way. Raises Problem."""
    model = llm(connection)
    conversation, asked = await sync_to_async(_record)(user, connection, question, source, model)
    await asyncio.create_task(_begun(conversation, asked, model, hear), context=_lasting())
    return conversation, asked.episode


async def _begun(conversation: Conversation, asked: Asked, model: LLM, hear: Hear | None) -> None:
    await follow(conversation, asked, model, hear)
    if asked.titled:
        await tell_title(conversation)


def _lasting() -> Context:
    """A context for what goes on after the request: not with the thread that Django gives the request, which ends with
    it, but with whose program asks, and with what the log is to say."""
    context = Context()
    context.run(acting_by.set, acting_by.get())
    context.run(bind_contextvars, **get_contextvars())
    return context


async def wait(episode: Episode, seconds: float) -> bool:
    """Whether the answer is there, at the latest after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        is_here = live.running(episode.pk) is not None
        if not is_here and not await Episode.objects.running().filter(pk=episode.pk).aexists():
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        await asyncio.sleep(min(left, _HERE if is_here else _ELSEWHERE))


async def cancel(conversation: Conversation, episode: Episode) -> bool:
    """Whether it has ended, at once or before; if not, it will soon."""
    return await elsewhere.stop(conversation.pk, episode.pk)


def answer_for(user: User, answer_id: UUID) -> tuple[Conversation, Episode]:
    """One's own, closed if its process has died. Raises Problem."""
    Episode.objects.mark_lost()
    mine = Conversation.objects.visible_to(user).select_related("user", "connection__team")
    found = mine.defer("connection__schema_snapshot").filter(turns__episode=answer_id).first()
    if found is None:
        raise not_found("answer")
    return found, Episode.objects.select_related("connection").get(pk=answer_id)


@transaction.atomic
def _record(
    user: User, connection: Connection, question: Question, source: Episode.Source, model: LLM
) -> tuple[Conversation, Asked]:
    """A conversation that is refused its first question is not made. Raises Problem."""
    Connection.objects.filter(pk=connection.pk).lock()
    conversation = _conversation(user, connection, question.conversation_id)
    try:
        return conversation, asking.ask(conversation, user, question.question, model, source=source)
    except StillAnswering as running:
        raise Problem(Code.STILL_ANSWERING, f"{running} Or leave out conversation_id.") from None
    except BadQuestion as bad:
        if isinstance(bad.__cause__, Exceeded):
            raise Problem(Code.QUOTA, str(bad), headers={"Retry-After": str(bad.__cause__.retry_after)}) from None
        raise invalid(str(bad), [{"field": "question", "detail": str(bad)}]) from None


def _conversation(user: User, connection: Connection, wanted: UUID | None) -> Conversation:
    if wanted is None:
        return Conversation.objects.create(user=user, connection=connection)
    mine = Conversation.objects.visible_to(user).filter(connection=connection)
    found = mine.select_related("user", "connection__team").defer("connection__schema_snapshot").filter(pk=wanted)
    conversation = found.first()
    if conversation is None:
        raise not_found("conversation on this database")
    return conversation
