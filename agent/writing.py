"""How a reply becomes SQL: read the stream, show the SQL in it as it comes, and judge what it ended as."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from agent.extract import SqlStream
from agent.llm import LLM, Finished, Message, Usage

_GRACE = 8
"""Pieces to wait for a reply's own end, which tells its usage, once its SQL is complete."""

_CHARACTERS_PER_TOKEN = 4
_OPENINGS = frozenset({"SELECT", "WITH"})


@dataclass
class Draft:
    """What a reply came to. `problem` is a sentence for a person where it holds no SQL that may run."""

    text: str = ""
    sql: str = ""
    problem: str = ""
    prose_only: bool = False
    usage: Usage = field(default_factory=Usage)


async def write_sql(
    llm: LLM, messages: Sequence[Message], draft: Draft, *, max_tokens: int, temperature: float
) -> AsyncGenerator[str]:
    """Yield the SQL of a reply as it streams, then fill in `draft`. Raises LLMError."""
    reader = SqlStream()
    finished = None
    opening = ""
    pieces = after = 0
    async with aclosing(llm.stream(messages, max_tokens=max_tokens, temperature=temperature)) as stream:
        async for item in stream:
            if isinstance(item, Finished):
                finished = item
                break
            pieces += 1
            draft.text += item.text
            if draft.text in _OPENINGS:
                # Not certain to be SQL yet, but next to nobody shouts a word of English; the rest of it waits.
                opening = draft.text
                yield opening
            for delta in reader.feed(item.text):
                yield delta.removeprefix(opening)
                opening = ""
            after += reader.closed
            if after > _GRACE:
                break
    draft.usage = finished.usage if finished else _estimate(messages, pieces)
    _judge(draft, reader, complete=reader.closed or (finished is not None and finished.reason != "length"))
    if reader.rest:
        yield reader.rest.removeprefix(opening)


def _judge(draft: Draft, reader: SqlStream, *, complete: bool) -> None:
    draft.sql = reader.finish(complete) or ""
    if draft.sql:
        return
    if not complete:
        draft.problem = "The model's answer was cut off before its SQL was complete."
        return
    draft.prose_only = True
    said = " ".join(reader.prose.split())
    draft.problem = f"The model answered in words, without SQL: “{said[:500]}”"


def _estimate(messages: Sequence[Message], pieces: int) -> Usage:
    """What a reply cost that we stopped reading before it told."""
    prompt = sum(len(message.content) for message in messages) // _CHARACTERS_PER_TOKEN
    return Usage(prompt=prompt, completion=pieces)
