"""The one door through which the agent runs: it answers, and what happened is remembered and learned from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agent import episode as agent
from agent.events import EpisodeDone, Event, QueryOk, RewardGiven
from agent.llm import LLM, Usage
from agent.prompt import Turn
from datasources.engine import Database
from datasources.errors import SQLError
from datasources.models import Connection
from learning.models import HEARTBEAT, Attempt, Episode
from learning.policy import StoredPolicy
from learning.prompts import system_prompt
from learning.results import to_json

logger = logging.getLogger(__name__)

BROKE = "Something went wrong on this server. The question is kept, and the operator finds the details in the log."


class BadQuestion(ValueError):
    """A question that cannot be asked; the message is a sentence for a person."""


def clean_question(text: str) -> str:
    """The question as it will be asked. Raises BadQuestion."""
    question = text.replace("\0", "").strip()
    if not question:
        raise BadQuestion("Type a question first.")
    if len(question) > agent.MAX_QUESTION:
        raise BadQuestion(
            f"The question has {len(question):,} characters; at most {agent.MAX_QUESTION:,} are possible. "
            "Shorten it and ask again."
        )
    return question


def begin(connection: Connection, question: str, *, llm: LLM, source: str, user: User | None = None) -> Episode:
    """A new episode, recorded as running. Raises BadQuestion."""
    return Episode.objects.create(
        connection=connection, user=user, source=source, question=clean_question(question), model=llm.model
    )


async def answer(record: Episode, llm: LLM, history: Sequence[Turn] = ()) -> AsyncGenerator[Event]:
    """Run the agent on `record`, yielding its events; the record is closed whatever happens.

    Cancelling the task that iterates stops the model and the statement, and records the episode as stopped.
    """
    run: _Run | None = None
    try:
        run = await sync_to_async(_Run.prepare)(record, llm, history)
        async with _beating(record), aclosing(agent.solve(run.episode, run.policy)) as events:
            async for event in events:
                await run.record(event)
                yield event
    except (asyncio.CancelledError, GeneratorExit):
        await asyncio.shield(sync_to_async(_close)(record, Episode.Status.STOPPED, "Stopped before it was done."))
        raise
    except Exception as error:
        message = error.message if isinstance(error, SQLError) else BROKE
        logger.exception("episode %s broke", record.pk)
        await sync_to_async(_close)(record, Episode.Status.FAILED, message)
        yield EpisodeDone(False, "", len(run.episode.attempts) if run else 0, 0.0, Usage(), message)
    finally:
        if run:
            run.database.close()


@dataclass
class _Run:
    """An episode under way, and its record."""

    stored: Episode
    database: Database
    episode: agent.Episode
    policy: StoredPolicy

    @classmethod
    def prepare(cls, stored: Episode, llm: LLM, history: Sequence[Turn]) -> _Run:
        """Raises ConnectFailed."""
        connection = stored.connection
        database = connection.database()
        episode = agent.Episode(
            stored.question, database, llm, system_prompt(connection), connection.schema(), history=history
        )
        return cls(stored, database, episode, StoredPolicy.load(connection))

    async def record(self, event: Event) -> None:
        match event:
            case QueryOk(result):
                self.stored.result = to_json(result)
            case RewardGiven(_, _, number) if number == len(self.episode.attempts):
                await sync_to_async(self._save_attempt)(self.episode.attempts[-1])
            case EpisodeDone():
                await sync_to_async(self._finish)(event)

    @transaction.atomic
    def _finish(self, done: EpisodeDone) -> None:
        for attempt in self.episode.attempts:
            if attempt.sql or attempt.error_class:
                self._save_attempt(attempt)
        stored = self.stored
        stored.sql, stored.reward = done.sql, done.reward
        stored.prompt_tokens, stored.completion_tokens = done.usage.prompt, done.usage.completion
        stored.cached_tokens = done.usage.cached
        self.policy.save()
        _close(stored, Episode.Status.SUCCEEDED if done.success else Episode.Status.FAILED, done.error)

    def _save_attempt(self, attempt: agent.Attempt) -> None:
        decision = attempt.decision
        Attempt.objects.update_or_create(
            episode=self.stored,
            number=attempt.number,
            defaults={
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
            },
        )


def _close(stored: Episode, status: str, error: str) -> None:
    stored.status, stored.error, stored.finished_at = status, error, timezone.now()
    stored.save()


@asynccontextmanager
async def _beating(record: Episode) -> AsyncIterator[None]:
    """Keep the record's heartbeat going, so that others can tell it from one whose process has died."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            await Episode.objects.filter(pk=record.pk).aupdate(heartbeat_at=timezone.now())

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
