"""The LLM that a connection's questions are put to: the one way to it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

from agent.endpoint import Endpoint
from agent.llm import GREEDY, LLM, Finished, Message, Sampling, TextDelta
from agent.openai_llm import OpenAILLM
from datasources.models import Connection
from endpoints.asking import TeamLLM
from endpoints.counted import CountedLLM
from learning.warming import until_ready


def llm(
    connection: Connection | None, *, seed: int | None = None, behind: bool = False, reflecting: bool = False
) -> LLM:
    """The endpoints of the connection's team, in their order. Cheap: nothing is looked up before it is asked.

    `connection`: whose questions are asked, None where it is nobody's. What is done in the background goes `behind`
    what people ask. `reflecting` asks the models that the operator named for reflecting on what went wrong.
    """
    team = connection.team_id if connection else None
    return TeamLLM(team, partial(until_ready, connection), seed=seed, behind=behind, reflecting=reflecting)


def llm_at(endpoint: Endpoint, connection: Connection | None, *, seed: int | None = None) -> LLM:
    """That very endpoint and no other, to measure it: without line, breaker and bill."""
    asked = OpenAILLM(endpoint, seed=seed)
    return CountedLLM(EmbeddedLLM(asked, connection) if endpoint.local else asked)


class EmbeddedLLM:
    """The embedded model; a question waits while it loads or reads the connection's prompt."""

    def __init__(self, asked: OpenAILLM, connection: Connection | None) -> None:
        self.model = asked.model
        self._asked = asked
        self._connection = connection

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[TextDelta | Finished]:
        await until_ready(self._connection)
        async with aclosing(self._asked.stream(messages, max_tokens=max_tokens, sampling=sampling)) as stream:
            async for item in stream:
                yield item
