"""The built-in tasks as they run: every gold answers, with nothing left to chance."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import pytest
import sqlglot
from sqlglot import exp

from datasources.engine import Cell, ResultSet
from learning.benchmark.tasks import Task, built_in

TASKS = built_in()
MOST_ROWS = 200

Run = Callable[[str], ResultSet]


def each_task(*tasks: Task) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("task", tasks, ids=lambda task: task.id)


@each_task(*TASKS)
def test_every_gold_gives_some_rows_and_all_of_them(task: Task, run: Run) -> None:
    for result in _golds(task, run):
        assert 0 < len(result.rows) <= MOST_ROWS
        assert not result.truncated


@each_task(*TASKS)
def test_no_gold_gives_a_column_of_nothing(task: Task, run: Run) -> None:
    for result in _golds(task, run):
        assert all(any(cell is not None for cell in column) for column in zip(*result.rows, strict=True))


@each_task(*(task for task in TASKS if len(task.gold) > 1))
def test_a_second_gold_is_another_answer(task: Task, run: Run) -> None:
    answers = [_said(result) for result in _golds(task, run)]
    assert all(one != other for one, other in combinations(answers, 2))


def test_no_two_tasks_have_the_same_answer(run: Run) -> None:
    answers = [(task.id, _said(result)) for task in TASKS for result in _golds(task, run)]
    pairs = combinations(answers, 2)
    assert [(one, other) for (one, rows), (other, others) in pairs if rows == others] == []


@each_task(*(task for task in TASKS if task.ordered))
def test_where_the_order_counts_every_gold_sorts_and_no_two_rows_tie(task: Task, run: Run) -> None:
    for sql in task.gold:
        keys = [_key(sql, row) for row in run(sql).rows]
        assert all(keys)
        assert len(set(keys)) == len(keys)


@each_task(*TASKS)
def test_a_gold_sorts_only_what_is_ordered_or_cut(task: Task) -> None:
    trees = [_tree(sql) for sql in task.gold]
    assert all(bool(tree.args.get("order")) == (task.ordered or bool(tree.args.get("limit"))) for tree in trees)


@pytest.mark.parametrize(
    "sql", [sql for task in TASKS for sql in task.gold if sqlglot.parse_one(sql).args.get("limit")]
)
def test_no_tie_is_cut_by_a_limit(sql: str, run: Run) -> None:
    tree = _tree(sql)
    kept = int(tree.args["limit"].expression.name)
    rows = run(tree.limit(kept + 1).sql("sqlite")).rows
    assert len(rows) == kept + 1
    assert _key(sql, rows[kept - 1]) != _key(sql, rows[kept])


@each_task(*(task for task in TASKS if task.category == "top-n"))
def test_no_tie_is_cut_within_a_group(task: Task, run: Run) -> None:
    for sql in task.gold:
        with_ties = _tree(sql).transform(_alike_where_tied).sql("sqlite")
        assert Counter(run(with_ties).rows) == Counter(run(sql).rows)


def _alike_where_tied(node: exp.Expr) -> exp.Expr:
    return exp.Rank() if isinstance(node, exp.RowNumber) else node


def _golds(task: Task, run: Run) -> Iterator[ResultSet]:
    return (run(sql) for sql in task.gold)


def _said(result: ResultSet) -> tuple[int, Counter[Sequence[str]]]:
    """The rows as texts, whatever the order of rows and columns: 2024 and '2024' say the same."""
    return len(result.columns), Counter(tuple(sorted(map(_text, row))) for row in result.rows)


def _text(cell: Cell) -> str:
    return f"{cell:.6f}" if isinstance(cell, float) else str(cell)


def _tree(sql: str) -> exp.Query:
    tree = sqlglot.parse_one(sql, dialect="sqlite")
    assert isinstance(tree, exp.Query)
    return tree


def _key(sql: str, row: Sequence[Cell]) -> tuple[Cell, ...]:
    """What the statement sorts this row of its result by: columns of the result, by name."""
    tree = _tree(sql)
    return tuple(row[tree.named_selects.index(key.this.name)] for key in tree.args["order"].expressions)
