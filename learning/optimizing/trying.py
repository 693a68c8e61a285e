"""One example, asked with a candidate's prompt: a score, and what the reflection is told of it.

Where the answer is known, the score is that of the rows, less a tenth for each attempt after the first (DESIGN 3).
Where it is not, only signs can be judged, and the score is weak evidence: it stays below what a right answer has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from asgiref.sync import sync_to_async

from agent import facts
from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.facts import Fact
from agent.prompt import Prompt
from agent.rejection import Rejected, same_result, verdict_on
from agent.threads import apart, execute
from datasources.engine import Database
from datasources.errors import SQLError
from datasources.introspect import Schema
from datasources.models import Connection
from learning.benchmark.measuring import Agent, Asked, ask, measure
from learning.optimizing.data import Example

SOURCE = "optimization"
"""The source of its statements, in the audit list."""
EACH_ATTEMPT = 0.1
RAN, FOUND_ROWS = 0.5, 0.2
"""What signs are worth where no gold tells."""


@dataclass(frozen=True, slots=True)
class Tried:
    """`is_right` is None where nobody knows the answer. `tokens`: read anew and written; `cached` come besides.
    `facts`: what a program has learned from the attempts that failed."""

    score: float
    is_right: bool | None
    sql: str
    feedback: str
    attempts: int
    tokens: int
    cached: int
    seconds: float
    facts: tuple[Fact, ...] = ()


async def try_out(example: Example, connection: Connection, asked_with: Prompt, agent: Agent) -> Tried:
    """Raises Outage and BadGold."""
    database = await sync_to_async(connection.database)(None, SOURCE)
    with closing(database):
        if example.gold:
            return await _with_gold(example, database, asked_with, agent)
        asked = await ask(example.task, database, asked_with, agent, example.turns)
        learned = await apart(database.whose, lambda: _learned(asked.attempts, database, asked_with.schema))
        return replace(await _by_signs(example, database, asked), facts=learned)


async def _with_gold(example: Example, database: Database, asked_with: Prompt, agent: Agent) -> Tried:
    outcome = (await measure(example.task, database, asked_with, agent, example.turns)).outcome
    made = len(outcome.attempts)
    failed = [f"{one.error_class}: {one.message} {one.hint}" for one in outcome.attempts if one.error_class]
    wrong = [] if outcome.is_right else [f"The answer is wrong: {outcome.why}"] if outcome.sql else [outcome.why]
    right = [f"Right is: {example.gold[0]}"] if wrong else ["The answer is right."]
    return Tried(
        score=outcome.score * _worth(made),
        is_right=outcome.is_right,
        sql=outcome.sql or (outcome.attempts[-1].sql if outcome.attempts else ""),
        feedback="\n".join([*wrong, *right, *_once(failed), *_said(example)]),
        attempts=made,
        tokens=outcome.prompt_tokens - outcome.cached_tokens + outcome.completion_tokens,
        cached=outcome.cached_tokens,
        seconds=outcome.seconds,
    )


async def _by_signs(example: Example, database: Database, asked: Asked) -> Tried:
    done, rows = asked.done, asked.rows
    failed = [f"{one.error_class}: {one.message} {one.hint}" for one in asked.attempts if one.error_class]
    score, said = 0.0, ["It found no answer."]
    if done.success and rows is not None:
        score = (RAN + (FOUND_ROWS if rows.rows else 0.0)) * _worth(done.attempts)
        said = ["It ran and found rows." if rows.rows else "It ran, but found no rows."]
        if await _is_rejected(example, database, asked):
            score, said = 0.0, ["This is the answer that a person found wrong."]
    usage = done.usage
    return Tried(
        score=score,
        is_right=None,
        sql=done.sql or _last(asked.attempts),
        feedback="\n".join([*said, *_once(failed), *_said(example)]),
        attempts=done.attempts,
        tokens=usage.prompt - usage.cached + usage.completion,
        cached=usage.cached,
        seconds=asked.seconds,
    )


def _learned(attempts: Sequence[Attempt], database: Database, schema: Schema) -> tuple[Fact, ...]:
    """Of what is asked for validation nothing is learned: a candidate would know its answers."""
    found: dict[str, Fact] = {}
    for made in attempts:
        if made.error_class:
            told = facts.facts(made.error_class, made.message, made.sql, schema, database.dialect)
            if made.error_class == ErrorClass.EMPTY_RESULT:
                told += facts.probed(made.sql, database, schema)
            found |= {fact.rule: fact for fact in told if fact.rule not in found}
    return tuple(found.values())


async def _is_rejected(example: Example, database: Database, asked: Asked) -> bool:
    """Whether it is a query, or finds the rows of one, that people found wrong."""
    if verdict_on(asked.done.sql, [Rejected(sql) for sql in example.rejected], database.dialect):
        return True
    for sql in example.rejected:
        try:
            before = await execute(database, sql)
        except SQLError:
            continue
        if asked.rows is not None and same_result(asked.rows, before):
            return True
    return False


def _worth(attempts: int) -> float:
    return max(0.0, 1.0 - EACH_ATTEMPT * (attempts - 1))


def _last(attempts: Sequence[Attempt]) -> str:
    return next((attempt.sql for attempt in reversed(attempts) if attempt.sql), "")


def _said(example: Example) -> list[str]:
    """What people said, and what went wrong when they asked."""
    remarks = [f"A person said: {text}" for _, text in example.remarks]
    rejected = [f"A person found this wrong: {' '.join(sql.split())}" for sql in example.rejected]
    return [*remarks, *rejected, *(f"When a person asked, it failed: {failure}" for failure in example.failures)]


def _once(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in texts))
