"""The chat's WebSocket: a person's words in, HTML fragments out; htmx's ws extension is at the other end."""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.models import User
from chat import asking, live, pages, render
from chat.models import Conversation
from learning.endpoints import llm
from learning.recorder import BadQuestion, answer

NOT_FOUND = 4404


class ConversationConsumer(AsyncWebsocketConsumer):
    """Messages: {"type": "ask", "question", "request"}, {"type": "stop", "answer"}, {"type": "resume", "answers"}."""

    async def connect(self) -> None:
        self.seen: dict[str, int] = {}
        conversation = await self._conversation()
        if conversation is None:
            await self.close(code=NOT_FOUND)
            return
        await self.channel_layer.group_add(live.group_of(conversation.pk), self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        group = live.group_of(self.scope["url_route"]["kwargs"]["conversation_id"])
        await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = _parse(text_data)
        conversation = await self._conversation()
        if conversation is None:
            await self.close(code=NOT_FOUND)
            return
        match message:
            case {"type": "ask", "question": str(question)}:
                await self._ask(conversation, question, str(message.get("request", "")))
            case {"type": "stop", "answer": str(episode_id)}:
                await self._stop(conversation, episode_id)
            case {"type": "resume", "answers": list(episode_ids)}:
                await self._resume(conversation, episode_ids)
            case _:
                await self.send(render.error("The server did not understand that message. Reload the page."))

    async def fragment(self, message: dict[str, Any]) -> None:
        """From the group: HTML to pass on, unless this browser's picture of the answer holds it already."""
        if message["number"] == 0 or message["number"] > self.seen.get(message["answer"], 0):
            await self.send(message["html"])

    async def _ask(self, conversation: Conversation, question: str, request: str) -> None:
        model = llm(conversation.connection)
        try:
            asked = await sync_to_async(asking.ask)(conversation, self._user(), question, model)
        except BadQuestion as error:
            await self.send(render.error(str(error)))
            return
        view = pages.new_view(asked.episode)
        following = live.LiveAnswer(view, conversation.pk)
        await live.send(conversation.pk, render.turn(view))
        following.start(answer(asked.episode, model, asked.history))
        await self.send(render.asked(request))
        if asked.titled:
            await self.send(await sync_to_async(pages.title_fragments)(conversation, self._user()))

    async def _stop(self, conversation: Conversation, episode_id: str) -> None:
        episode = await sync_to_async(pages.episode_of)(conversation, episode_id)
        following = live.running(episode.pk) if episode else None
        if following:
            await following.stop()
        elif episode:
            await self._resume(conversation, [episode_id])

    async def _resume(self, conversation: Conversation, episode_ids: list[Any]) -> None:
        """Bring answers that this browser saw running up to date."""
        for episode_id in episode_ids[:20]:
            episode = await sync_to_async(pages.episode_of)(conversation, str(episode_id))
            if episode is None:
                continue
            following = live.running(episode.pk)
            view = following.view if following else await sync_to_async(pages.stored_view)(episode)
            self.seen[view.id] = following.sent if following else 0
            await self.send(render.answer(view))

    def _user(self) -> User:
        """Anonymous ones see no conversation, and so get no further than that."""
        return cast("User", self.scope["user"])

    async def _conversation(self) -> Conversation | None:
        """The conversation of the address, if this user may (still) see it: asked anew for every message."""
        conversation_id: UUID = self.scope["url_route"]["kwargs"]["conversation_id"]
        return await sync_to_async(pages.conversation_for)(self._user(), conversation_id)


def _parse(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None
