"""An answer as it comes: server-sent events, one for each thing that happens, at last the answer itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from agent.events import (
    AttemptStarted,
    BegunAnew,
    DiagnosisDelta,
    Event,
    Executing,
    QueryError,
    QueryOk,
    ReadingsDone,
    ReadingStarted,
    SqlDelta,
    SqlFixed,
    SqlReady,
    Waiting,
)
from api.shapes import Answer

MEDIA_TYPE = "text/event-stream"
QUIET = 15.0
"""Seconds after which a line says that the connection is still there."""
Queue = asyncio.Queue[Event | None]

EVENTS = {
    "asked": "The question is recorded: the answer's `id` and `conversation_id`.",
    "waiting": "For the model: `ahead` are before you, null once it is your turn.",
    "attempt": "One begins: its `number` and `strategy`.",
    "sql": "More of the SQL: `text`.",
    "discarded": "What was written of it is not to be had any more: `why`.",
    "sql_ready": "The whole statement, as it runs: `sql`.",
    "running": "It runs.",
    "fixed": "A program has put something right in it: `sql` and `why`.",
    "reading": "The question is read again, to compare: `number` of at most `most`.",
    "chosen": "Of these readings one: `sql`.",
    "rows": "It ran: how many `rows`.",
    "error": "It did not: `error_class`, `message` and `hint`.",
    "diagnosis": "More of what the model makes of that: `text`.",
    "done": "The answer, as `GET /api/v1/answers/{id}` has it.",
}
"""Their names, with what the data of each says."""


async def stream(asked: dict[str, Any], events: Queue, answer: Callable[[], Awaitable[Answer]]) -> AsyncIterator[bytes]:
    """`answer` gives what `done` tells. Who stops listening stops nothing."""
    yield written("asked", asked)
    while True:
        try:
            event = await asyncio.wait_for(events.get(), QUIET)
        except TimeoutError:
            yield b": still there\n\n"
            continue
        if event is None:
            break
        if told := told_of(event):
            yield written(*told)
    yield written("done", (await answer()).model_dump(mode="json"))


def written(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def told_of(event: Event) -> tuple[str, dict[str, Any]] | None:
    """The name and the data; None of what programs are not told."""
    match event:
        case Waiting(ahead):
            return "waiting", {"ahead": ahead}
        case AttemptStarted(number, strategy):
            return "attempt", {"number": number, "strategy": str(strategy)}
        case BegunAnew(why):
            return "discarded", {"why": why}
        case SqlDelta(text):
            return "sql", {"text": text}
        case SqlReady(sql):
            return "sql_ready", {"sql": sql}
        case DiagnosisDelta(text):
            return "diagnosis", {"text": text}
    return _told_of_running(event)


def _told_of_running(event: Event) -> tuple[str, dict[str, Any]] | None:
    match event:
        case Executing():
            return "running", {}
        case SqlFixed(sql, why):
            return "fixed", {"sql": sql, "why": why}
        case ReadingStarted(number, most):
            return "reading", {"number": number, "most": most}
        case ReadingsDone(_, chosen) if chosen:
            return "chosen", {"sql": chosen.sql}
        case QueryOk(result):
            return "rows", {"rows": len(result.rows)}
        case QueryError(error_class, message, hint):
            return "error", {"error_class": str(error_class), "message": message, "hint": hint}
    return None
