"""A model that answers from a script, in process: for tests and demos. The format is in `agent.script`."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

from agent import llm_failures
from agent.llm import GREEDY, Finished, Message, Sampling, TextDelta
from agent.script import Reply, Script, ScriptSource, stamped

PLACE = "(scripted)"


class ScriptedLLM:
    """Implements agent.llm.LLM. `asked` keeps every conversation that it was given, for assertions."""

    def __init__(self, script: ScriptSource) -> None:
        self.script = Script.of(script)
        self.model = self.script.model
        self.asked: list[tuple[Message, ...]] = []

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[TextDelta | Finished, None]:
        self.asked.append(tuple(messages))
        reply = self.script.next_reply(messages)
        if reply.status != 200:
            raise llm_failures.refused(
                reply.status, model=self.model, name=PLACE, detail=reply.error, retry_after=reply.retry_after
            )
        tokens = reply.tokens()[:max_tokens]
        async for token in _paced(reply, tokens):
            yield TextDelta(token)
        yield self._finished(reply, messages, truncated=len(tokens) < len(reply.tokens()))

    def _finished(self, reply: Reply, messages: Sequence[Message], *, truncated: bool) -> Finished:
        if not reply.tokens():
            raise llm_failures.empty(self.model)
        if reply.finish_reason is None:
            raise llm_failures.cut(PLACE)
        return Finished("length" if truncated else reply.finish_reason, reply.usage_for(messages), reply.likelihood)


async def _paced(reply: Reply, tokens: Sequence[str]) -> AsyncGenerator[str, None]:
    if reply.hang:
        await asyncio.Event().wait()
    for due, token in zip(reply.due(time.monotonic()), tokens[: reply.cut_after], strict=False):
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        yield stamped(token)
    if reply.cut_after is not None:
        raise llm_failures.cut(PLACE)
