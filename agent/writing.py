"""How a reply becomes SQL: read the stream, show the SQL in it as it comes, and judge what it ended as."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from agent.extract import SqlStream
from agent.llm import (
    GREEDY,
    LLM,
    BegunAnew,
    Finished,
    Item,
    LLMCut,
    LLMEmpty,
    LLMError,
    Message,
    Sampling,
    TextDelta,
    Usage,
    Waiting,
)

_GRACE = 8
"""Pieces to wait for a reply's own end, which tells its usage, once its SQL is complete."""

_CHARACTERS_PER_TOKEN = 4
_OPENINGS = frozenset({"SELECT", "WITH"})
_NORMAL_ENDS = frozenset({"stop", "eos", "eos_token", "end_turn", "stop_sequence"})


@dataclass
class Draft:
    """What a reply came to. `problem` is a sentence for a person where it holds no SQL that may run.

    `spoiled` tells that it was the endpoint's doing, not the model's; `likelihood` is as in agent.llm.Finished.
    """

    text: str = ""
    sql: str = ""
    problem: str = ""
    spoiled: bool = False
    usage: Usage = field(default_factory=Usage)
    likelihood: float | None = None


async def write_sql(
    llm: LLM, messages: Sequence[Message], draft: Draft, *, max_tokens: int, sampling: Sampling = GREEDY
) -> AsyncGenerator[str | Waiting | BegunAnew]:
    """Yield the SQL of a reply as it streams, then fill in `draft`. After BegunAnew it comes from the start again.

    Raises LLMError when the endpoint refuses; a stream that breaks off or is empty only spoils the draft.
    """
    reading = _Reading(draft, _cost_of_reading(messages))
    reason = ""
    try:
        async with aclosing(llm.stream(messages, max_tokens=max_tokens, sampling=sampling)) as stream:
            async for item in stream:
                if isinstance(item, Finished):
                    reason, draft.usage = item.reason, reading.before + item.usage
                    draft.likelihood = item.likelihood
                    break
                if isinstance(item, TextDelta):
                    for delta in reading.take(item.text):
                        yield delta
                elif not reading.sql.closed:
                    reading.begin_anew(item)
                    yield item
                if reading.is_over(item):
                    break
    except LLMError as error:
        _break_off(draft, error, complete=reading.sql.closed)
    draft.usage = draft.usage if reason else reading.estimate
    if not draft.problem:
        _judge(draft, reading.sql, reason)
    if reading.sql.rest:
        yield reading.sql.rest.removeprefix(reading.opening)


@dataclass
class _Reading:
    """A reply as far as it has been read. What it has cost is in its draft all the time: who stops it has spent that.

    `cost`: of having the messages read. `before`: what the endpoints have cost that did not end their replies.
    """

    draft: Draft
    cost: Usage
    sql: SqlStream = field(default_factory=SqlStream)
    opening: str = ""
    pieces: int = 0
    before: Usage = field(default_factory=Usage)
    _after: int = 0

    @property
    def estimate(self) -> Usage:
        """What it cost so far, where the endpoint does not tell."""
        return self.before + replace(self.cost, completion=self.pieces)

    def take(self, text: str) -> Iterator[str]:
        """The SQL that `text` brings."""
        self.pieces += 1
        self.draft.usage = self.estimate
        self.draft.text += text
        if self.draft.text in _OPENINGS:
            # Not certain to be SQL yet, but next to nobody shouts a word of English; the rest of it waits.
            self.opening = self.draft.text
            yield self.opening
        for delta in self.sql.feed(text):
            yield delta.removeprefix(self.opening)
            self.opening = ""
        self._after += self.sql.closed

    def is_over(self, item: Item) -> bool:
        """Its SQL is complete, and it has had the time to end by itself, or another reply begins."""
        return self._after > _GRACE or (self.sql.closed and isinstance(item, BegunAnew))

    def begin_anew(self, item: Item) -> None:
        if isinstance(item, BegunAnew):
            self.before, self.pieces = self.estimate, 0
            self.sql, self.draft.text, self.opening = SqlStream(), "", ""


def _break_off(draft: Draft, error: LLMError, *, complete: bool) -> None:
    """The stream ended in an error: it matters only while the SQL is not complete. Raises what is no mere break."""
    if complete:
        return
    if not isinstance(error, LLMCut | LLMEmpty):
        raise error
    draft.problem, draft.spoiled = error.message, True


def _judge(draft: Draft, reader: SqlStream, reason: str) -> None:
    complete = reader.closed or reason in _NORMAL_ENDS
    draft.sql = reader.finish(complete) or ""
    if draft.sql:
        return
    if not complete:
        why = "" if reason in {"", "length"} else f" ({reason})"
        draft.problem = f"The model's answer was cut off before its SQL was complete{why}."
        return
    said = " ".join(reader.prose.split())
    draft.problem = f"The model answered in words, without SQL: “{said[:500]}”"


def _cost_of_reading(messages: Sequence[Message]) -> Usage:
    """Estimated, as for a reply that we stop reading before it tells."""
    return Usage(prompt=sum(len(message.content) for message in messages) // _CHARACTERS_PER_TOKEN)
