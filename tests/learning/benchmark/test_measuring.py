"""One question measured: the real loop against a scripted model, graded by the rows of the gold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.budget import Budget
from agent.prompt import Prompt
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase
from learning.benchmark.measuring import BadGold, Measured, Outage, measure
from learning.benchmark.policies import agent
from learning.benchmark.tasks import Task

TASK = Task("one", "Which products are there?", ("SELECT name FROM products",), category="filter", difficulty="easy")
RIGHT = "SELECT name FROM products ORDER BY id"
WRONG = "SELECT name FROM products WHERE id > 1"
BROKEN = "SELECT title FROM products"


async def measured(
    shop: SqliteDatabase, *sqls: str, task: Task = TASK, attempts: int = 5, policy: str = "fixed"
) -> Measured:
    llm = ScriptedLLM([{"text": f"```sql\n{sql}\n```"} for sql in sqls])
    return await measure(task, shop, prompt(shop), agent(llm, policy, attempts))


def prompt(shop: SqliteDatabase) -> Prompt:
    return Prompt("You write SQL.", shop.schema(), "sqlite", Budget.of(8192), is_whole=True)


async def test_rows_that_equal_the_gold_s_are_right(shop: SqliteDatabase) -> None:
    outcome = (await measured(shop, RIGHT)).outcome
    assert (outcome.is_right, outcome.is_first_right, outcome.score, outcome.why) == (True, True, 1.0, "")


async def test_it_says_what_was_asked_and_what_it_cost(shop: SqliteDatabase) -> None:
    outcome = (await measured(shop, RIGHT)).outcome
    assert (outcome.task, outcome.category, outcome.difficulty, outcome.sql) == ("one", "filter", "easy", RIGHT)
    assert outcome.seconds > 0
    assert outcome.completion_tokens > 0


async def test_other_rows_are_wrong_and_it_says_why(shop: SqliteDatabase) -> None:
    outcome = (await measured(shop, WRONG)).outcome
    assert (outcome.is_right, outcome.ran) == (False, True)
    assert 0 <= outcome.score < 1
    assert outcome.why


async def test_both_results_are_there_to_be_looked_at(shop: SqliteDatabase) -> None:
    found = await measured(shop, WRONG)
    assert found.rows is not None
    assert (found.rows.rows, len(found.gold_rows.rows)) == ((("Rope",), ("Lamp",)), 3)


async def test_a_repair_that_is_right_is_right_but_not_at_first(shop: SqliteDatabase) -> None:
    outcome = (await measured(shop, BROKEN, RIGHT)).outcome
    assert (outcome.is_right, outcome.is_first_right, outcome.first_ran) == (True, False, False)
    assert [made.error_class for made in outcome.attempts] == ["no_such_column", ""]


async def test_what_never_runs_says_what_the_agent_says(shop: SqliteDatabase) -> None:
    found = await measured(shop, BROKEN, BROKEN, attempts=2)
    assert (found.outcome.ran, found.outcome.score, found.rows) == (False, 0.0, None)
    assert "2 attempts" in found.outcome.why


async def test_without_repair_there_is_one_attempt(shop: SqliteDatabase) -> None:
    outcome = (await measured(shop, BROKEN, RIGHT, policy="none")).outcome
    assert (len(outcome.attempts), outcome.is_right) == (1, False)


async def test_no_rows_are_right_at_first_where_the_gold_has_none(shop: SqliteDatabase) -> None:
    nothing = "SELECT name FROM products WHERE id > 9"
    outcome = (await measured(shop, nothing, nothing, task=replace(TASK, gold=(nothing,)))).outcome
    assert (outcome.is_right, outcome.first_ran, len(outcome.attempts)) == (True, True, 2)


async def test_the_order_counts_where_it_is_asked_for(shop: SqliteDatabase) -> None:
    task = replace(TASK, gold=("SELECT name FROM products ORDER BY name",), ordered=True)
    assert not (await measured(shop, RIGHT, task=task)).outcome.is_right


async def test_a_gold_that_does_not_run_is_nobody_s_mistake(shop: SqliteDatabase) -> None:
    with pytest.raises(BadGold, match="no such column"):
        await measured(shop, RIGHT, task=replace(TASK, gold=(BROKEN,)))


@pytest.mark.parametrize("reply", [{"status": 401, "error": "no"}, {"status": 500, "error": "down"}])
async def test_an_outage_is_no_answer(shop: SqliteDatabase, reply: dict[str, Any]) -> None:
    with pytest.raises(Outage):
        await measure(TASK, shop, prompt(shop), agent(ScriptedLLM([reply]), "fixed", 5))


async def test_instructions_go_to_the_model_with_the_question(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": f"```sql\n{RIGHT}\n```"}])
    task = replace(TASK, instructions="Ignore lamps.")
    await measure(task, shop, prompt(shop), agent(llm, "fixed", 5))
    assert llm.asked[0][-1].content == "Which products are there?\n\nIgnore lamps."
