"""A question that has been recorded is put to the agent, and its answer shown to whoever looks at the conversation."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from channels.db import database_sync_to_async

from agent.events import Event
from agent.llm import LLM
from chat import live, pages, post, shown
from chat.asking import Asked
from chat.fragments import Fragment
from chat.models import Conversation
from learning.recorder import answer

Hear = Callable[[Event | None], None]
"""None at the end."""


async def follow(conversation: Conversation, asked: Asked, model: LLM, hear: Hear | None = None) -> live.LiveAnswer:
    """Returns once the answer is under way; it goes on by itself. `hear` is told each event as it happens."""
    begun = await database_sync_to_async(shown.begun)(conversation, asked)
    following = live.LiveAnswer(begun.view, conversation.pk)
    events = answer(asked.episode, model, asked.history)
    await following.begin(begun.html, _overheard(events, hear) if hear else events)
    return following


async def tell_title(conversation: Conversation) -> None:
    """The first question has named the conversation: pages that show it say so."""
    await post.tell(conversation.pk, Fragment(await database_sync_to_async(pages.title_fragments)(conversation)))


async def _overheard(events: AsyncGenerator[Event], hear: Hear) -> AsyncGenerator[Event]:
    try:
        async with aclosing(events):
            async for event in events:
                hear(event)
                yield event
    finally:
        hear(None)
