"""SQL that is known to answer the question is run without asking the model, which mends it when it fails."""

from agent.episode import solve
from agent.events import AttemptStarted, DiagnosisDelta, EpisodeDone, QueryOk
from agent.policy import RandomPolicy
from agent.repairs import Strategy
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase
from tests.agent.test_episode import GOOD, collect, episode, kinds, only, replies

KNOWN = "SELECT name FROM products ORDER BY price"


async def test_it_answers_without_the_model(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"status": 503, "error": "no model is running"}])
    asked = episode(shop, llm, recalled=KNOWN)
    events = await collect(solve(asked, RandomPolicy()))

    assert kinds(events) == [
        "AttemptStarted", "SqlReady", "Executing", "QueryOk", "RewardGiven", "EpisodeDone",
    ]  # fmt: skip
    assert events[-1] == EpisodeDone(True, KNOWN, 1, 1.0, asked.usage)
    assert asked.usage.prompt == asked.usage.completion == 0


async def test_no_rows_are_an_answer_at_once(shop: SqliteDatabase) -> None:
    asked = episode(shop, replies(), recalled="SELECT name FROM products WHERE price > 1000")
    events = await collect(solve(asked, RandomPolicy()))
    [answer] = only(events, QueryOk)
    assert answer.result.rows == ()
    assert asked.attempts[0].reward.total == 1.0


async def test_when_it_fails_the_model_mends_it(shop: SqliteDatabase) -> None:
    llm = replies(GOOD)
    asked = episode(shop, llm, recalled="SELECT title FROM products")
    events = await collect(solve(asked, RandomPolicy(1)))

    assert only(events, AttemptStarted)[0].strategy is Strategy.GENERATE
    assert asked.attempts[0].error_class == "no_such_column"
    assert only(events, EpisodeDone)[0].sql == "SELECT name FROM products ORDER BY name"
    said = [message.content for message in llm.asked[0]]
    assert "SELECT title FROM products" in said[2]
    assert "no such column: title" in said[3]


async def test_its_failure_is_diagnosed_as_any_other(shop: SqliteDatabase) -> None:
    asked = episode(shop, replies("It calls what is not there.", GOOD), recalled="SELECT nonsense(1)")
    events = await collect(solve(asked, RandomPolicy(1)))
    assert only(events, DiagnosisDelta)
    assert (asked.attempts[0].diagnosis, len(asked.attempts)) == ("It calls what is not there.", 2)
