"""Each task is on the subject that it says: what makes the subject is in the syntax of its gold."""

from collections.abc import Callable

import pytest
import sqlglot
from sqlglot import exp

from learning.benchmark.tasks import Task, built_in

_DAYS = frozenset({"added_on", "hired_on", "opened_on", "order_date", "paid_on", "refunded_on", "signed_up_on"})


def _holds(*kinds: type[exp.Expr]) -> Callable[[exp.Expr], bool]:
    return lambda tree: tree.find(*kinds) is not None


def _compares_days(tree: exp.Expr) -> bool:
    compared = (exp.Between, exp.GT, exp.GTE, exp.LT, exp.LTE)
    return any(column.name in _DAYS for found in tree.find_all(*compared) for column in found.find_all(exp.Column))


def _asks_for_null(tree: exp.Expr) -> bool:
    return any(isinstance(found.expression, exp.Null) for found in tree.find_all(exp.Is)) or _holds(exp.Coalesce)(tree)


def _keeps_the_first(tree: exp.Expr) -> bool:
    return _holds(exp.RowNumber, exp.Limit)(tree)


def _leaves_out_what_is_elsewhere(tree: exp.Expr) -> bool:
    return any(isinstance(found.this, exp.Exists) for found in tree.find_all(exp.Not))


SUBJECTS: dict[str, Callable[[exp.Expr], bool]] = {
    "aggregate": _holds(exp.AggFunc),
    "anti-join": _leaves_out_what_is_elsewhere,
    "cte": _holds(exp.CTE),
    "date": _compares_days,
    "filter": _holds(exp.Where),
    "group-by": _holds(exp.Group),
    "having": _holds(exp.Having),
    "join": _holds(exp.Join),
    "null": _asks_for_null,
    "ratio": _holds(exp.Div),
    "set-operation": _holds(exp.SetOperation),
    "text": _holds(exp.Like, exp.Lower),
    "top-n": _keeps_the_first,
    "window": _holds(exp.Window),
}


@pytest.mark.parametrize("task", built_in(), ids=lambda task: task.id)
def test_a_task_is_on_what_its_category_says(task: Task) -> None:
    tests = SUBJECTS[task.category]
    assert any(tests(sqlglot.parse_one(sql, dialect="sqlite")) for sql in task.gold)


@pytest.mark.parametrize(
    "kind", [exp.Union, exp.Intersect, exp.Except, exp.Exists, exp.Distinct, exp.Case, exp.Coalesce, exp.Like]
)
def test_the_golds_use_it_somewhere(kind: type[exp.Expr]) -> None:
    assert any(_holds(kind)(sqlglot.parse_one(sql, dialect="sqlite")) for task in built_in() for sql in task.gold)


def test_one_gold_walks_a_hierarchy() -> None:
    withs = (
        found
        for task in built_in()
        for sql in task.gold
        for found in sqlglot.parse_one(sql, "sqlite").find_all(exp.With)
    )
    assert any(found.recursive for found in withs)
