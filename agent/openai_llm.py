"""The LLM behind any endpoint that speaks the OpenAI chat protocol, the embedded one included."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from agent import llm_failures
from agent.budget import tokens
from agent.endpoint import Endpoint
from agent.llm import GREEDY, Finished, LLMBusy, LLMCut, LLMError, LLMUnreachable, Message, Sampling, TextDelta, Usage
from agent.plain_text import unmarked
from agent.timeouts import Timeouts

if TYPE_CHECKING:
    from agent.openai_wire import Request


class OpenAILLM:
    """Implements agent.llm.LLM. Cheap to make: connections are the event loop's, whichever instance asks.

    `seed` asks the endpoint to sample the same way each time; not every one can. A reply's own seed is added to it.
    """

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts | None = None, seed: int | None = None) -> None:
        self.endpoint = endpoint
        self.seed = seed
        self.model = endpoint.model
        self.timeouts = timeouts or Timeouts.of(endpoint)

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[TextDelta | Finished, None]:
        # Not at the top: only who asks a model pays for the SDK's memory and start.
        from agent.openai_wire import Request

        body = self._body(messages, max_tokens, sampling)
        deadline = asyncio.get_running_loop().time() + self.timeouts.total
        for retries_left in reversed(range(self.timeouts.retries + 1)):
            request, pieces = Request(self.endpoint, self.timeouts, body, deadline), 0
            try:
                async with aclosing(request.texts()) as texts:
                    async for text in texts:
                        pieces += 1
                        yield TextDelta(text)
                yield self._finished(request, messages, pieces)
                return
            except (LLMUnreachable, LLMBusy, LLMCut) as error:
                if request.text_seen or not retries_left:
                    raise
                await self._wait_to_retry(error, retries_left, deadline)

    def _body(self, messages: Sequence[Message], max_tokens: int, sampling: Sampling) -> dict[str, Any]:
        seed = self.seed if sampling.seed is None else (self.seed or 0) + sampling.seed
        asked: dict[str, Any] = {} if seed is None else {"seed": seed}
        if sampling.weighed:
            asked["logprobs"] = True
        if sampling.grammar and self.endpoint.local:
            asked["grammar"] = sampling.grammar
        return asked | {
            "model": self.model,
            "messages": [{"role": message.role, "content": unmarked(message.content)} for message in messages],
            "max_tokens": max_tokens,
            "temperature": sampling.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def _finished(self, request: "Request", messages: Sequence[Message], pieces: int) -> Finished:
        if not request.reason:
            raise llm_failures.cut(self.endpoint.name)
        if not request.text_seen:
            raise llm_failures.empty(self.model)
        if request.usage == Usage():
            # It does not tell: estimated, as limits and costs would else hold for nothing.
            usage = Usage(sum(tokens(each.content) for each in messages), 0, pieces)
            return Finished(request.reason, usage, request.likelihood)
        return Finished(request.reason, request.usage, request.likelihood)

    async def _wait_to_retry(self, error: LLMError, retries_left: int, deadline: float) -> None:
        """Raises `error` where the endpoint wants us to wait longer than a person would."""
        asked_for = error.retry_after if isinstance(error, LLMBusy) else None
        wait = self.timeouts.backoff * 2 ** (self.timeouts.retries - retries_left) if asked_for is None else asked_for
        if wait > min(self.timeouts.longest_wait, deadline - asyncio.get_running_loop().time()):
            raise error
        await asyncio.sleep(wait)
