"""The chat's WebSocket: a person's words in, HTML fragments out; htmx's ws extension is at the other end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.sockets import user_now
from agent.llm import LLM
from chat import asking, corrections, live, messages, pages, render, requests, shown, silent
from chat.asking import Asked
from chat.messages import Again, Ask, Resume, Retake, Retry, Stop
from chat.models import Conversation
from learning.endpoints import llm
from learning.feedback.remarks import BadRemark
from learning.models import Episode
from learning.recorder import BadQuestion, answer

LOGGED_OUT = 4401
NOT_FOUND = 4404
NOT_UNDERSTOOD = "The server did not understand that message. Reload the page."
GONE = "That answer is not in this conversation any more. Reload the page."
SILENT = "The server of this answer does not respond. If it is gone, the answer is closed in a few seconds."


class ConversationConsumer(AsyncWebsocketConsumer):
    """Every message is answered for whoever is logged in at that moment; who only watches is looked at now and then."""

    def __init__(self, recheck_seconds: float = 5.0) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self._recheck_seconds = recheck_seconds
        self._checked = 0.0
        self._check: asyncio.Task[object] | None = None

    async def connect(self) -> None:
        """Accepted in any case: why a socket is closed, a browser learns only of one that was open."""
        found = await self._find()
        if isinstance(found, Conversation):
            await self.channel_layer.group_add(live.group_of(found.pk), self.channel_name)
        await self.accept()
        if isinstance(found, int):
            await self.close(code=found)

    async def disconnect(self, code: int) -> None:
        if self._check:
            self._check.cancel()
        await self.channel_layer.group_discard(live.group_of(self._conversation_id), self.channel_name)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Fragments go straight on: for others, Channels first waits for the one thread that all of Django shares."""
        if message["type"] == "fragment":
            await self.fragment(message)
        else:
            await super().dispatch(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = messages.parse(text_data)
        conversation = await self._conversation()
        if conversation is None:
            return
        match message:
            case Ask(question, request):
                await self._ask(conversation, question, request)
            case Retry(episode_id, request):
                await self._retry(conversation, episode_id, request)
            case Again(generation, request):
                await self._again(conversation, generation, request)
            case Stop(episode_id):
                await self._stop(conversation, episode_id)
            case Retake(episode_id, as_remark, request):
                await self._retake(conversation, episode_id, as_remark, request)
            case Resume(episode_ids):
                await self._resume(conversation, episode_ids)
            case None:
                await self.send(render.error(NOT_UNDERSTOOD))

    async def fragment(self, message: dict[str, Any]) -> None:
        """From the group: HTML to pass on, unless this browser's picture of the answer holds it already."""
        if message["number"] == 0 or message["number"] > self.seen.get(message["answer"], 0):
            await self.send(message["html"])
        if time.monotonic() - self._checked > self._recheck_seconds:
            self._check = asyncio.create_task(self._conversation())

    async def _ask(self, conversation: Conversation, question: str, request: str) -> None:
        await self._put(conversation, request, partial(corrections.put, conversation, conversation.user, question))

    async def _retry(self, conversation: Conversation, episode_id: str, request: str) -> None:
        rejected = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
        if rejected is None:
            await self.send(render.error(GONE))
            return
        await self._put(conversation, request, partial(asking.retry, conversation, conversation.user, rejected))

    async def _again(self, conversation: Conversation, generation: int, request: str) -> None:
        await self._put(conversation, request, partial(asking.again, conversation, conversation.user, generation))

    async def _retake(self, conversation: Conversation, episode_id: str, as_remark: bool, request: str) -> None:
        """Take what was typed for an answer the other way; if that still runs, it is stopped."""
        episode = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
        if episode is None:
            return
        following = live.running(episode.pk)
        if following:
            await following.stop()
        take = corrections.as_remark if as_remark else corrections.as_question
        await self._put(conversation, request, partial(take, conversation, conversation.user, episode))

    async def _put(self, conversation: Conversation, request: str, record: Callable[[LLM], Asked | None]) -> None:
        """Have a question recorded, once for each request, and answered."""
        if requests.is_known(conversation.pk, request):
            await self.send(render.asked(request))
            return
        model = llm(conversation.connection)
        try:
            asked = await database_sync_to_async(record)(model)
        except (BadQuestion, BadRemark) as error:
            await self.send(render.error(str(error)))
            return
        if asked is None:
            return
        requests.remember(conversation.pk, request)
        begun = await database_sync_to_async(shown.begun)(conversation, asked)
        following = live.LiveAnswer(begun.view, conversation.pk)
        await live.send(conversation.pk, begun.html)
        following.start(answer(asked.episode, model, asked.history))
        await self.send(render.asked(request))
        if asked.titled:
            await self.send(await database_sync_to_async(pages.title_fragments)(conversation))

    async def _stop(self, conversation: Conversation, episode_id: str) -> None:
        episode = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
        following = live.running(episode.pk) if episode else None
        if following:
            await following.stop()
        elif episode:
            await self._resume(conversation, (episode_id,))
            if episode.status == Episode.Status.RUNNING and silent.stop(conversation.pk, episode):
                await self.send(render.error(SILENT))

    async def _resume(self, conversation: Conversation, episode_ids: tuple[str, ...]) -> None:
        """Bring answers that this browser saw running up to date."""
        for episode_id in episode_ids:
            episode = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
            if episode is None:
                continue
            following = live.running(episode.pk)
            view = following.view if following else await database_sync_to_async(shown.view_of)(conversation, episode)
            self.seen[view.id] = following.sent if following else 0
            await self.send(await live.drawn(view))

    @property
    def _conversation_id(self) -> UUID:
        return cast("UUID", self.scope["url_route"]["kwargs"]["conversation_id"])

    async def _conversation(self) -> Conversation | None:
        """The conversation of the address, if its user may still see it; if not, the socket is closed."""
        found = await self._find()
        if isinstance(found, Conversation):
            return found
        await self.close(code=found)
        return None

    async def _find(self) -> Conversation | int:
        """The conversation of the address for whoever is logged in now, or the code that says why there is none."""
        self._checked = time.monotonic()
        user = await user_now(self.scope["session"])
        if user is None:
            return LOGGED_OUT
        conversation = await database_sync_to_async(pages.conversation_for)(user, self._conversation_id)
        return conversation or NOT_FOUND
