"""The one door through which the agent runs: it answers, and what happened is remembered and learned from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from agent import episode as agent
from agent.attempt import Attempt as AgentAttempt
from agent.errors import ErrorClass
from agent.events import EpisodeDone, Event, QueryError, QueryOk, RewardGiven
from agent.llm import LLM, Usage
from agent.prompt import Turn
from agent.repairs import Strategy
from agent.threads import apart
from datasources import snapshots
from datasources.audit import application_database
from datasources.engine import Database, ResultSet
from datasources.errors import SQLError
from datasources.models import Connection
from datasources.storable import storable
from learning.bandit import log
from learning.feedback.rejected import rejected_by
from learning.models import HEARTBEAT, Attempt, Episode
from learning.noting import note
from learning.policy import StoredPolicy
from learning.prompts import generation_of, live, prompt_of
from learning.results import to_json
from learning.verified import checking, recall, showing

logger = logging.getLogger(__name__)

STOPPED = "Stopped before it was done."
REMOVED = "The database was removed while this was being answered."
BROKE = "Something went wrong on this server. The question is kept, and the operator finds the details in the log."

EXAMPLES = "examples"
"""The source of statements that try an example question, in the audit list."""

# Perhaps the schema is not what it was when it was read.
_MISSING = (ErrorClass.NO_SUCH_TABLE, ErrorClass.NO_SUCH_COLUMN)


class BadQuestion(ValueError):
    """A question that cannot be asked; the message is a sentence for a person."""


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
    that is to answer, in use or not. Raises BadQuestion.

    A question that has been verified is answered by its SQL, unless another answer than that is wanted, or that of one
    generation, or a newer rule may have something against it; with any other one the model is shown the verified
    queries that are most like it.
    """
    question = clean_question(question)
    checking.enqueue(connection)
    is_free = retry_of is None and generation is None
    known = recall.find(connection, question, follows) if is_free else recall.Found()
    shown = [] if known.recalled else showing.choose(connection, question, follows, retry_of)
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
    )


async def answer(record: Episode, llm: LLM, history: Sequence[Turn] = ()) -> AsyncGenerator[Event]:
    """Run the agent on `record`, yielding its events; the record is closed whatever happens.

    Cancelling the task that iterates stops the model and the statement, and records the episode as stopped.
    """
    run: _Run | None = None
    try:
        if await sync_to_async(_has_no_schema)(record):
            # It is read first, from a server that may stall: not in the thread that all sockets share.
            await apart(record.connection_id, lambda: _read_schema(record))
        run = await sync_to_async(_Run.prepare)(record, llm, history)
        async with _beating(record), aclosing(agent.solve(run.episode, run.policy)) as events:
            async for event in events:
                await run.record(event)
                yield event
    except (asyncio.CancelledError, GeneratorExit):
        await asyncio.shield(sync_to_async(_close)(record, run, Episode.Status.STOPPED, STOPPED))
        raise
    except Exception as error:
        message = error.message if isinstance(error, SQLError) else BROKE
        if not await Episode.objects.filter(pk=record.pk).aexists():
            message = REMOVED
        else:
            logger.exception("episode %s broke", record.pk)
            await sync_to_async(_close)(record, run, Episode.Status.FAILED, message)
        yield EpisodeDone(False, "", len(run.episode.attempts) if run else 0, 0.0, Usage(), message)
    finally:
        if run:
            run.database.close()


async def tried(connection: Connection, question: str, llm: LLM) -> tuple[str, ResultSet] | None:
    """The SQL and the rows of one attempt at a question that nobody has asked; None where it fails.

    It is the same agent, but nothing is recorded: no policy chooses, so none learns, and no person's history grows.
    Raises ConnectFailed.
    """
    database = await sync_to_async(connection.database)(None, EXAMPLES)
    try:
        asked_with = await sync_to_async(prompt_of)(connection)
        limits = agent.Limits(attempts=1, diagnose=False)
        episode = agent.Episode(question, database, llm, asked_with, limits=limits)
        async for event in episode.step(Strategy.GENERATE):
            if isinstance(event, QueryOk):
                return episode.attempts[-1].sql, event.result
    finally:
        database.close()
    return None


def _has_no_schema(record: Episode) -> bool:
    return record.connection.schema_taken_at is None


def _read_schema(record: Episode) -> None:
    """Raises ConnectFailed."""
    with application_database():
        record.connection.schema()


