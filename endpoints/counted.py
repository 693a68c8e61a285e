"""A model whose requests, tokens and failures are counted."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agent.llm import GREEDY, LLM, Finished, Item, LLMError, Message, Sampling, TextDelta
from endpoints import metrics


class CountedLLM:
    """Implements agent.llm.LLM."""

    def __init__(self, asked: LLM) -> None:
        self.model = asked.model
        self._asked = asked

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[Item]:
        began, has_written = time.perf_counter(), False
        try:
            async with aclosing(self._asked.stream(messages, max_tokens=max_tokens, sampling=sampling)) as stream:
                async for item in stream:
                    if isinstance(item, Finished):
                        metrics.answered(self.model, item.usage)
                    elif isinstance(item, TextDelta) and not has_written:
                        has_written = True
                        metrics.wrote(self.model, time.perf_counter() - began)
                    yield item
        except LLMError as error:
            metrics.failed(self.model, error)
            raise
