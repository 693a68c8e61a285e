"""How a reply becomes SQL: read the stream, show the SQL in it as it comes, and judge what it ended as."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from agent.extract import SqlStream
from agent.llm import LLM, Finished, LLMCut, LLMEmpty, LLMError, Message, Usage

_GRACE = 8
"""Pieces to wait for a reply's own end, which tells its usage, once its SQL is complete."""

_CHARACTERS_PER_TOKEN = 4
_OPENINGS = frozenset({"SELECT", "WITH"})
_NORMAL_ENDS = frozenset({"stop", "eos", "eos_token", "end_turn", "stop_sequence"})


@dataclass
class Draft:
    """What a reply came to. `problem` is a sentence for a person where it holds no SQL that may run.

    `spoiled` tells that it was the endpoint's doing, not the model's.
    """

    text: str = ""
    sql: str = ""
    problem: str = ""
    spoiled: bool = False
    usage: Usage = field(default_factory=Usage)


async def write_sql(
    llm: LLM, messages: Sequence[Message], draft: Draft, *, max_tokens: int, temperature: float
) -> AsyncGenerator[str]:
    """Yield the SQL of a reply as it streams, then fill in `draft`.

    Raises LLMError when the endpoint refuses; a stream that breaks off or is empty only spoils the draft.
    """
    reader = SqlStream()
    opening = reason = ""
    pieces = after = 0
    try:
        async with aclosing(llm.stream(messages, max_tokens=max_tokens, temperature=temperature)) as stream:
            async for item in stream:
                if isinstance(item, Finished):
                    reason, draft.usage = item.reason, item.usage
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
    except LLMError as error:
        _break_off(draft, error, complete=reader.closed)
    draft.usage = draft.usage if reason else _estimate(messages, pieces)
    if not draft.problem:
        _judge(draft, reader, reason)
    if reader.rest:
        yield reader.rest.removeprefix(opening)


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


def _estimate(messages: Sequence[Message], pieces: int) -> Usage:
    """What a reply cost that we stopped reading before it told."""
    prompt = sum(len(message.content) for message in messages) // _CHARACTERS_PER_TOKEN
    return Usage(prompt=prompt, completion=pieces)
