"""The one door through which the agent runs: it answers, and what happened is remembered and learned from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from asgiref.sync import sync_to_async
from django.db import DatabaseError, Error, close_old_connections
from django.db.models.functions import Now
from structlog.contextvars import bind_contextvars, unbind_contextvars

from accounts.models import User
from agent import episode as agent
from agent.events import EpisodeDone, Event, QueryOk
from agent.llm import LLM, Usage
from agent.prompt import Turn
from agent.repairs import Strategy
from agent.threads import apart
from datasources.audit import application_database
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import Connection
from datasources.own_database import patiently_async
from datasources.storable import storable
from learning import metrics
from learning.models import HEARTBEAT, Episode
from learning.prompts import generation_of, prompt_of
from learning.quotas import counting
from learning.quotas.refusing import Exceeded
from learning.run import Run, close
from learning.verified import checking, recall, showing

logger = logging.getLogger(__name__)

STOPPED = "Stopped before it was done."
REMOVED = "The database was removed while this was being answered."
BROKE = "Something went wrong on this server. The question is kept, and the operator finds the details in the log."

EXAMPLES = "examples"
"""The source of statements that try an example question, in the audit list."""


class BadQuestion(ValueError):
    """A question that cannot be asked, or not now; the message is a sentence for a person."""


def clean_question(text: str) -> str:
    """The question as it will be asked. Raises BadQuestion."""
    question = storable(text).strip()
    if not question:
        raise BadQuestion("Type a question first.")
    if len(question) > agent.MAX_QUESTION:
        raise BadQuestion(
            f"The question has {len(question):,} characters; at most {agent.MAX_QUESTION:,} are possible. "
            "Shorten it and ask again."
        )
    return question


def begin(
    connection: Connection,
    question: str,
    *,
    llm: LLM,
    source: str,
    user: User | None = None,
    follows: str = "",
    retry_of: Episode | None = None,
    generation: int | None = None,
) -> Episode:
    """A new episode, recorded as running. `follows`: the question before it in its conversation; `generation`: the one
    that is to answer, in use or not. Raises BadQuestion, also where a limit is reached.

    A question that has been verified is answered by its SQL, unless another answer than that is wanted, or that of one
    generation, or a newer rule may have something against it; with any other one the model is shown the verified
    queries that are most like it.
    """
    question = clean_question(question)
    checking.enqueue(connection)
    is_free = retry_of is None and generation is None
    known = recall.find(connection, question, follows) if is_free else recall.Found()
    shown = [] if known.recalled else showing.choose(connection, question, follows, retry_of)
    try:
        counting.admit(connection.team_id, user, is_recalled=known.recalled is not None)
    except Exceeded as exceeded:
        raise BadQuestion(exceeded.message) from exceeded
    return Episode.objects.create(
        connection=connection,
        user=user,
        source=source,
        question=question,
        follows=follows,
        retry_of=retry_of,
        recalled=known.recalled,
        held_back=known.held_back,
        newer_rule=known.newer_rule,
        examples=[query.pk for query in shown],
        model=llm.model,
        generation=generation_of(connection) if generation is None else generation,
        heartbeat_at=Now(),
    )


async def answer(record: Episode, llm: LLM, history: Sequence[Turn] = ()) -> AsyncGenerator[Event]:
    """Run the agent on `record`, yielding its events; the record is closed whatever happens.

    Cancelling the task that iterates stops the model and the statement, and records the episode as stopped.
    """
    run: Run | None = None
    watch = metrics.Watch(record.source)
    # Not a context manager of structlog's: a generator may be closed elsewhere than it began.
    bind_contextvars(episode_id=str(record.pk))
    try:
        async with _beating(record):
            if await patiently_async(lambda: _has_no_schema(record)):
                # It is read first, from a server that may stall: not in the thread that all sockets share.
                await apart(record.connection_id, lambda: _read_schema(record))
            run = await patiently_async(lambda: Run.prepare(record, llm, history))
            async with aclosing(agent.solve(run.episode, run.policy)) as events:
                async for event in events:
                    watch.see(event)
                    await run.record(event)
                    yield event
    except (asyncio.CancelledError, GeneratorExit):
        await asyncio.shield(patiently_async(lambda: close(record, run, Episode.Status.STOPPED, STOPPED)))
        raise
    except Exception as error:  # noqa: BLE001 - it is logged there
        message = await _closed_after(error, record, run)
        yield EpisodeDone(False, "", len(run.episode.attempts) if run else 0, 0.0, Usage(), message)
    finally:
        metrics.ended(record, run.episode.attempts if run else (), watch)
        unbind_contextvars("episode_id")
        if run:
            run.database.close()


async def tried(connection: Connection, question: str, llm: LLM) -> tuple[str, ResultSet] | None:
    """The SQL and the rows of one attempt at a question that nobody has asked; None where it fails.

    It is the same agent, but nothing is recorded: no policy chooses, so none learns, and no person's history grows.
    Raises ConnectFailed.
    """
    database = await sync_to_async(connection.database)(None, EXAMPLES)
    asked_with = await sync_to_async(prompt_of)(connection)
    limits = agent.Limits(attempts=1, diagnose=False)
    episode = agent.Episode(question, database, llm, asked_with, limits=limits)
    try:
        async for event in episode.step(Strategy.GENERATE):
            if isinstance(event, QueryOk):
                return episode.attempts[-1].sql, event.result
    finally:
        database.close()
        await sync_to_async(counting.add)(connection.team_id, None, episode.usage)
    return None


async def _closed_after(error: Exception, record: Episode, run: Run | None) -> str:
    """What is told of an answer that broke. Where the application's database stays away, the record is left running
    without a heartbeat, and so found as interrupted once the database is back."""
    message = error.message if isinstance(error, SQLError) else BROKE
    try:
        if not await patiently_async(lambda: Episode.objects.filter(pk=record.pk).exists()):
            return REMOVED
        logger.error("episode %s broke", record.pk, exc_info=error)
        await patiently_async(lambda: close(record, run, Episode.Status.FAILED, message))
    except DatabaseError:
        logger.exception("episode %s could not be closed", record.pk)
    return message


def _has_no_schema(record: Episode) -> bool:
    return record.connection.schema_taken_at is None


def _read_schema(record: Episode) -> None:
    """Raises ConnectFailed."""
    with application_database():
        record.connection.schema()


@asynccontextmanager
async def _beating(record: Episode) -> AsyncIterator[None]:
    """Keep the record's heartbeat going, so that others can tell it from one whose process has died."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            try:
                await sync_to_async(Episode.objects.filter(pk=record.pk).beat)()
            except Error:
                logger.warning("a heartbeat of episode %s was missed", record.pk, exc_info=True)
                # The thread that all of Django shares would keep a connection that is of no use.
                await sync_to_async(close_old_connections)()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
