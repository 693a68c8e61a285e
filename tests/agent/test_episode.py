"""One question, up to five attempts: the real loop, a real SQLite database, a scripted model."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.budget import Budget, tokens
from agent.episode import Episode, Limits, solve
from agent.errors import ErrorClass
from agent.events import (
    AttemptStarted,
    DiagnosisDelta,
    EpisodeDone,
    Event,
    Executing,
    QueryError,
    QueryOk,
    RewardGiven,
    SqlDelta,
    SqlReady,
)
from agent.policy import Context, Decision, RandomPolicy
from agent.prompt import Prompt, Turn
from agent.repairs import REPAIRS, Strategy
from agent.scripted import ScriptedLLM
from datasources.binding import Bound
from datasources.engine import ResultSet, SqliteDatabase
from datasources.errors import QueryFailed
from datasources.introspect import Schema

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
WRONG_COLUMN = "```sql\nSELECT title FROM products\n```"
NO_ROWS = "```sql\nSELECT name FROM products WHERE name = 'tent'\n```"
PROSE = "I am sorry, I cannot help with that."


class Scripted:
    """A policy that repairs as told, and remembers what it was asked and taught."""

    def __init__(self, *strategies: Strategy) -> None:
        self.strategies = list(strategies)
        self.contexts: list[Context] = []
        self.lessons: list[tuple[Strategy, float]] = []
        self.corrections: list[tuple[Strategy, float]] = []

    def choose(self, context: Context) -> Decision:
        self.contexts.append(context)
        strategy = self.strategies[min(len(self.contexts), len(self.strategies)) - 1]
        return Decision(strategy, dict.fromkeys(REPAIRS, 0.5), context.vector())

    def learn(self, decision: Decision, reward: float) -> None:
        self.lessons.append((decision.strategy, reward))

    def correct(self, decision: Decision, difference: float) -> None:
        self.corrections.append((decision.strategy, difference))


def replies(*texts: str) -> ScriptedLLM:
    return ScriptedLLM([{"text": text} for text in texts])


def asked_with(schema: Schema, context: int = 8192) -> Prompt:
    return Prompt("You write SQL.", schema, "sqlite", Budget.of(context), is_whole=True)


def episode(database: SqliteDatabase, llm: ScriptedLLM, **options: Any) -> Episode:
    return Episode("Which products?", database, llm, asked_with(database.schema()), **options)


async def collect(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


def kinds(events: Sequence[Event]) -> list[str]:
    """The names of the events, repeats of a delta folded into one."""
    names: list[str] = []
    for event in events:
        name = type(event).__name__
        if not (name.endswith("Delta") and names and names[-1] == name):
            names.append(name)
    return names


def only(events: Sequence[Event], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


async def test_a_first_attempt_that_runs_answers(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(GOOD)), RandomPolicy()))

    assert kinds(events) == [
        "AttemptStarted", "SqlDelta", "SqlReady", "Executing", "QueryOk", "RewardGiven", "EpisodeDone",
    ]  # fmt: skip
    assert only(events, QueryOk)[0].result.rows == (("Lamp",), ("Rope",), ("Tent",))
    assert only(events, EpisodeDone)[0].success


async def test_the_streamed_sql_is_the_sql_that_runs(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies("Sure!\n" + GOOD + "\nThat lists them.")), RandomPolicy()))

    streamed = "".join(delta.text for delta in only(events, SqlDelta))
    assert streamed.strip() == only(events, SqlReady)[0].sql == "SELECT name FROM products ORDER BY name"


async def test_a_failure_is_repaired_with_the_strategy_that_the_policy_chose(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_COLUMN)
    events = await collect(solve(episode(shop, replies(WRONG_COLUMN, GOOD)), policy))

    failed = only(events, QueryError)[0]
    assert failed.error_class is ErrorClass.NO_SUCH_COLUMN
    assert "name" in failed.hint
    assert [started.strategy for started in only(events, AttemptStarted)] == [Strategy.GENERATE, Strategy.FIX_COLUMN]
    assert only(events, EpisodeDone)[0].success


async def test_each_attempt_sees_all_failures_before_it(shop: SqliteDatabase) -> None:
    llm = replies(WRONG_COLUMN, "```sql\nSELEC name FROM products\n```", GOOD)
    await collect(solve(episode(shop, llm, limits=Limits(diagnose=False)), Scripted(Strategy.REWRITE_FULL)))

    said = "\n".join(message.content for message in llm.asked[-1])
    assert "SELECT title FROM products" in said
    assert "SELEC name FROM products" in said
    assert "no such column: title" in said


async def test_a_repair_only_appends_to_the_conversation(shop: SqliteDatabase) -> None:
    llm = replies(WRONG_COLUMN, WRONG_COLUMN, GOOD)
    await collect(solve(episode(shop, llm), Scripted(Strategy.FIX_COLUMN)))

    first, second, third = llm.asked
    assert second[: len(first)] == first
    assert third[: len(second)] == second


async def test_a_query_written_again_is_told_so(shop: SqliteDatabase) -> None:
    llm = replies(WRONG_COLUMN, WRONG_COLUMN, GOOD)
    await collect(solve(episode(shop, llm), Scripted(Strategy.FIX_COLUMN)))

    assert "same query as before" not in llm.asked[1][-1].content
    assert "same query as before" in llm.asked[2][-1].content


async def test_the_model_diagnoses_only_what_no_program_knows(shop: SqliteDatabase) -> None:
    llm = replies("```sql\nSELECT name FROM products products WHERE\n```", "A condition is missing.", GOOD)
    events = await collect(solve(episode(shop, llm), Scripted(Strategy.FIX_SYNTAX)))

    assert only(events, QueryError)[0].hint == ""
    assert "".join(delta.text for delta in only(events, DiagnosisDelta)) == "A condition is missing."


async def test_it_gives_up_after_five_attempts(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(*[WRONG_COLUMN] * 5)), RandomPolicy(seed=1)))

    done = only(events, EpisodeDone)[0]
    assert (done.success, done.attempts) == (False, 5)
    assert "5 attempts" in done.error
    assert "title" in done.error


async def test_no_rows_get_one_retry(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(NO_ROWS, GOOD)), Scripted(Strategy.RELAX_FILTER)))

    assert only(events, QueryError)[0].error_class is ErrorClass.EMPTY_RESULT
    assert len(only(events, QueryOk)[0].result.rows) == 3


async def test_no_rows_twice_are_the_answer(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(NO_ROWS, NO_ROWS)), Scripted(Strategy.RELAX_FILTER)))

    assert only(events, QueryOk)[0].result.rows == ()
    assert only(events, EpisodeDone)[0].success


async def test_a_retry_of_no_rows_that_breaks_is_repaired_itself(shop: SqliteDatabase) -> None:
    llm = replies(NO_ROWS, WRONG_COLUMN, GOOD)
    events = await collect(solve(episode(shop, llm), Scripted(Strategy.RELAX_FILTER)))

    assert len(only(events, QueryOk)[0].result.rows) == 3


async def test_no_rows_stand_when_all_that_follows_breaks(shop: SqliteDatabase) -> None:
    llm = replies(NO_ROWS, *[WRONG_COLUMN] * 4)
    events = await collect(solve(episode(shop, llm), Scripted(Strategy.RELAX_FILTER)))

    done = only(events, EpisodeDone)[0]
    assert done.success
    assert done.sql == "SELECT name FROM products WHERE name = 'tent'"
    assert only(events, QueryOk)[0].result.rows == ()


async def test_prose_twice_ends_it_with_what_the_model_said(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(PROSE, PROSE)), RandomPolicy()))

    done = only(events, EpisodeDone)[0]
    assert (done.success, done.attempts) == (False, 2)
    assert "I am sorry" in done.error


async def test_sql_of_a_cut_stream_never_runs(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": "```sql\nSELECT name FROM products WHERE id > 0", "cut_after": 4}, {"text": GOOD}])
    events = await collect(solve(episode(shop, llm), RandomPolicy()))

    assert only(events, QueryError)[0].error_class is ErrorClass.OTHER
    assert len(only(events, Executing)) == 1
    assert only(events, EpisodeDone)[0].success


async def test_an_answer_that_hits_the_token_limit_never_runs(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": "```sql\nSELECT name FROM products WHERE id > 0\n```"}, {"text": GOOD}])
    events = await collect(solve(episode(shop, llm, limits=Limits(answer_tokens=5, attempts=1)), RandomPolicy()))

    assert not only(events, Executing)
    assert "cut off" in only(events, EpisodeDone)[0].error


async def test_an_endpoint_that_refuses_ends_it_with_a_sentence(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"status": 401, "error": "bad key"}])
    events = await collect(solve(episode(shop, llm), RandomPolicy()))

    done = only(events, EpisodeDone)[0]
    assert not done.success
    assert "key" in done.error.lower()


async def test_the_policy_learns_from_a_failure_before_it_chooses_again(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_TABLE, Strategy.FIX_COLUMN)
    running = solve(episode(shop, replies(WRONG_COLUMN, WRONG_COLUMN, GOOD)), policy)
    known_when_choosing = [len(policy.lessons) async for event in running if isinstance(event, AttemptStarted)]

    assert known_when_choosing == [0, 0, 1]


async def test_hindsight_corrects_what_the_policy_learned(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_TABLE, Strategy.FIX_COLUMN)
    await collect(solve(episode(shop, replies(WRONG_COLUMN, WRONG_COLUMN, GOOD)), policy))

    assert [strategy for strategy, _ in policy.lessons] == [Strategy.FIX_TABLE, Strategy.FIX_COLUMN]
    assert [reward for _, reward in policy.lessons] == pytest.approx([-0.1 - 0.05 * 2, 1.0 - 0.1 * 2])
    [(strategy, difference)] = policy.corrections
    assert strategy is Strategy.FIX_TABLE
    assert difference == pytest.approx(0.3 * (1 - 1 / 3))


async def test_the_policy_learns_nothing_from_a_broken_endpoint(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_COLUMN)
    llm = ScriptedLLM([{"text": WRONG_COLUMN}, {"status": 500, "error": "down"}])
    await collect(solve(episode(shop, llm), policy))

    assert policy.lessons == []


async def test_rewards_of_earlier_attempts_are_given_again_with_hindsight(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(WRONG_COLUMN, GOOD)), RandomPolicy()))

    first = [reward for reward in only(events, RewardGiven) if reward.attempt == 1]
    assert [set(reward.parts) for reward in first] == [{"failure"}, {"failure", "hindsight"}]


async def test_the_context_tells_the_policy_what_happened(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_COLUMN)
    llm = replies(WRONG_COLUMN, WRONG_COLUMN, "```sql\nSELECT x FROM nowhere\n```", GOOD)
    await collect(solve(episode(shop, llm), policy))

    second, third = policy.contexts[1:]
    assert (second.streak, second.error_changed, second.previous) == (2, False, Strategy.FIX_COLUMN)
    assert (third.error_class, third.streak, third.error_changed) == (ErrorClass.NO_SUCH_TABLE, 1, True)


async def test_earlier_turns_come_before_the_question(shop: SqliteDatabase) -> None:
    llm = replies(GOOD)
    history = [Turn("How many orders?", "SELECT COUNT(*) FROM orders")]
    await collect(solve(episode(shop, llm, history=history), RandomPolicy()))

    assert [message.role for message in llm.asked[0]] == ["system", "user", "assistant", "user"]
    assert llm.asked[0][1].content == "How many orders?"


async def test_a_broken_stream_is_not_blamed_on_the_strategy(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.FIX_COLUMN)
    llm = ScriptedLLM([{"text": WRONG_COLUMN}, {"text": GOOD, "cut_after": 4}, {"text": GOOD}])
    await collect(solve(episode(shop, llm), policy))

    assert [reward > 0 for _, reward in policy.lessons] == [True]


async def test_streams_that_break_twice_end_it(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": GOOD, "cut_after": 4, "times": None}])
    events = await collect(solve(episode(shop, llm), RandomPolicy()))

    assert (len(llm.asked), only(events, EpisodeDone)[0].success) == (2, False)


async def test_a_database_that_is_gone_ends_it_at_once(tmp_path: Path, shop: SqliteDatabase) -> None:
    llm, policy = replies(*[GOOD] * 5), Scripted(Strategy.FIX_TABLE)
    gone = Episode("Which?", SqliteDatabase(tmp_path / "gone.sqlite3"), llm, asked_with(shop.schema()))
    events = await collect(solve(gone, policy))

    assert (len(llm.asked), policy.lessons) == (1, [])
    assert only(events, EpisodeDone)[0].error


async def test_no_rows_stand_when_the_endpoint_fails_in_the_retry(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": NO_ROWS}, {"status": 500, "error": "down"}])
    events = await collect(solve(episode(shop, llm), RandomPolicy()))

    assert only(events, EpisodeDone)[0].success
    assert only(events, QueryOk)[0].result.rows == ()


async def test_a_repair_that_finds_nothing_again_has_earned_nothing(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.RELAX_FILTER)
    await collect(solve(episode(shop, replies(NO_ROWS, NO_ROWS)), policy))

    [(_, reward)] = policy.lessons
    assert reward == pytest.approx(-0.2)
    assert policy.corrections == []


async def test_a_diagnosis_that_fails_costs_no_more_than_itself(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([
        {"text": "```sql\nSELECT name FROM products products WHERE\n```"},
        {"status": 500, "error": "down"},
        {"text": GOOD},
    ])  # fmt: skip
    events = await collect(solve(episode(shop, llm), RandomPolicy()))

    assert only(events, EpisodeDone)[0].success


async def test_a_gold_score_scales_the_reward_of_success(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(GOOD), score=lambda result: 0.5), RandomPolicy()))

    assert only(events, RewardGiven)[0].total == pytest.approx(0.5)


async def test_a_done_episode_takes_no_step(shop: SqliteDatabase) -> None:
    finished = episode(shop, replies(GOOD))
    await collect(finished.step(Strategy.GENERATE))

    with pytest.raises(ValueError, match="done"):
        await collect(finished.step(Strategy.FIX_COLUMN))


async def test_cancelling_ends_the_statement_too(shop: SqliteDatabase) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    running = solve(episode(shop, replies(f"```sql\n{endless}\n```")), RandomPolicy())

    async def watch() -> None:
        async for event in running:
            if isinstance(event, Executing):
                asyncio.get_running_loop().call_later(0.2, task.cancel)

    task = asyncio.create_task(watch())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(shop.execute, "SELECT 1")


class LostDatabase(SqliteDatabase):
    """Its server goes away while a statement runs."""

    dialect = "postgres"

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        raise QueryFailed("terminating connection due to administrator command", "57P01")


async def test_a_connection_that_is_lost_ends_the_episode_and_blames_no_strategy(shop_path: Path) -> None:
    policy = Scripted(Strategy.REWRITE_FULL)
    llm = replies(GOOD, GOOD)
    database = LostDatabase(shop_path)
    lost = Episode("Which products?", database, llm, asked_with(database.schema()))
    events = await collect(solve(lost, policy))

    [done] = only(events, EpisodeDone)
    assert "connection to the database was lost" in done.error
    assert len(llm.asked) == 1
    assert policy.lessons == []


async def test_five_long_attempts_stay_within_the_context(shop: SqliteDatabase) -> None:
    long = f"```sql\nSELECT title, '{'x' * 2000}' FROM products\n```"
    llm = replies(*[long] * 4, GOOD)
    small = Episode(
        "Which products?", shop, llm, asked_with(shop.schema(), context=2048), limits=Limits(diagnose=False)
    )
    events = await collect(solve(small, Scripted(Strategy.FIX_COLUMN)))

    assert only(events, EpisodeDone)[0].success
    sizes = [sum(tokens(message.content) for message in asked) for asked in llm.asked]
    assert max(sizes) < 2048 - Limits().answer_tokens
    assert all(asked[1].content == "Which products?" for asked in llm.asked)
    assert all("no such column: title" in asked[-1].content for asked in llm.asked[1:])
