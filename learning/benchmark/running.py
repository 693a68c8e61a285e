"""Evaluations that people start on the site: started, stopped, gone on with. What the worker does is in `steps`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from datasources.models import Connection
from endpoints import choosing
from learning import warming
from learning.benchmark import steps
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.suite import GROUPS, suite, usual
from learning.benchmark.tasks import Task
from learning.models import EvaluatedQuestion, Evaluation, VerifiedQuery
from learning.prompts import SEED, generation_of
from learning.quotas import counting
from learning.quotas.refusing import Exceeded


class NotPossible(Exception):
    """An evaluation cannot be started or gone on with; the message is a sentence for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person chose. No `difficulties` are the usual ones, no `generation` is the one in use."""

    difficulties: tuple[str, ...] = ()
    policy: str = Evaluation.Policy.LEARNED
    attempts: int = MOST_ATTEMPTS
    seed: int | None = None
    generation: int | None = None


def start(connection: Connection, user: User, wanted: Wanted) -> Evaluation:
    """Raises NotPossible."""
    chosen = wanted.difficulties or usual(connection)
    tasks = [task for task in suite(connection) if task.difficulty in chosen]
    _require(connection, tasks)
    evaluation = Evaluation(
        connection=connection,
        user=user,
        model=choosing.first(connection).label,
        generation=_generation(connection, wanted),
        policy=wanted.policy,
        attempts=1 if wanted.policy == Evaluation.Policy.NONE else wanted.attempts,
        seed=wanted.seed,
        difficulties=[group for group in GROUPS if group in chosen],
        beat_at=Now(),
        examples=connection.verified_queries.filter(state=VerifiedQuery.State.ACTIVE).count(),
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
    evaluation.refresh_from_db(fields=["run"])  # each step has another
    steps.stop(evaluation, f"Cancelled by {user}.")


def go_on(evaluation: Evaluation) -> None:
    """With one that was stopped. Raises NotPossible."""
    connection = evaluation.connection
    _require(connection, list(evaluation.questions.all()))
    model = choosing.first(connection).label
    if evaluation.model != model:
        raise NotPossible(
            f"It was begun with {evaluation.model}, and now {model} would answer. Start a new one instead."
        )
    with _only_one():
        again = {"state": Evaluation.State.RUNNING, "run": uuid4(), "message": "", "beat_at": Now()}
        stopped = Evaluation.objects.filter(pk=evaluation.pk, state=Evaluation.State.STOPPED)
        if stopped.update(**again):
            evaluation.refresh_from_db()
            _enqueue_first(evaluation)


def _generation(connection: Connection, wanted: Wanted) -> int:
    """Raises NotPossible."""
    active = generation_of(connection)
    number = active if wanted.generation is None else wanted.generation
    if number not in (SEED, active) and not connection.generations.filter(number=number).exists():
        raise NotPossible(f"The prompt of {connection.name} has no generation {number}.")
    return number


def _require(connection: Connection, asked: Sequence[object]) -> None:
    """Raises NotPossible."""
    if not connection.is_enabled:
        raise NotPossible(f"{connection.name} is switched off. An owner of the team can switch it on in its settings.")
    if not asked:
        raise NotPossible("There is nothing to ask: choose at least one kind of questions.")
    if obstacle := warming.obstacle(connection):
        raise NotPossible(obstacle)
    try:
        counting.require_room(connection.team_id)
    except Exceeded as exceeded:
        raise NotPossible(exceeded.message) from exceeded


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


def _enqueue_first(evaluation: Evaluation) -> None:
    """After what it is about has been stored; the model reads the connection's prompt first."""
    warming.enqueue(evaluation.connection)
    transaction.on_commit(lambda: steps.enqueue(evaluation))
