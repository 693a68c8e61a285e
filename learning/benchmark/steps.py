"""The worker's part of an evaluation: a step asks a few questions, and has the next step enqueued.

A step knows its evaluation by `run`: one that was stopped, or gone on with since, has another, and the step ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agent.llm import Usage
from agent.prompt import Prompt
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.own_database import is_passing
from endpoints import choosing
from learning.benchmark import examples
from learning.benchmark.measuring import Agent, BadGold, Measured, Outage, measure
from learning.benchmark.policies import agent
from learning.endpoints import llm
from learning.giving_way import Needed, give_way, watched
from learning.models import EvaluatedQuestion, Evaluation
from learning.prompts import live
from learning.quotas import counting
from learning.quotas.refusing import Exceeded
from learning.results import head, to_json
from learning.skills import skills_of

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
        enqueue(evaluation, GIVE_WAY)
    except _Overtaken:
        return
    except Outage as outage:
        if outages < len(PAUSES) and evaluation.questions.filter(state=State.DONE).exists():
            enqueue(evaluation, PAUSES[outages], outages + 1)
        else:
            stop(evaluation, outage.message)
    except (SQLError, Exceeded) as error:
        stop(evaluation, error.message)
    except Exception as error:
        if is_passing(error):
            raise  # the worker does the step again, once the application's database is back
        logger.exception("evaluation %s broke", evaluation.pk)
        stop(evaluation, BROKE)


class _Overtaken(Exception):
    """It was stopped, or another run of it has begun."""


def stop(evaluation: Evaluation, message: str) -> None:
    """While this run of it is under way. What is done is kept."""
    if _current(evaluation).update(state=Evaluation.State.STOPPED, message=message):
        _mark(list(evaluation.questions.filter(state=State.ASKING)), State.WAITING)


def enqueue(evaluation: Evaluation, after: timedelta = timedelta(), outages: int = 0) -> None:
    """Its next step, named anew: the one before it, begun again by whoever finds its worker lost, finds that it was
    done already."""
    from learning.tasks import evaluate  # tasks.py imports this module

    later = evaluate.using(run_after=timezone.now() + after) if after else evaluate
    with transaction.atomic():
        run = uuid4()
        if _current(evaluation).update(run=run, beat_at=Now()):
            evaluation.run = run
            later.enqueue(str(evaluation.pk), str(run), outages)


def _ask_next(evaluation: Evaluation) -> None:
    """Raises Needed, _Overtaken, Outage, Exceeded and SQLError; what was begun and not answered waits again."""
    at_once = 1 if choosing.is_embedded(evaluation.connection) else AT_ONCE_ELSEWHERE
    waiting = evaluation.questions.exclude(state__in=(State.DONE, State.SKIPPED))
    questions = list(waiting[:at_once])
    if not questions:
        _finish(evaluation)
        return
    counting.require_room(evaluation.connection.team_id)
    _mark(questions, State.ASKING)
    try:
        async_to_sync(watched)(_ask(evaluation, questions), lambda: _look(evaluation))
    finally:
        _mark(questions, State.WAITING)
    enqueue(evaluation)


def _mark(questions: Sequence[EvaluatedQuestion], state: str) -> None:
    unfinished = Q(state__in=(State.WAITING, State.ASKING))
    EvaluatedQuestion.objects.filter(unfinished, pk__in=[one.pk for one in questions]).update(state=state)


async def _look(evaluation: Evaluation) -> None:
    """Raises _Overtaken and Needed."""
    if not await _current(evaluation).aupdate(beat_at=Now()):
        raise _Overtaken
    await give_way(evaluation.connection)


async def _ask(evaluation: Evaluation, questions: Sequence[EvaluatedQuestion]) -> None:
    connection = evaluation.connection
    asked_with = (await sync_to_async(live)(connection, evaluation.generation)).prompt
    model = llm(connection, seed=evaluation.seed, behind=True)
    shown = examples.of_connection(connection)
    asked = agent(
        model,
        evaluation.policy,
        evaluation.attempts,
        connection,
        seed=evaluation.seed,
        examples=shown,
        skills=await sync_to_async(skills_of)(connection),
    )
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
            used = Usage(question.prompt_tokens, question.cached_tokens, question.completion_tokens)
            await sync_to_async(counting.add)(evaluation.connection.team_id, None, used)
    await question.asave()


def _fill_in(question: EvaluatedQuestion, measured: Measured) -> None:
    outcome = measured.outcome
    question.state = State.DONE
    question.sql, question.why = outcome.sql, outcome.why
    question.attempts = [asdict(attempt) for attempt in outcome.attempts]
    question.score, question.is_right, question.is_first_right = outcome.score, outcome.is_right, outcome.is_first_right
    question.rows, question.gold_rows = _kept(measured.rows), _kept(measured.gold_rows)
    question.seconds, question.confidence = outcome.seconds, outcome.confidence
    question.prompt_tokens, question.cached_tokens = outcome.prompt_tokens, outcome.cached_tokens
    question.completion_tokens = outcome.completion_tokens


def _kept(result: ResultSet | None) -> dict[str, Any] | None:
    return to_json(head(result, ROWS_KEPT)) if result else None


def _finish(evaluation: Evaluation) -> None:
    done = {"state": Evaluation.State.DONE, "finished_at": timezone.now()}
    _current(evaluation).update(**done)


def _current(evaluation: Evaluation) -> QuerySet[Evaluation]:
    """The evaluation, while this run of it is under way."""
    return Evaluation.objects.filter(pk=evaluation.pk, run=evaluation.run).under_way()
