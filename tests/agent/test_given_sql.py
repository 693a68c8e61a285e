"""SQL that whoever drives the episode has written: the same loop, and no model."""

from __future__ import annotations

from agent.episode import Episode
from agent.errors import ErrorClass
from agent.events import EpisodeDone, QueryError
from agent.keeping import kept, restore
from agent.repairs import Strategy
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase
from tests.agent.test_episode import GOOD, asked_with, collect, replies

RIGHT = "SELECT name FROM products ORDER BY name"


def new(database: SqliteDatabase, llm: ScriptedLLM) -> Episode:
    return Episode("Which products?", database, llm, asked_with(database.schema()))


async def test_it_runs_without_a_model(shop: SqliteDatabase) -> None:
    one = new(shop, replies())
    *_, done = await collect(one.step(Strategy.GENERATE, sql=RIGHT))
    assert isinstance(done, EpisodeDone)
    assert (done.success, done.sql, done.reward) == (True, RIGHT, 1.0)


async def test_its_failure_is_classified_and_asks_no_model_for_a_diagnosis(shop: SqliteDatabase) -> None:
    one = new(shop, replies())
    events = await collect(one.step(Strategy.GENERATE, sql="SELECT nonsense(1)"))
    assert [event.error_class for event in events if isinstance(event, QueryError)] == [ErrorClass.NO_SUCH_FUNCTION]
    assert not one.done


async def test_a_model_that_repairs_it_is_told_what_failed(shop: SqliteDatabase) -> None:
    llm = replies(GOOD)
    one = new(shop, llm)
    await collect(one.step(Strategy.GENERATE, sql="SELECT title FROM products"))
    await collect(one.step(Strategy.FIX_COLUMN))
    texts = [message.content for message in llm.asked[0]]
    assert "SELECT title FROM products" in texts[2]
    assert "no_such_column" in texts[3]


async def test_what_is_kept_is_gone_on_with_by_another_process(shop: SqliteDatabase) -> None:
    told = []
    for interrupted in (False, True):
        llm = replies(GOOD)
        one = new(shop, llm)
        await collect(one.step(Strategy.GENERATE, sql="SELECT title FROM products"))
        if interrupted:
            other = new(shop, llm)
            restore(other, kept(one))
            one = other
        *_, done = await collect(one.step(Strategy.FIX_COLUMN))
        assert isinstance(done, EpisodeDone)
        told.append((llm.asked, done.reward, done.attempts))
    assert told[0] == told[1]


async def test_no_rows_that_were_kept_are_the_answer_in_the_end(shop: SqliteDatabase) -> None:
    one, other = new(shop, replies()), new(shop, replies())
    await collect(one.step(Strategy.GENERATE, sql="SELECT name FROM products WHERE name = 'tent'"))
    restore(other, kept(one))
    *_, done = await collect(other.step(Strategy.RELAX_FILTER, sql="SELECT name FROM products WHERE name = 'tents'"))
    assert isinstance(done, EpisodeDone)
    assert done.success
