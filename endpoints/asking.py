"""The LLM of a team: its endpoints, each asked when those before it fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import Error, transaction

from agent.budget import tokens
from agent.llm import GREEDY, BegunAnew, Finished, Item, LLMError, LLMUnreachable, Message, Sampling, TextDelta, Usage
from agent.llm_failures import the
from agent.openai_llm import OpenAILLM
from datasources.own_database import patiently_async
from endpoints import breaker, choosing, usage
from endpoints.counted import CountedLLM
from endpoints.line import Place
from endpoints.models import Endpoint

logger = logging.getLogger(__name__)

WAITS_FOR_ANOTHER = 2.0
"""Seconds that an endpoint is waited for, at its wish, where there is another one to ask instead."""


@dataclass(frozen=True, slots=True)
class _Request:
    messages: Sequence[Message]
    max_tokens: int
    sampling: Sampling

    @property
    def tokens(self) -> int:
        return sum(tokens(message.content) for message in self.messages) + self.max_tokens


class TeamLLM:
    """Implements agent.llm.LLM. An endpoint that gives no answers now is followed by the next one, also in the middle
    of an answer, which is then begun anew. Cheap to make: who answers is looked up when it is asked.

    `ready` is awaited before the embedded model is asked. Who is `behind` lets people go first. `reflecting`: the
    endpoints' other models are asked.
    """

    def __init__(
        self,
        team_id: int | None,
        ready: Callable[[], Awaitable[None]],
        *,
        seed: int | None = None,
        behind: bool = False,
        reflecting: bool = False,
    ) -> None:
        self._team = team_id
        self._ready = ready
        self._seed = seed
        self._behind = behind
        self._reflecting = reflecting
        self._model = ""

    @property
    def model(self) -> str:
        """Names what answered last, or else what is to answer; in an event loop that is the environment's."""
        if self._model:
            return self._model
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return choosing.for_team(self._team)[0].label
        return str(settings.LLM_ENDPOINT.model)

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[Item, None]:
        request = _Request(messages, max_tokens, sampling)
        failed: LLMError | None = None
        begun: Endpoint | None = None
        endpoints = await patiently_async(lambda: self._endpoints(request))
        for endpoint in endpoints:
            obstacle = await _obstacle(endpoint)
            if obstacle:
                failed = failed or obstacle
                continue
            if begun:
                yield BegunAnew(_discarded(begun, endpoint))
            begun = None
            try:
                async with aclosing(self._ask(endpoint, request, is_last=endpoint is endpoints[-1])) as items:
                    async for item in items:
                        begun = endpoint if isinstance(item, TextDelta) else begun
                        yield item
                return
            except LLMError as error:
                if not error.is_outage:
                    raise
                failed = error
        raise failed or LLMUnreachable("There is no model endpoint to ask.")

    def _endpoints(self, request: _Request) -> list[Endpoint]:
        """Those after the first only where the prompt, which was made for that one, finds room."""
        first, *others = choosing.for_team(self._team)
        found = [first, *(endpoint for endpoint in others if request.tokens <= endpoint.reads)]
        return [endpoint if endpoint.pk else Endpoint.objects.saved_environment() for endpoint in found]

    async def _ask(self, endpoint: Endpoint, request: _Request, *, is_last: bool) -> AsyncGenerator[Item]:
        if endpoint.is_local:
            await self._ready()
        place, spent = Place(endpoint, behind=self._behind), _Spent(request)
        try:
            async with aclosing(place.wait()) as waits:
                async for waiting in waits:
                    spent.has_waited = True
                    yield waiting
            if spent.has_waited:
                await _look_again(endpoint)
            async with aclosing(self._answer(endpoint, request, is_last=is_last)) as items:
                async for item in items:
                    if spent.take(item):
                        self._model = endpoint.label
                        await _recovered(endpoint)
                    yield item
        except LLMError as error:
            spent.error = error
            raise
        finally:
            place.stop_beating()
            # Shielded: whoever is stopped has spent something, too.
            await asyncio.shield(_settled(endpoint, place, spent))

    def _answer(self, endpoint: Endpoint, request: _Request, *, is_last: bool) -> AsyncGenerator[Item]:
        timeouts = endpoint.timeouts()
        if not is_last:
            timeouts = replace(timeouts, longest_wait=WAITS_FOR_ANOTHER)
        llm = CountedLLM(OpenAILLM(endpoint.asked(reflecting=self._reflecting), timeouts, self._seed))
        return llm.stream(request.messages, max_tokens=request.max_tokens, sampling=request.sampling)


@dataclass(slots=True)
class _Spent:
    """What one request came to at one endpoint."""

    request: _Request
    pieces: int = 0
    finished: Finished | None = None
    error: LLMError | None = None
    has_waited: bool = False

    def take(self, item: Item) -> bool:
        """Whether it is the first sign of life."""
        if isinstance(item, Finished):
            self.finished = item
        self.pieces += isinstance(item, TextDelta)
        return self.pieces == 1 and isinstance(item, TextDelta)

    def tokens(self) -> Usage:
        """As the endpoint told; estimated, where the answer was not read to its end."""
        if self.finished:
            return self.finished.usage
        return Usage(prompt=self.request.tokens - self.request.max_tokens, completion=self.pieces)


def _discarded(begun: Endpoint, endpoint: Endpoint) -> str:
    return (
        f"{the(begun.title)} did not end its answer. "
        f"What it wrote is discarded: {endpoint.title or 'another one'} begins anew."
    )


async def _obstacle(endpoint: Endpoint) -> LLMError | None:
    if endpoint.is_enabled and endpoint.rests_until is None:
        return None
    return await patiently_async(lambda: breaker.obstacle(endpoint))


async def _look_again(endpoint: Endpoint) -> None:
    """Much may have happened while one stood in line. Raises LLMError where it is not to be asked any more."""
    before = endpoint.rests_until
    fields = ["is_enabled", "failures", "rests_until", "last_error"]
    await patiently_async(lambda: endpoint.refresh_from_db(fields=fields))
    # The same: it is oneself who may ask after its rest.
    is_other = endpoint.rests_until != before or not endpoint.is_enabled
    if is_other and (obstacle := await _obstacle(endpoint)):
        raise obstacle


async def _recovered(endpoint: Endpoint) -> None:
    if endpoint.failures or endpoint.rests_until:
        await patiently_async(lambda: breaker.note_success(endpoint))


async def _settled(endpoint: Endpoint, place: Place, spent: _Spent) -> None:
    """What cannot be noted is logged, and takes nobody's answer."""
    try:
        await patiently_async(lambda: _settle(endpoint, place, spent))
    except Error:
        logger.exception("what LLM endpoint %s was asked could not be noted", endpoint)


@transaction.atomic
def _settle(endpoint: Endpoint, place: Place, spent: _Spent) -> None:
    place.leave()
    if spent.error and breaker.counts(spent.error):
        breaker.note_failure(endpoint, spent.error)
        usage.note_failure(endpoint)
    if spent.pieces:
        usage.note_answer(endpoint, spent.tokens())
