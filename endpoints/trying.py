"""Asking an endpoint for one token, to see whether it answers."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from agent.llm import LLMEmpty, LLMError, Message, complete
from agent.openai_llm import OpenAILLM
from endpoints import breaker
from endpoints.models import Endpoint

PATIENCE = 20.0
_QUESTION = (Message("user", "Say OK."),)


@dataclass(frozen=True, slots=True)
class Tried:
    answers: bool
    sentence: str


def try_out(endpoint: Endpoint) -> Tried:
    """Really asks it, also where it is left alone; an answer ends that."""
    import agent.openai_wire  # noqa: F401 - not to be timed

    started = time.perf_counter()
    try:
        asyncio.run(_ask(endpoint))
    except LLMError as error:
        return Tried(False, f"{endpoint}: {error.message}")
    breaker.close(endpoint)
    milliseconds = (time.perf_counter() - started) * 1000
    return Tried(True, f"{endpoint}: {endpoint.model_name} answered in {milliseconds:,.0f} ms.")


async def _ask(endpoint: Endpoint) -> None:
    """Raises LLMError."""
    patience = endpoint.timeouts()
    timeouts = replace(patience, first_token=min(PATIENCE, patience.first_token), total=PATIENCE, retries=0)
    with suppress(LLMEmpty):  # it answered, with a token that has no text
        await complete(OpenAILLM(endpoint.asked(), timeouts), _QUESTION, max_tokens=1)
