"""Reading a question again: with another view of the database first, then more samples of both, until two agree or
there are enough."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.events import Event, ReadingsDone, ReadingStarted
from agent.llm import LLM, LLMError, Message, Sampling, Usage, Waiting
from agent.reading import Reading
from agent.readings import are_enough, groups
from agent.skills import Skills
from agent.trial import Trial
from agent.writing import Draft, write_sql

TEMPERATURE = 0.7


class Rereader:
    """`usage` is what it has cost so far. `views` are the prompt of the first reading and, where there is one, another:
    an endpoint with a prefix cache has read both before, and only has to write."""

    def __init__(
        self,
        llm: LLM,
        views: Sequence[Sequence[Message]],
        trial: Trial,
        skills: Skills,
        max_tokens: int,
        grammar: str = "",
    ) -> None:
        self.usage = Usage()
        self._llm = llm
        self._views = views
        self._trial = trial
        self._skills = skills
        self._max_tokens = max_tokens
        self._grammar = grammar

    async def read(self, attempt: Attempt) -> AsyncIterator[Event]:
        """Fill `attempt.readings` and have it take the one that is chosen. Raises what `Trial.read` does; what the
        endpoint refuses only ends it."""
        attempt.readings = [attempt.reading or Reading("", error_class=attempt.error_class, message=attempt.message)]
        try:
            while not are_enough(attempt.readings, self._skills.readings, eager=self._skills.eager):
                number = len(attempt.readings) + 1
                yield ReadingStarted(number, self._skills.readings)
                async for event in self._another(attempt, number):
                    yield event
        except LLMError:
            pass  # what has been read so far is enough to choose from
        if found := groups(attempt.readings):
            attempt.take(found[0].best)
            attempt.talk = None
        if len(attempt.readings) > 1:
            yield ReadingsDone(tuple(attempt.readings), attempt.reading)

    async def _another(self, attempt: Attempt, number: int) -> AsyncIterator[Event]:
        draft = Draft()
        view = self._views[(number - 1) % len(self._views)]
        # Each view's first reading is its most likely one.
        sampling = Sampling(grammar=self._grammar, weighed=True)
        if number > len(self._views):
            sampling = replace(sampling, temperature=TEMPERATURE, seed=number)
        stream = write_sql(self._llm, view, draft, max_tokens=self._max_tokens, sampling=sampling)
        try:
            async with aclosing(stream) as items:
                async for item in items:
                    if isinstance(item, Waiting):
                        yield item
        finally:
            self.usage += draft.usage
        reading = await self._read(draft)
        reading.view = (number - 1) % len(self._views)
        attempt.readings.append(reading)

    async def _read(self, draft: Draft) -> Reading:
        if draft.problem:
            return Reading(draft.sql, error_class=ErrorClass.OTHER, message=draft.problem)
        return await self._trial.read(draft.sql, draft.likelihood)
