"""The grader against the built-in tasks: their golds answer them, their near misses do not."""

from collections.abc import Callable

import pytest

from datasources.engine import ResultSet
from learning.benchmark.grading.grader import Gold, Grade, grade
from learning.benchmark.tasks import Task, built_in

Run = Callable[[str], ResultSet]


@pytest.mark.parametrize("task", built_in(), ids=lambda task: task.id)
def test_each_gold_answers_its_task(task: Task, run: Run) -> None:
    assert all(_graded(task, sql, run).is_right for sql in task.gold)


@pytest.mark.parametrize("task", [task for task in built_in() if task.near_misses], ids=lambda task: task.id)
def test_no_near_miss_answers_it(task: Task, run: Run) -> None:
    assert [sql for sql in task.near_misses if _graded(task, sql, run).is_right] == []


def _graded(task: Task, sql: str, run: Run) -> Grade:
    golds = [Gold.of(gold, task.dialect, run(gold)) for gold in task.gold]
    return grade(run(sql), golds, ordered=task.ordered, extra_columns=task.extra_columns)
