"""Evaluations that people start on the site: asked in the background, a task of the worker's for each few questions.

A step knows its evaluation by `run`: one that was stopped, or gone on with since, has another, and the step ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from agent.prompt import Prompt
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import Connection
from learning import warming
from learning.benchmark.measuring import Agent, BadGold, Measured, Outage, measure
from learning.benchmark.policies import MOST_ATTEMPTS, agent
from learning.benchmark.suite import suite
from learning.benchmark.tasks import Difficulty, Task
from learning.endpoints import llm
from learning.giving_way import Needed, give_way, watched
from learning.models import EvaluatedQuestion, Evaluation
from learning.prompts import generation_of, prompt_of
from learning.results import to_json

logger = logging.getLogger(__name__)

SOURCE = "benchmark"
"""The source of its statements, in the audit list."""
GIVE_WAY = timedelta(seconds=5)
"""How long the next step waits when somebody needs the model."""
PAUSES = (timedelta(seconds=5), timedelta(seconds=20), timedelta(minutes=1))
"""For a model or a database that was there before, each time longer."""
AT_ONCE_ELSEWHERE = 4
"""Questions at a time, where the model is not the embedded one."""
ROWS_KEPT = 20
BROKE = "Something went wrong on this server. What was answered is kept, and the operator finds the details in the log."

State = EvaluatedQuestion.State


class NotPossible(Exception):
    """An evaluation cannot be started or gone on with; the message is a sentence for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person chose."""

    difficulties: tuple[str, ...] = tuple(Difficulty)
    policy: str = Evaluation.Policy.LEARNED
    attempts: int = MOST_ATTEMPTS
    seed: int | None = None


def start(connection: Connection, user: User, wanted: Wanted) -> Evaluation:
    """Raises NotPossible."""
    tasks = [task for task in suite(connection) if not task.difficulty or task.difficulty in wanted.difficulties]
    _require(connection, tasks)
    evaluation = Evaluation(
        connection=connection,
        user=user,
        model=settings.LLM_ENDPOINT.model,
        generation=generation_of(connection),
        policy=wanted.policy,
        attempts=1 if wanted.policy == Evaluation.Policy.NONE else wanted.attempts,
        seed=wanted.seed,
        difficulties=[difficulty for difficulty in Difficulty if difficulty in wanted.difficulties],
    )
    with _only_one():
        evaluation.save()
        EvaluatedQuestion.objects.bulk_create(
            _question(evaluation, number, task) for number, task in enumerate(tasks, start=1)
        )
        _enqueue_first(evaluation)
    return evaluation


def cancel(evaluation: Evaluation, user: User) -> None:
    """What is done is kept. One that is over stays as it is."""
    _stop(evaluation, f"Cancelled by {user}.")


def go_on(evaluation: Evaluation) -> None:
    """With one that was stopped. Raises NotPossible."""
    connection = evaluation.connection
    _require(connection, list(evaluation.questions.all()))
    now = (settings.LLM_ENDPOINT.model, generation_of(connection))
    if (evaluation.model, evaluation.generation) != now:
        raise NotPossible(
            f"It was begun with {evaluation.model} and generation {evaluation.generation}, and now {now[0]} with "
            f"generation {now[1]} would answer. Start a new one instead."
        )
    with _only_one():
        again = {"state": Evaluation.State.RUNNING, "run": uuid4(), "message": "", "beat_at": timezone.now()}
        stopped = Evaluation.objects.filter(pk=evaluation.pk, state=Evaluation.State.STOPPED)
        if stopped.update(**again):
            evaluation.refresh_from_db()
            _enqueue_first(evaluation)


def step(evaluation_id: UUID, run: UUID, outages: int = 0) -> None:
    """What the worker does: the next few questions, and then the next step is enqueued. `outages`: so many before it
    met one, in a row."""
    found = Evaluation.objects.filter(pk=evaluation_id, run=run).under_way()
    evaluation = found.select_related("connection", "user").defer("connection__schema_snapshot").first()
    if evaluation is None:
        return
    try:
        _ask_next(evaluation)
    except Needed:
        _enqueue(evaluation, GIVE_WAY)
    except _Overtaken:
        return
    except Outage as outage:
        if outages < len(PAUSES) and evaluation.questions.filter(state=State.DONE).exists():
            _enqueue(evaluation, PAUSES[outages], outages + 1)
        else:
            _stop(evaluation, outage.message)
    except SQLError as error:
        _stop(evaluation, error.message)
    except Exception:
        logger.exception("evaluation %s broke", evaluation.pk)
        _stop(evaluation, BROKE)


class _Overtaken(Exception):
    """It was stopped, or another run of it has begun."""


def _require(connection: Connection, asked: Sequence[object]) -> None:
    """Raises NotPossible."""
    if not connection.is_enabled:
        raise NotPossible(f"{connection.name} is switched off. An owner of the team can switch it on in its settings.")
    if not asked:
        raise NotPossible("There is nothing to ask: choose at least one difficulty.")
    if obstacle := warming.obstacle():
        raise NotPossible(obstacle)


@contextmanager
def _only_one() -> Iterator[None]:
    """Raises NotPossible where the connection has one under way."""
    Evaluation.objects.mark_lost()
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise NotPossible("One is under way already. Wait for it, or cancel it.") from error


def _question(evaluation: Evaluation, number: int, task: Task) -> EvaluatedQuestion:
    return EvaluatedQuestion(
        evaluation=evaluation,
        number=number,
        task=task.id,
        difficulty=task.difficulty,
        category=task.category,
        question=task.question,
        instructions=task.instructions,
        gold=list(task.gold),
        ordered=task.ordered,
        extra_columns=task.extra_columns,
    )


def _ask_next(evaluation: Evaluation) -> None:
    """Raises Needed, _Overtaken, Outage and SQLError; what was begun and not answered waits again."""
    at_once = 1 if settings.LLM_ENDPOINT.local else AT_ONCE_ELSEWHERE
    waiting = evaluation.questions.exclude(state__in=(State.DONE, State.SKIPPED))
    questions = list(waiting[:at_once])
    if not questions:
        _finish(evaluation)
        return
    _mark(questions, State.ASKING)
    try:
        async_to_sync(watched)(_ask(evaluation, questions), lambda: _look(evaluation))
    finally:
        _mark(questions, State.WAITING)
    _enqueue(evaluation)


def _mark(questions: Sequence[EvaluatedQuestion], state: str) -> None:
    unfinished = Q(state__in=(State.WAITING, State.ASKING))
    EvaluatedQuestion.objects.filter(unfinished, pk__in=[one.pk for one in questions]).update(state=state)


async def _look(evaluation: Evaluation) -> None:
    """Raises _Overtaken and Needed."""
    if not await _current(evaluation).aupdate(beat_at=timezone.now()):
        raise _Overtaken
    await give_way()


async def _ask(evaluation: Evaluation, questions: Sequence[EvaluatedQuestion]) -> None:
    connection = evaluation.connection
    asked_with = await sync_to_async(prompt_of)(connection)
    model = llm(connection, seed=evaluation.seed)
    asked = agent(model, evaluation.policy, evaluation.attempts, connection, seed=evaluation.seed)
    try:
        async with asyncio.TaskGroup() as group:
            for question in questions:
                group.create_task(_ask_one(evaluation, question, asked_with, asked))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _ask_one(evaluation: Evaluation, question: EvaluatedQuestion, asked_with: Prompt, asked: Agent) -> None:
    database = await sync_to_async(evaluation.connection.database)(evaluation.user, SOURCE)
    with closing(database):
        try:
            measured = await measure(question.as_task, database, asked_with, asked)
        except BadGold as error:
            question.state, question.why = State.SKIPPED, error.message
        else:
            _fill_in(question, measured)
    await question.asave()


def _fill_in(question: EvaluatedQuestion, measured: Measured) -> None:
    outcome = measured.outcome
    question.state = State.DONE
    question.sql, question.why = outcome.sql, outcome.why
    question.attempts = [asdict(attempt) for attempt in outcome.attempts]
    question.score, question.is_right, question.is_first_right = outcome.score, outcome.is_right, outcome.is_first_right
    question.rows, question.gold_rows = _kept(measured.rows), _kept(measured.gold_rows)
    question.seconds = outcome.seconds
    question.prompt_tokens, question.cached_tokens = outcome.prompt_tokens, outcome.cached_tokens
    question.completion_tokens = outcome.completion_tokens


def _kept(result: ResultSet | None) -> dict[str, Any] | None:
    """The first rows, for people to look at."""
    if result is None:
        return None
    rows = result.rows[:ROWS_KEPT]
    return to_json(replace(result, rows=rows, truncated=result.truncated or len(rows) < len(result.rows)))


def _finish(evaluation: Evaluation) -> None:
    done = {"state": Evaluation.State.DONE, "finished_at": timezone.now()}
    _current(evaluation).update(**done)


def _stop(evaluation: Evaluation, message: str) -> None:
    if _current(evaluation).update(state=Evaluation.State.STOPPED, message=message):
        _mark(list(evaluation.questions.filter(state=State.ASKING)), State.WAITING)


def _current(evaluation: Evaluation) -> QuerySet[Evaluation]:
    """The evaluation, while this run of it is under way."""
    return Evaluation.objects.filter(pk=evaluation.pk, run=evaluation.run).under_way()


def _enqueue_first(evaluation: Evaluation) -> None:
    """After what it is about has been stored; the model reads the connection's prompt first."""
    warming.enqueue(evaluation.connection)
    transaction.on_commit(lambda: _enqueue(evaluation))


def _enqueue(evaluation: Evaluation, after: timedelta = timedelta(), outages: int = 0) -> None:
    from learning.tasks import evaluate  # tasks.py imports this module

    later = evaluate.using(run_after=timezone.now() + after) if after else evaluate
    later.enqueue(str(evaluation.pk), str(evaluation.run), outages)
