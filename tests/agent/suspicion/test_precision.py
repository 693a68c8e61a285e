"""How often doubts are raised about SQL that is right, and how often about SQL that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlglot import exp, parse_one

from datasources.column_values import put_in, read_values
from datasources.errors import SQLError
from learning.benchmark.tasks import built_in
from tests.agent.suspicion.conftest import ASKED, Examined

RIGHT = [(one["question"], sql) for one in ASKED for sql in one["right"]]
WRONG = [(one["question"], wrong["sql"], wrong["doubt"]) for one in ASKED for wrong in one.get("wrong", ())]
MOST_FALSE = 2


def test_hardly_any_doubt_is_raised_about_the_gold_of_the_built_in_tasks(sample: Examined) -> None:
    golds = [(task.id, task.question, sql) for task in built_in() for sql in task.gold]
    false = [(id_, found) for id_, question, sql in golds if (found := sample.doubts(question, sql))]
    assert len(golds) >= 60
    assert len(false) <= MOST_FALSE, false


def test_many_of_the_near_misses_raise_a_doubt(sample: Examined) -> None:
    """Most of them differ from gold by a bound or a condition, which nothing but the question tells."""
    wrong = [(task.question, sql) for task in built_in() for sql in task.near_misses]
    found = sum(bool(sample.doubts(question, sql)) for question, sql in wrong)
    assert found >= len(wrong) / 5


@pytest.mark.parametrize(("question", "sql"), RIGHT)
def test_what_is_right_raises_no_doubt(bees: Examined, question: str, sql: str) -> None:
    assert bees.doubts(question, sql) == ()


def test_what_is_right_raises_no_doubt_on_postgres(postgres_bees: Examined) -> None:
    assert [(sql, found) for question, sql in RIGHT if (found := postgres_bees.doubts(question, sql))] == []


@pytest.mark.parametrize(("question", "sql", "doubt"), WRONG)
def test_what_is_wrong_raises_its_doubt(bees: Examined, question: str, sql: str, doubt: str) -> None:
    assert doubt in bees.kinds(question, sql)


def test_what_is_wrong_raises_its_doubt_on_postgres(postgres_bees: Examined) -> None:
    missed = [sql for question, sql, doubt in WRONG if doubt not in postgres_bees.kinds(question, sql)]
    assert missed == []


Breaking = Callable[[exp.Expr], Iterator[exp.Expr]]


def without_groups(tree: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(tree, exp.Select) and tree.args.get("group") and not tree.args.get("with_"):
        tree.set("group", None)
        tree.set("having", None)
        yield tree


def with_a_text_misspelled(tree: exp.Expr) -> Iterator[exp.Expr]:
    for text in tree.find_all(exp.Literal):
        if text.is_string and text.name.isalpha() and isinstance(text.parent, exp.EQ | exp.In):
            text.set("this", text.name[:-2] + text.name[-1])
            yield tree
            return


def with_a_text_in_other_letters(tree: exp.Expr) -> Iterator[exp.Expr]:
    for text in tree.find_all(exp.Literal):
        if text.is_string and text.name.isalpha() and isinstance(text.parent, exp.EQ | exp.In):
            text.set("this", text.name.swapcase())
            yield tree
            return


def with_one_join_more(tree: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(tree, exp.Select) and not tree.args.get("with_") and tree.find(exp.Sum, exp.Avg, exp.Count):
        orders = next((table for table in tree.find_all(exp.Table) if table.name == "orders"), None)
        if orders and orders.parent_select is tree:
            yield tree.join("order_items AS more", on=f"more.order_id = {orders.alias_or_name}.id")


def with_dates_written_otherwise(tree: exp.Expr) -> Iterator[exp.Expr]:
    dates = [text for text in tree.find_all(exp.Literal) if text.is_string and text.name[4:5] == "-"]
    for text in dates:
        text.set("this", "/".join(reversed(text.name.split("-"))))
    if dates:
        yield tree


def without_the_last_column(tree: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(tree, exp.Select) and len(tree.expressions) > 1:
        tree.set("expressions", tree.expressions[:-1])
        yield tree


def without_distinct(tree: exp.Expr) -> Iterator[exp.Expr]:
    for distinct in tree.find_all(exp.Distinct):
        if isinstance(distinct.parent, exp.Count):
            distinct.replace(distinct.expressions[0])
            yield tree
            return


@pytest.mark.parametrize(
    ("breaking", "share"),
    [
        (without_groups, 0.6),
        (with_a_text_misspelled, 0.9),
        (with_a_text_in_other_letters, 0.9),
        (with_one_join_more, 0.7),
        (with_dates_written_otherwise, 0.6),
        (without_the_last_column, 0.4),
        (without_distinct, 0.6),
    ],
)
def test_most_gold_that_is_broken_raises_a_doubt(sample: Examined, breaking: Breaking, share: float) -> None:
    known = Examined(sample.database)
    known.schema = put_in(sample.schema, read_values(sample.database, sample.schema.tables, lambda text: None))
    found = [bool(known.doubts(question, sql)) for question, sql in _broken(known, breaking)]
    assert len(found) >= 5
    assert sum(found) >= share * len(found), f"{sum(found)} of {len(found)}"


def _broken(examined: Examined, breaking: Breaking) -> Iterator[tuple[str, str]]:
    """What still runs, and gives something else."""
    for task in built_in():
        for tree in breaking(parse_one(task.gold[0], read="sqlite")):
            sql = tree.sql("sqlite")
            try:
                if examined.result(sql).rows != examined.result(task.gold[0]).rows:
                    yield task.question, sql
            except SQLError:
                continue
