"""An episode under way and what is stored of it: its attempts as they fail, and in the end the answer with its
lessons."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from agent import episode as agent
from agent.attempt import Attempt as AgentAttempt
from agent.errors import ErrorClass
from agent.events import EpisodeDone, Event, QueryError, QueryOk, RewardGiven
from agent.llm import LLM, Usage
from agent.prompt import Turn
from datasources import snapshots
from datasources.engine import Database, ResultSet
from datasources.own_database import patiently_async
from learning.bandit import log
from learning.confidence import assurance
from learning.confidence.signals import Signals
from learning.feedback.rejected import rejected_by
from learning.models import Attempt, Episode
from learning.noting import note
from learning.policy import StoredPolicy
from learning.prompts import live
from learning.quotas import counting
from learning.readings import stored, whys
from learning.results import to_json
from learning.skills import skills_of
from learning.verified import checking, showing

logger = logging.getLogger(__name__)

# Perhaps the schema is not what it was when it was read.
_MISSING = (ErrorClass.NO_SUCH_TABLE, ErrorClass.NO_SUCH_COLUMN)


@dataclass
class Run:
    """An episode under way, and its record."""

    stored: Episode
    database: Database
    episode: agent.Episode
    policy: StoredPolicy
    llm: LLM
    result: ResultSet | None = None
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The attempts that failed, by number, as they are stored until the end."""

    @classmethod
    def prepare(cls, stored: Episode, llm: LLM, history: Sequence[Turn]) -> Run:
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
            skills=skills_of(connection),
        )
        return cls(stored, database, episode, StoredPolicy.load(connection, stored.user), llm)

    async def record(self, event: Event) -> None:
        match event:
            case QueryOk(result):
                self.result = result
            case QueryError(error_class):
                await patiently_async(lambda: self._note_failure(error_class))
            case RewardGiven(_, _, number) if number == len(self.episode.attempts):
                # One that answered is stored with the answer, which comes next.
                if self.episode.attempts[-1].error_class:
                    self.kept |= await patiently_async(self._save_attempts)
            case EpisodeDone():
                await patiently_async(lambda: self._finish(event))

    def _note_failure(self, error_class: ErrorClass) -> None:
        """The schema may not be what it was."""
        if error_class in _MISSING:
            snapshots.note_missing_object(self.stored.connection)
        if self.stored.recalled and len(self.episode.attempts) == 1:
            checking.doubt(self.stored.recalled, error_class)

    def _finish(self, done: EpisodeDone) -> None:
        self.stored.sql, self.stored.reward = done.sql, done.reward
        if done.success:
            self.stored.signals = self._signals().to_json()
            self.stored.confidence = assurance.reckon(self.stored.connection_id, self.stored.signals)
        close(self.stored, self, Episode.Status.SUCCEEDED if done.success else Episode.Status.FAILED, done.error)

    def _signals(self) -> Signals:
        shown, is_recalled = len(self.stored.examples), self.stored.recalled_id is not None
        return Signals.gathered(self.episode.attempts, self.result, shown, is_recalled=is_recalled)

    def save_what_is_there(self) -> None:
        """Attempts (also one that was stopped half-way) and tokens so far."""
        self._save_attempts()
        self.stored.result = to_json(self.result) if self.result else None
        self.stored.model = self.llm.model
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
        "readings": stored(attempt.readings, attempt.reading),
        "fixes": whys(attempt.reading.fixes) if attempt.reading else [],
        "doubts": whys(attempt.reading.doubts) if attempt.reading else [],
        "reward": attempt.reward.total,
        "reward_parts": attempt.reward.parts,
    }


def close(stored: Episode, run: Run | None, status: str, error: str) -> None:
    """The one end of every episode, however it came to it. One that was deleted meanwhile stays so, and one that has
    ended already keeps its end: it is stopped too late, or this is done again, as the reply of a commit was lost."""
    with transaction.atomic():
        try:
            known = Episode.objects.lock(stored)
        except Episode.DoesNotExist:
            return
        if _is_over(known, status):
            stored.status = known.status
            return
        _refer_as(stored, known)
        if run:
            run.save_what_is_there()
        stored.status, stored.error, stored.finished_at = status, error, timezone.now()
        stored.save()
        if run:
            run.save_lessons()
            note(stored.connection_id)
            _count_tokens(stored, run.episode.usage, known)


def _is_over(known: Episode, status: str) -> bool:
    """One that was taken for dead is not, whatever its record says."""
    if not known.finished_at or known.status == Episode.Status.INTERRUPTED:
        return False
    return status in (Episode.Status.STOPPED, known.status)


def _count_tokens(stored: Episode, used: Usage, known: Episode) -> None:
    """What was not counted when it was closed before. Last, since all of a team's answers wait for the row; behind a
    savepoint, as lessons are."""
    before = Usage(known.prompt_tokens, known.cached_tokens, known.completion_tokens)
    try:
        counting.add(stored.connection.team_id, stored.user, used - before)
    except DatabaseError:
        logger.exception("the tokens of episode %s were not counted", stored.pk)


def _refer_as(stored: Episode, known: Episode) -> None:
    """To the person and the answers that `known` refers to: of those it began with some may have been deleted."""
    for each in Episode._meta.concrete_fields:
        if each.is_relation:
            setattr(stored, each.attname, getattr(known, each.attname))
