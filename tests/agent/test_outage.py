"""An outage says nothing about the question; a model that cannot answer does."""

from pathlib import Path
from typing import Any

import pytest

from agent.budget import Budget
from agent.episode import Episode, solve
from agent.events import EpisodeDone
from agent.llm import LLMError
from agent.llm_failures import empty, silent, too_slow
from agent.policy import RandomPolicy
from agent.prompt import Prompt
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase

GOOD = {"text": "```sql\nSELECT name FROM products\n```"}
NO_ROWS = {"text": "```sql\nSELECT name FROM products WHERE name = 'tent'\n```"}


async def done(shop: SqliteDatabase, *replies: dict[str, Any], path: Path | None = None) -> EpisodeDone:
    asked_with = Prompt("You write SQL.", shop.schema(), "sqlite", Budget.of(8192), is_whole=True)
    database = SqliteDatabase(path) if path else shop
    episode = Episode("Which products?", database, ScriptedLLM(list(replies)), asked_with)
    [end] = [event async for event in solve(episode, RandomPolicy()) if isinstance(event, EpisodeDone)]
    return end


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_an_endpoint_that_gives_no_answers_is_an_outage(shop: SqliteDatabase, status: int) -> None:
    assert (await done(shop, {"status": status, "error": "no"})).outage


async def test_a_request_that_the_endpoint_rejects_is_none(shop: SqliteDatabase) -> None:
    assert not (await done(shop, {"status": 400, "error": "too long"})).outage


async def test_a_database_that_is_gone_is_an_outage(shop: SqliteDatabase, tmp_path: Path) -> None:
    assert (await done(shop, GOOD, path=tmp_path / "gone.sqlite3")).outage


async def test_no_rows_that_stand_for_want_of_a_model_are_an_outage(shop: SqliteDatabase) -> None:
    end = await done(shop, NO_ROWS, {"status": 500, "error": "down"})
    assert (end.success, end.outage) == (True, True)


async def test_sql_that_never_runs_is_none(shop: SqliteDatabase) -> None:
    assert not (await done(shop, *[{"text": "```sql\nSELECT title FROM products\n```"}] * 5)).outage


@pytest.mark.parametrize(
    ("error", "outage"), [(silent("here", 30), True), (too_slow(120), False), (empty("small"), False)]
)
def test_an_answer_that_takes_too_long_is_none_and_silence_is_one(error: LLMError, outage: bool) -> None:
    assert error.is_outage is outage
