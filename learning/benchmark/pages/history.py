"""The runs of a connection: the list, a page at a time, and what the chart over generations is drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from operator import add
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.sql.compiler import SQLCompiler

from datasources.models import Connection
from learning.benchmark.pages.chart import Point
from learning.benchmark.pages.run_page import group_words
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.significance import wilson
from learning.benchmark.suite import GROUPS, usual
from learning.models import EvaluatedQuestion, Evaluation

A_PAGE = 20
CHARTED = 100
"""Runs in the chart, the newest: more would not be told apart."""
_DONE = Q(state=EvaluatedQuestion.State.DONE)
_NOT_ASKED = (EvaluatedQuestion.State.WAITING, EvaluatedQuestion.State.ASKING)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the questions of a run, or of one difficulty of it, that are done; `left`: how many are not asked yet."""

    left: int = 0
    questions: int = 0
    right: int = 0
    attempts: int = 0
    seconds: float = 0.0
    tokens: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*map(add, astuple(self), astuple(other)))

    @property
    def accuracy(self) -> float:
        return self.right / max(1, self.questions)

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.questions)

    @property
    def mean_attempts(self) -> float:
        return self.attempts / max(1, self.questions)


@dataclass(frozen=True)
class Row:
    """A run that is over. `by_column`: of each of the columns' difficulties; None of those of which none is done."""

    run: Evaluation
    totals: Totals
    by_column: list[Totals | None]


@dataclass(frozen=True)
class Page:
    """`columns` are the difficulties that have one: those that tell the connection's runs apart."""

    rows: list[Row]
    columns: Sequence[str]
    has_more: bool


def page(connection: Connection, before: Evaluation | None) -> Page:
    """The runs that came before `before`, newest first, and whether there are more."""
    found = _over(connection)
    if before:
        found = found.filter(Q(started_at__lt=before.started_at) | Q(started_at=before.started_at, pk__lt=before.pk))
    evaluations = list(found[: A_PAGE + 1])
    shown = evaluations[:A_PAGE]
    columns = _columns(connection, shown)
    return Page(_rows(shown, columns), columns, len(evaluations) > A_PAGE)


def points(connection: Connection) -> list[Point]:
    """The newest finished runs, oldest first."""
    done = Q(questions__state=EvaluatedQuestion.State.DONE)
    counted = _over(connection).annotate(
        asked=Count("questions", filter=done),
        right=Count("questions", filter=done & Q(questions__is_right=True)),
    )
    runs = counted.filter(state=Evaluation.State.DONE, asked__gt=0)[:CHARTED]
    return [_point(run, run.asked, run.right) for run in reversed(runs)]


def _over(connection: Connection) -> QuerySet[Evaluation]:
    found = connection.evaluations.exclude(state=Evaluation.State.RUNNING)
    return found.select_related("user").order_by("-started_at", "-pk")


def _columns(connection: Connection, shown: Sequence[Evaluation]) -> Sequence[str]:
    asked = {*usual(connection), *(group for run in shown for group in run.difficulties)}
    return [group for group in GROUPS if group in asked] if len(asked) > 1 else []


def _rows(evaluations: Sequence[Evaluation], columns: Sequence[str]) -> list[Row]:
    found = _totals(evaluations)
    return [_row(evaluation, found[evaluation.pk], columns) for evaluation in evaluations]


def _row(run: Evaluation, its: Mapping[str, Totals], columns: Sequence[str]) -> Row:
    return Row(run, sum(its.values(), Totals()), [_done(its.get(difficulty)) for difficulty in columns])


def _done(totals: Totals | None) -> Totals | None:
    return totals if totals and totals.questions else None


def _totals(evaluations: Sequence[Evaluation]) -> dict[object, dict[str, Totals]]:
    """Of each run, by difficulty. The database adds them up: a page of runs has a thousand questions."""
    asked = EvaluatedQuestion.objects.filter(evaluation__in=evaluations).order_by()
    added = asked.values_list("evaluation", "difficulty").annotate(
        left=Count("pk", filter=Q(state__in=_NOT_ASKED)),
        questions=Count("pk", filter=_DONE),
        right=Count("pk", filter=_DONE & Q(is_right=True)),
        tried=Sum(_Length("attempts"), filter=_DONE, default=0),
        took=Sum("seconds", filter=_DONE, default=0.0),
        tokens=Sum(F("prompt_tokens") + F("completion_tokens"), filter=_DONE, default=0),
    )
    found: dict[object, dict[str, Totals]] = defaultdict(dict)
    for run, difficulty, *figures in added:
        found[run][difficulty] = Totals(*figures)
    return found


class _Length(Func):
    """How many a JSON list holds."""

    function = "JSON_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH")


def _point(run: Evaluation, asked: int, right: int) -> Point:
    low, high = wilson(right, asked)
    title = f"{run.started_at:%Y-%m-%d %H:%M}, generation {run.generation}, {_series(run)}: {right} of {asked} right"
    return Point(run.generation, right / asked, low, high, _series(run), title)


def _series(run: Evaluation) -> str:
    """What is told apart in the chart: runs of one series differ in generation and time only."""
    parts = [run.model, run.get_policy_display()]
    if set(run.difficulties) != set(usual(run.connection)):
        parts.append(f"{' and '.join(map(group_words, run.difficulties))} only")
    if run.policy != Evaluation.Policy.NONE and run.attempts != MOST_ATTEMPTS:
        parts.append(f"{run.attempts} attempt{'s' * (run.attempts != 1)}")
    return ", ".join(parts)
