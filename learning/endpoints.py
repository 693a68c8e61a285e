"""The LLM that this site asks."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from django.conf import settings

from agent.endpoint import Endpoint
from agent.llm import LLM, Finished, Message, TextDelta
from agent.openai_llm import OpenAILLM
from datasources.models import Connection
from learning.warming import until_ready


def llm(connection: Connection | None, *, endpoint: Endpoint | None = None, seed: int | None = None) -> LLM:
    """The operator's endpoint or the embedded model's, as the settings say. Cheap: connections are kept elsewhere.

    `connection`: whose questions are asked, None where it is nobody's.
    """
    endpoint = endpoint or settings.LLM_ENDPOINT
    asked = OpenAILLM(endpoint, seed=seed)
    return EmbeddedLLM(asked, connection) if endpoint.local else asked


def reflection_endpoint() -> Endpoint:
    """Of the model that reflects on what went wrong: the one that answers, unless the operator names another one."""
    return replace(settings.LLM_ENDPOINT, model=settings.REFLECTION_MODEL_NAME or settings.LLM_ENDPOINT.model)


class EmbeddedLLM:
    """The embedded model; a question waits while it loads or reads the connection's prompt."""

    def __init__(self, asked: OpenAILLM, connection: Connection | None) -> None:
        self.model = asked.model
        self._asked = asked
        self._connection = connection

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float
    ) -> AsyncGenerator[TextDelta | Finished]:
        await until_ready(self._connection)
        async with aclosing(self._asked.stream(messages, max_tokens=max_tokens, temperature=temperature)) as stream:
            async for item in stream:
                yield item
