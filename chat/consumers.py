"""The chat's WebSocket: a person's words in, HTML fragments out; htmx's ws extension is at the other end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from accounts.sockets import user_now
from agent.llm import LLM
from chat import asking, corrections, elsewhere, live, messages, pages, post, render, requests, shown, watchers
from chat.asking import Asked
from chat.following import follow
from chat.fragments import Fragment
from chat.messages import Again, Ask, Resume, Retake, Retry, Stop
from chat.models import Conversation
from chat.outages import TellingOutages
from chat.pacing import pace
from chat.picture import Fits, Picture
from learning.endpoints import llm
from learning.feedback.remarks import BadRemark
from learning.models import Episode
from learning.recorder import BadQuestion

LOGGED_OUT = 4401
NOT_FOUND = 4404
TOO_MUCH = 4429
NOT_UNDERSTOOD = "The server did not understand that message. Reload the page."
TOO_FAST = "This browser sends more than can be answered. Nothing was lost: wait a few seconds, then ask again."
GONE = "That answer is not in this conversation any more. Reload the page."
SOON = 0.3
"""Seconds in which a page that has just connected asks for what it shows."""
LOADING = timedelta(minutes=1)
"""A page was drawn at most so long before it connects."""
SILENT = "The server of this answer does not respond. If it is gone, the answer is closed in a few seconds."


class ConversationConsumer(TellingOutages):
    """Every message is answered for whoever is logged in at that moment; who only watches is looked at now and then."""

    # What is to be seen comes by `hear`, straight from where it happens: a chat goes on without a channel layer.
    channel_layer_alias = "none"

    def __init__(self, recheck_seconds: float = 5.0) -> None:
        super().__init__()
        self._picture = Picture()
        self._recheck_seconds = recheck_seconds
        self._checked = 0.0
        self._opened_at = timezone.now()
        self._is_open = False
        self._tasks: set[asyncio.Task[object]] = set()
        self._person = ""

    async def connect(self) -> None:
        """Accepted in any case: why a socket is closed, a browser learns only of one that was open."""
        found = await self._find()
        if isinstance(found, Conversation):
            watchers.add(found.pk, self)
            await post.follow(found.pk)
        await self.accept()
        self._is_open = True
        if isinstance(found, int):
            await self.close(code=found)

    async def disconnect(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        if watchers.remove(self._conversation_id, self):
            await post.unfollow(self._conversation_id)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not await self._may_talk():
            return
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

    async def hear(self, fragment: Fragment) -> None:
        """HTML to pass on, unless this browser's picture of the answer holds it, or misses what comes before."""
        if not self._is_open:
            return  # the page asks for what it shows once it is connected
        match self._picture.take(fragment):
            case Fits.NEXT:
                await self.send(fragment.html)
                if fragment.whole:
                    elsewhere.heard(UUID(fragment.answer))
            case Fits.TOO_LATE if not self._picture.is_behind(fragment.answer):
                self._picture.waits_for(fragment.answer)
                self._start(self._help_on(fragment.answer))
        if time.monotonic() - self._checked > self._recheck_seconds:
            self._checked = time.monotonic()
            self._start(self._conversation())

    async def catch_up(self) -> None:
        """Bring up to date what may have changed unheard: what was asked since the page was there, and what ran."""
        conversation = await self._conversation()
        if conversation is None:
            return
        since = self._opened_at - LOADING
        for episode in await database_sync_to_async(pages.asked_since)(conversation, since, self._picture.unfinished):
            await self._show(conversation, episode, is_new=not self._picture.knows(str(episode.pk)))

    async def _may_talk(self) -> bool:
        """Asked before anything is looked up: who sends without end costs next to nothing."""
        if pace.allows(self._person):
            return True
        if pace.has_just_begun_to_refuse(self._person):
            await self.send(render.error(TOO_FAST))
        elif pace.is_lost(self._person):
            await self.close(code=TOO_MUCH)
        return False

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
        if not await elsewhere.stop(conversation.pk, episode.pk):
            await self.send(render.error(SILENT))
            return
        take = corrections.as_remark if as_remark else corrections.as_question
        await self._put(conversation, request, partial(take, conversation, conversation.user, episode))

    async def _put(self, conversation: Conversation, request: str, record: Callable[[LLM], Asked | None]) -> None:
        """Have a question recorded, once for each request, and answered."""
        model = llm(conversation.connection)
        try:
            asked = await database_sync_to_async(requests.once)(conversation, request, record, model)
        except requests.AlreadyAsked as already:
            # The process that took it may have died before it told anybody.
            await self._show(conversation, already.episode, is_new=True)
            await self.send(render.asked(request))
            return
        except (BadQuestion, BadRemark) as error:
            await self.send(render.error(str(error)))
            return
        if asked is None:
            return
        await follow(conversation, asked, model)
        await self.send(render.asked(request))
        if asked.titled:
            await self.send(await database_sync_to_async(pages.title_fragments)(conversation))

    async def _stop(self, conversation: Conversation, episode_id: str) -> None:
        episode = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
        if episode is None:
            return
        is_here = bool(live.running(episode.pk))
        if not await elsewhere.stop(conversation.pk, episode.pk):
            await self.send(render.error(SILENT))
        elif not is_here:
            await self._resume(conversation, (episode_id,))

    async def _resume(self, conversation: Conversation, episode_ids: tuple[str, ...]) -> None:
        """Bring answers that this browser saw running up to date."""
        for episode_id in episode_ids:
            episode = await database_sync_to_async(pages.episode_of)(conversation, episode_id)
            if episode:
                await self._show(conversation, episode)

    async def _help_on(self, answer: str) -> None:
        """Of an answer this browser misses something. One that its page shows it may be about to ask for by itself."""
        await asyncio.sleep(SOON)
        conversation = await self._conversation() if self._picture.is_behind(answer) else None
        episode = conversation and await database_sync_to_async(pages.episode_of)(conversation, answer)
        if conversation and episode:
            await self._show(conversation, episode, is_new=True)

    async def _show(self, conversation: Conversation, episode: Episode, *, is_new: bool = False) -> None:
        """The answer as it is now; with `is_new` its turn before, which a page that has it already leaves out."""
        following = live.running(episode.pk)
        view = following.view if following else await database_sync_to_async(shown.view_of)(conversation, episode)
        if is_new:
            await self.send(render.turn(view))
        if view.running and not following:
            self._picture.waits_for(view.id)
            elsewhere.follow(conversation.pk, episode.pk)
            return
        self._picture.has(view.id, following.sent if following else 0, end=not view.running)
        await self.send(await live.drawn(view))

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
        self._person = str(user.pk)
        conversation = await database_sync_to_async(pages.conversation_for)(user, self._conversation_id)
        return conversation or NOT_FOUND
