"""The environment, whatever carries it: reset, step and state of one session, over the one agent loop."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from agent.episode import Episode, Limits
from agent.events import EpisodeDone, QueryOk, RewardGiven
from agent.llm import LLM
from agent.policy import Decision
from agent.repairs import Strategy
from datasources.engine import ResultSet
from datasources.errors import SQLError
from envapi import metering, tag_log
from envapi.actions import Action, Repair, Write
from envapi.callers import Caller
from envapi.errors import EnvError, Invalid, NotReset
from envapi.graded import SOURCE, GradedDatabase
from envapi.observation import Answer, action_of, observation
from envapi.places import Place, place_of
from envapi.recording import Ended, recorder
from envapi.tasks import Exercise, Wanted, choose
from learning import models
from learning.endpoints import llm
from learning.verified.keys import key_of

MAX_ATTEMPTS = Limits().attempts
OVER = "The episode is over: reset to begin another."


@dataclass
class Running:
    """An episode of a session. `id` is the client's, `record` that of its row. `rewards` are those of its steps, as
    they were given; `is_recorded`: it has ended. `is_agents`: nobody has reset, but an agent handed in an answer over
    MCP. `is_ungraded`: it was answered, but right SQL did not run."""

    id: str
    record: uuid.UUID
    exercise: Exercise
    place: Place
    episode: Episode
    database: GradedDatabase
    model: LLM
    seed: int | None
    rewards: list[float] = field(default_factory=list)
    success: bool = False
    is_recorded: bool = False
    is_agents: bool = False
    is_ungraded: bool = False
    started_at: datetime = field(default_factory=timezone.now)

    @property
    def total(self) -> float:
        return round(sum(self.rewards), 6)


@dataclass
class _Step:
    """What one step came to."""

    reward: float | None = None
    parts: dict[str, float] = field(default_factory=dict)
    hindsight: dict[str, float] = field(default_factory=dict)
    rows: ResultSet | None = None
    done: EpisodeDone | None = None


class Environment:
    """One session, of which one step at a time is made."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.running: Running | None = None
        self.answered: set[str] = set()
        """Tasks that an agent has handed in an answer to over MCP."""

    @cached_property
    def id(self) -> str:
        return str(uuid.uuid4())

    async def reset(self, wanted: Wanted) -> Answer:
        """Raises EnvError."""
        return self.start(await self.prepare(wanted))

    async def prepare(self, wanted: Wanted) -> Running:
        """The episode that `start` begins. Raises EnvError."""
        exercise = await choose(self.caller, wanted)
        place = await place_of(exercise.connection)
        return begin(self.caller, exercise, place, wanted.seed, wanted.episode_id)

    def start(self, running: Running) -> Answer:
        """One that was under way ends."""
        self.close()
        self.running = running
        tag_log.start(running.exercise.id, running.exercise.task.question, MAX_ATTEMPTS)
        return _answer(running, _Step())

    async def step(self, action: Action, seconds: float | None = None) -> Answer:
        """Raises EnvError: the session goes on, and unless `seconds` were over so does the episode."""
        running = self._under_way()
        strategy, decision = _choice(running, action)
        made = _Step()
        try:
            async with asyncio.timeout(seconds), metering.metered(self.caller, running, action):
                await _make(running, strategy, decision, action.sql if isinstance(action, Write) else "", made)
        except TimeoutError:
            self._end(models.Episode.Status.STOPPED, f"A step took longer than its {seconds:g} seconds.")
            raise EnvError(f"The step took longer than {seconds:g} seconds. {OVER}") from None
        except asyncio.CancelledError:
            self._end(models.Episode.Status.STOPPED, "The agent went away.")
            raise
        running.success = made.done.success if made.done else False
        if made.reward is not None:
            running.rewards.append(made.reward)
        answer = _answer(running, made)
        number = len(running.episode.attempts)
        name = action_of(running.episode.attempts[-1])
        tag_log.step(number, name, made.reward, success=running.success, done=answer.done)
        if made.done:
            self._over(made.done)
        return answer

    def state(self) -> dict[str, Any]:
        """Of the session; `episode_id` is None before the first reset."""
        running = self.running
        if running is None:
            return {"episode_id": None, "step_count": 0}
        return {
            "episode_id": running.id,
            "step_count": len(running.episode.attempts),
            "task_id": running.exercise.id,
            "question": running.episode.question,
            "dialect": running.database.dialect,
            "max_attempts": running.episode.limits.attempts,
            "done": running.episode.done,
            "success": running.success,
            "total_reward": running.total,
        }

    def close(self) -> None:
        """An episode under way ends here."""
        self._end(models.Episode.Status.STOPPED, "The agent left before it was over.")

    def _under_way(self) -> Running:
        if self.running is None:
            raise NotReset
        if self.running.episode.done:
            raise EnvError(OVER)
        return self.running

    def _over(self, done: EpisodeDone) -> None:
        status = models.Episode.Status.SUCCEEDED if done.success else models.Episode.Status.FAILED
        self._end(status, done.error, done)

    def _end(self, status: str, error: str, done: EpisodeDone | None = None) -> None:
        running = self.running
        if running is None or running.is_recorded:
            return
        running.is_recorded = running.episode.done = True
        running.database.close()
        tag_log.end(len(running.episode.attempts), running.total, success=running.success)
        says_nothing = running.is_ungraded or (done is not None and done.outage)
        trains = running.place.connection.environment_trains and not says_nothing
        record = _record(self.caller, running, status, error, done)
        recorder.put(Ended(record, list(running.episode.attempts), trains))


