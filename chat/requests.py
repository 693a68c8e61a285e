"""Questions that were asked, by the name that the browser gave them: sent again, they are not asked again."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from agent.llm import LLM
from chat.asking import Asked
from chat.models import Conversation, Turn
from datasources.models import Connection
from learning.models import Episode


class AlreadyAsked(Exception):
    """Perhaps of another process, or at this very moment."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode


@transaction.atomic
def once(conversation: Conversation, request: str, record: Callable[[LLM], Asked | None], llm: LLM) -> Asked | None:
    """What `record` gives. What has no name is always new. Raises AlreadyAsked, and what `record` raises."""
    lock(conversation)
    known = conversation.turns.filter(request=request).first() if request else None
    if known:
        raise AlreadyAsked(known.episode)
    asked = record(llm)
    if asked and request:
        Turn.objects.filter(episode=asked.episode).update(request=request)
    return asked


def lock(conversation: Conversation) -> None:
    """What two tabs do at once happens one after the other.

    The connection is locked first: see `Connection.objects.lock`.
    """
    Connection.objects.filter(pk=conversation.connection_id).lock()
    Conversation.objects.select_for_update().get(pk=conversation.pk)
