"""The runs of a connection: the list, a page at a time, and what the chart over generations is drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from datasources.models import Connection
from learning.benchmark.pages.chart import Point
from learning.benchmark.pages.run_page import Run, group_words
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.significance import wilson
from learning.benchmark.suite import GROUPS, usual
from learning.benchmark.summary import Summary, summaries_by
from learning.models import EvaluatedQuestion, Evaluation

A_PAGE = 20
CHARTED = 100
"""Runs in the chart, the newest: more would not be told apart."""
_NOT_LISTED = ("question", "instructions", "gold", "rows", "gold_rows")


@dataclass(frozen=True)
class Row:
    """A run that is over."""

    run: Run
    columns: Sequence[str]

    @property
    def left(self) -> int:
        """How many it has not asked."""
        return self.run.asked - self.run.summary.questions

    @property
    def by_column(self) -> list[Summary | None]:
        """Of each of the columns' difficulties; None of those that were not asked."""
        found = summaries_by(self.run.outcomes, lambda one: one.difficulty)
        return [found.get(difficulty) for difficulty in self.columns]


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
    questions: dict[object, list[EvaluatedQuestion]] = defaultdict(list)
    for question in EvaluatedQuestion.objects.filter(evaluation__in=evaluations).defer(*_NOT_LISTED):
        questions[question.evaluation_id].append(question)
    return [Row(Run(evaluation, questions[evaluation.pk]), columns) for evaluation in evaluations]


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