def begin(caller: Caller, exercise: Exercise, place: Place, seed: int | None, episode_id: str) -> Running:
    """Raises EnvError where the connection cannot be used."""
    try:
        inner = place.connection.database(caller.user, SOURCE, recorder)
    except SQLError as error:
        raise EnvError(error.message) from None
    database = GradedDatabase(inner, place, exercise.task, caller.user)
    model = llm(place.connection, seed=seed, behind=True)
    episode = Episode(
        exercise.task.asked,
        database,
        model,
        place.asked_with.prompt,
        limits=Limits(attempts=MAX_ATTEMPTS),
        score=database.score,
        hints=place.hint,
    )
    record = uuid.uuid4()
    return Running(episode_id or str(record), record, exercise, place, episode, database, model, seed)


def _choice(running: Running, action: Action) -> tuple[Strategy, Decision | None]:
    """Raises Invalid."""
    attempts = running.episode.attempts
    if isinstance(action, Write):
        return (Strategy.REWRITE_FULL if attempts else Strategy.GENERATE), None
    if (action.strategy is Strategy.GENERATE) == bool(attempts):
        first = "generate, or SQL of your own" if not attempts else "a repair, or SQL of your own: generate comes first"
        raise Invalid(f"{action.strategy} cannot be done now: the next action is {first}.", ["action"])
    advice = _advice(running)
    return action.strategy, _chosen(action, advice) if advice else None


def _chosen(action: Repair, advice: Decision) -> Decision:
    """The agent's, of which nobody knows with what probability it was made."""
    return Decision(action.strategy, advice.scores, advice.vector, alpha=advice.alpha)


def _advice(running: Running) -> Decision | None:
    """What the connection's bandit would do now; None where there is nothing to repair."""
    attempts = running.episode.attempts
    if running.episode.done or not attempts or attempts[-1].error_class is None:
        return None
    return running.place.advice(running.episode.context())


async def _make(running: Running, strategy: Strategy, decision: Decision | None, sql: str, made: _Step) -> None:
    number = len(running.episode.attempts) + 1
    async for event in running.episode.step(strategy, decision, sql=sql):
        match event:
            case QueryOk(result):
                made.rows = result
            case RewardGiven(total, parts, attempt) if attempt == number:
                made.reward, made.parts = total, dict(parts)
                running.is_ungraded = "success" in parts and running.database.grade is None
            case RewardGiven(_, parts, attempt):
                made.hindsight[str(attempt)] = parts["hindsight"]
            case EpisodeDone():
                made.done = event
    if running.is_ungraded:
        made.parts = {}
    if running.is_ungraded or (made.done and made.done.outage):
        made.reward = None


def _answer(running: Running, made: _Step) -> Answer:
    episode = running.episode
    graded = running.database.grade if made.rows is not None else None
    metadata: dict[str, Any] = {
        "episode_id": running.id,
        "task_id": running.exercise.id,
        "difficulty": running.exercise.task.difficulty,
        "reward_parts": made.parts,
        "hindsight": made.hindsight,
        "score": graded.score if graded else None,
        "why": graded.why if graded else "",
        "success": running.success,
        "total_reward": running.total,
        "message": made.done.error if made.done else "",
        "outage": bool(made.done and made.done.outage),
    }
    return Answer(
        observation(
            episode,
            dialect=running.database.dialect,
            schema=running.place.schema_for(episode.question),
            rows=made.rows,
            advice=_advice(running),
            metadata=metadata,
        ),
        made.reward,
        made.done is not None,
    )


def _record(caller: Caller, running: Running, status: str, error: str, done: EpisodeDone | None) -> dict[str, Any]:
    """The values of its row."""
    episode, used, now = running.episode, running.episode.usage, timezone.now()
    return {
        "id": running.record,
        "connection_id": running.place.connection.pk,
        "user_id": caller.user.pk if caller.user else None,
        "source": models.Episode.Source.OPENENV.value,
        "question": episode.question,
        "key": key_of(episode.question),
        "status": str(status),
        "generation": running.place.asked_with.generation,
        "model": running.model.model,
        "sql": done.sql if done else "",
        "error": error,
        "result": None,
        "reward": done.reward if done else 0.0,
        "prompt_tokens": used.prompt,
        "cached_tokens": used.cached,
        "completion_tokens": used.completion,
        "started_at": running.started_at,
        "heartbeat_at": now,
        "finished_at": now,
    }