@dataclass
class _Run:
    """An episode under way, and its record."""

    stored: Episode
    database: Database
    episode: agent.Episode
    policy: StoredPolicy
    result: ResultSet | None = None
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The attempts that failed, by number, as they are stored until the end."""

    @classmethod
    def prepare(cls, stored: Episode, llm: LLM, history: Sequence[Turn]) -> _Run:
        """Raises ConnectFailed."""
        connection = stored.connection
        asked_with = live(connection, stored.generation)
        stored.generation = asked_with.generation
        stored.save(update_fields=["generation"])
        database = connection.database(stored.user, stored.source)
        episode = agent.Episode(
            stored.question,
            database,
            llm,
            asked_with.prompt,
            history=history,
            rejected=rejected_by(stored),
            examples=showing.examples_of(stored),
            recalled=stored.recalled.sql if stored.recalled else "",
        )
        return cls(stored, database, episode, StoredPolicy.load(connection, stored.user))

    async def record(self, event: Event) -> None:
        match event:
            case QueryOk(result):
                self.result = result
            case QueryError(error_class):
                await sync_to_async(self._note_failure)(error_class)
            case RewardGiven(_, _, number) if number == len(self.episode.attempts):
                # One that answered is stored with the answer, which comes next.
                if self.episode.attempts[-1].error_class:
                    self.kept |= await sync_to_async(self._save_attempts)()
            case EpisodeDone():
                await sync_to_async(self._finish)(event)

    def _note_failure(self, error_class: ErrorClass) -> None:
        """The schema may not be what it was."""
        if error_class in _MISSING:
            snapshots.note_missing_object(self.stored.connection)
        if self.stored.recalled and len(self.episode.attempts) == 1:
            checking.doubt(self.stored.recalled, error_class)

    def _finish(self, done: EpisodeDone) -> None:
        self.stored.sql, self.stored.reward = done.sql, done.reward
        _close(self.stored, self, Episode.Status.SUCCEEDED if done.success else Episode.Status.FAILED, done.error)

    def save_what_is_there(self) -> None:
        """Attempts (also one that was stopped half-way) and tokens so far."""
        self._save_attempts()
        self.stored.result = to_json(self.result) if self.result else None
        used = self.episode.usage
        self.stored.prompt_tokens, self.stored.completion_tokens = used.prompt, used.completion
        self.stored.cached_tokens = used.cached

    def save_lessons(self) -> None:
        """Within the transaction that closes the episode, so that nobody judges an answer before they are there, but
        behind a savepoint: the answer is not lost because its lessons could not be kept."""
        try:
            log.append(self.stored, self.episode.attempts)
        except DatabaseError:
            logger.exception("the lessons of episode %s were lost", self.stored.pk)

    def _save_attempts(self) -> dict[int, dict[str, Any]]:
        """Those that are not stored as they are now; returns them, by number."""
        tried = [attempt for attempt in self.episode.attempts if attempt.sql or attempt.error_class]
        now = {attempt.number: fields_of(attempt) for attempt in tried}
        new = {number: fields for number, fields in now.items() if self.kept.get(number) != fields}
        if new:
            Attempt.objects.bulk_create(
                [Attempt(episode=self.stored, number=number, **fields) for number, fields in new.items()],
                update_conflicts=True,
                unique_fields=["episode", "number"],
                update_fields=list(fields_of(tried[0])),
            )
        return new


def fields_of(attempt: AgentAttempt) -> dict[str, Any]:
    """As an `Attempt` stores them."""
    decision = attempt.decision
    return {
        "strategy": attempt.strategy,
        "scores": decision.scores if decision else {},
        "context": decision.vector if decision else [],
        "sql": attempt.sql,
        "error_class": attempt.error_class or "",
        "message": attempt.message,
        "hint": attempt.hint,
        "diagnosis": attempt.diagnosis,
        "reward": attempt.reward.total,
        "reward_parts": attempt.reward.parts,
    }


def _close(stored: Episode, run: _Run | None, status: str, error: str) -> None:
    """The one end of every episode, however it came to it. One that was deleted meanwhile stays so, and what is stopped
    when it has ended already keeps its end."""
    with transaction.atomic():
        try:
            known = Episode.objects.lock(stored)
        except Episode.DoesNotExist:
            return
        if status == Episode.Status.STOPPED and known.finished_at and known.status != Episode.Status.INTERRUPTED:
            return
        _refer_as(stored, known)
        if run:
            run.save_what_is_there()
        stored.status, stored.error, stored.finished_at = status, error, timezone.now()
        stored.save()
        if run:
            run.save_lessons()
            note(stored.connection_id)


def _refer_as(stored: Episode, known: Episode) -> None:
    """To the person and the answers that `known` refers to: of those it began with some may have been deleted."""
    for each in Episode._meta.concrete_fields:
        if each.is_relation:
            setattr(stored, each.attname, getattr(known, each.attname))


@asynccontextmanager
async def _beating(record: Episode) -> AsyncIterator[None]:
    """Keep the record's heartbeat going, so that others can tell it from one whose process has died."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            try:
                await Episode.objects.filter(pk=record.pk).aupdate(heartbeat_at=timezone.now())
            except DatabaseError:
                logger.warning("a heartbeat of episode %s was missed", record.pk, exc_info=True)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
