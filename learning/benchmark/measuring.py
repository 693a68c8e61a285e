"""Measure one question: ask the agent, and grade its rows by those of the gold. Nothing is recorded or learned from."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async

from agent import episode as agent_loop
from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.events import EpisodeDone, QueryOk
from agent.llm import LLM
from agent.policy import Policy
from agent.prompt import Example, Prompt, Turn
from agent.skills import PLAIN, Skills
from agent.threads import execute
from datasources.engine import Database, ResultSet
from datasources.errors import ConnectFailed, DatabaseBusy, SQLError
from learning.benchmark.grading.grader import Gold, Grade, grade
from learning.benchmark.outcome import AttemptMade, Outcome
from learning.benchmark.tasks import Task
from learning.confidence.prior import shipped
from learning.confidence.signals import Signals

Examples = Callable[[Task], Sequence[Example]]
"""Gives the examples that a question is shown, the most similar last."""


class Outage(Exception):
    """The model or the database could not be reached: nothing is known about the question."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadGold(Exception):
    """A gold SQL does not run, so that nothing can be graded by it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def without_examples(task: Task) -> Sequence[Example]:
    return ()


@dataclass(frozen=True, slots=True)
class Agent:
    """Who is measured: a model, the policy and the examples that each question is given, and how many attempts it has.
    Nothing is ever recalled."""

    llm: LLM
    policy: Callable[[Task], Policy]
    attempts: int
    examples: Examples = without_examples
    skills: Skills = PLAIN


@dataclass(frozen=True, slots=True)
class Measured:
    """`rows` are those of the answer, None where there is none, `gold_rows` those of the first gold."""

    outcome: Outcome
    rows: ResultSet | None
    gold_rows: ResultSet


@dataclass(frozen=True, slots=True)
class Asked:
    """What the agent made of one question; `rows` are None where there is no answer. `signals`: as in Outcome."""

    done: EpisodeDone
    attempts: list[Attempt]
    rows: ResultSet | None
    seconds: float
    signals: Mapping[str, Any] = field(default_factory=dict)


async def measure(
    task: Task, database: Database, asked_with: Prompt, agent: Agent, history: Sequence[Turn] = ()
) -> Measured:
    """Raises Outage and BadGold."""
    golds = [await _gold(sql, database) for sql in task.gold]
    asked = await ask(task, database, asked_with, agent, history)
    graded = Grade(0.0, asked.done.error)
    if asked.rows is not None:
        # In a thread: a large result takes seconds, in which other questions are under way.
        graded = await asyncio.to_thread(
            grade, asked.rows, golds, ordered=task.ordered, extra_columns=task.extra_columns
        )
    return Measured(_outcome(task, asked, graded), asked.rows, golds[0].result)


async def ask(task: Task, database: Database, asked_with: Prompt, agent: Agent, history: Sequence[Turn] = ()) -> Asked:
    """The question alone: its gold is not looked at. Raises Outage."""
    policy = await sync_to_async(agent.policy)(task)
    examples = await sync_to_async(agent.examples)(task)
    limits = agent_loop.Limits(attempts=agent.attempts)
    episode = agent_loop.Episode(
        task.asked,
        database,
        agent.llm,
        asked_with,
        limits=limits,
        examples=examples,
        history=history,
        skills=agent.skills,
    )
    rows: ResultSet | None = None
    started = time.perf_counter()
    async for event in agent_loop.solve(episode, policy):
        if isinstance(event, QueryOk):
            rows = event.result
        elif isinstance(event, EpisodeDone):
            done = event
    seconds = time.perf_counter() - started
    if done.outage:
        raise Outage(done.error)
    signals = Signals.gathered(episode.attempts, rows, len(examples)).to_json() if done.success else {}
    return Asked(done, episode.attempts, rows, seconds, signals)


async def _gold(sql: str, database: Database) -> Gold:
    try:
        result = await execute(database, sql)
    except (ConnectFailed, DatabaseBusy) as error:
        raise Outage(error.message) from error
    except SQLError as error:
        raise BadGold(f"Its gold SQL does not run: {error.message}") from error
    return Gold.of(sql, database.dialect, result)


def _outcome(task: Task, asked: Asked, graded: Grade) -> Outcome:
    done, attempts = asked.done, asked.attempts
    return Outcome(
        task=task.id,
        difficulty=task.difficulty,
        category=task.category,
        sql=done.sql,
        attempts=tuple(_made(attempt) for attempt in attempts),
        score=graded.score,
        is_right=graded.is_right,
        is_first_right=graded.is_right and _is_the_first_s(attempts[0], done),
        why=graded.why,
        seconds=asked.seconds,
        prompt_tokens=done.usage.prompt,
        cached_tokens=done.usage.cached,
        completion_tokens=done.usage.completion,
        signals=asked.signals,
        confidence=shipped().raw(Signals.of(asked.signals)) if done.sql and asked.signals else None,
    )


def _is_the_first_s(first: Attempt, done: EpisodeDone) -> bool:
    """Whether the first attempt gave the answer, also when another was made to see whether no rows are right."""
    return done.attempts == 1 or (first.error_class is ErrorClass.EMPTY_RESULT and first.sql == done.sql)


def _made(attempt: Attempt) -> AttemptMade:
    error_class = attempt.error_class or ""
    return AttemptMade(
        attempt.number, attempt.strategy.value, attempt.sql, str(error_class), attempt.message, attempt.hint
    )
