"""Asked for another answer than those that were rejected: the real loop, a real SQLite database, a scripted model."""

from collections.abc import AsyncGenerator, Sequence

from agent import prompt
from agent.episode import Episode, Limits, solve
from agent.errors import ErrorClass
from agent.events import EpisodeDone, Executing, QueryError, QueryOk
from agent.llm import GREEDY, Finished, Message, Sampling, TextDelta
from agent.policy import RandomPolicy
from agent.rejection import Rejected
from agent.repairs import Strategy
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase
from tests.agent.test_episode import Scripted, asked_with, collect, episode, only, replies

NAMES = "SELECT name FROM products"
OTHERWISE_WRITTEN = "SELECT p.name AS product FROM products AS p;"
SAME_ROWS = "SELECT name FROM products WHERE 1 = 1 ORDER BY name"
DIFFERENT = "SELECT name FROM products WHERE price > 100"
NO_SUCH_STATUS = "SELECT id FROM orders WHERE status = 'Paid'"


class Thermometer(ScriptedLLM):
    """Notes how freely the model was asked to write."""

    def __init__(self, *texts: str) -> None:
        super().__init__([{"text": text} for text in texts])
        self.temperatures: list[float] = []

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[TextDelta | Finished, None]:
        self.temperatures.append(sampling.temperature)
        async for item in super().stream(messages, max_tokens=max_tokens, sampling=sampling):
            yield item


def block(sql: str) -> str:
    return f"```sql\n{sql}\n```"


def rejected(database: SqliteDatabase, sql: str = NAMES, remark: str = "") -> Rejected:
    return Rejected(sql, database.execute(sql), remark)


async def test_the_model_sees_the_rejected_query_and_the_remark_after_the_question(shop: SqliteDatabase) -> None:
    llm = replies(block(DIFFERENT))
    await collect(solve(episode(shop, llm, rejected=[rejected(shop, remark="only {dear} ones")]), RandomPolicy()))

    question, answered, refused = llm.asked[0][-3:]
    assert (question.content, answered.content) == ("Which products?", block(NAMES))
    assert "was rejected" in refused.content
    assert "only {dear} ones" in refused.content


async def test_several_rejected_answers_are_told_oldest_first(shop: SqliteDatabase) -> None:
    llm = replies(block(DIFFERENT))
    both = [rejected(shop), rejected(shop, "SELECT price FROM products")]
    await collect(solve(episode(shop, llm, rejected=both), RandomPolicy()))

    assert [message.content for message in llm.asked[0] if message.role == "assistant"] == [
        block(NAMES), block("SELECT price FROM products"),
    ]  # fmt: skip


async def test_of_many_long_rejected_answers_the_oldest_are_left_out(shop: SqliteDatabase) -> None:
    llm = replies(block(DIFFERENT))
    many = [Rejected(f"SELECT name, {number} AS n FROM products -- {'long ' * 300}") for number in range(5)]
    narrow, limits = asked_with(shop.schema(), context=1500), Limits(answer_tokens=100)
    await collect(solve(Episode("Which products?", shop, llm, narrow, rejected=many, limits=limits), RandomPolicy()))

    told = [message.content for message in llm.asked[0] if message.role == "assistant"]
    assert 1 <= len(told) < 5
    assert "4 AS n" in told[-1]


async def test_a_different_answer_is_an_answer(shop: SqliteDatabase) -> None:
    events = await collect(solve(episode(shop, replies(block(DIFFERENT)), rejected=[rejected(shop)]), RandomPolicy()))
    assert only(events, EpisodeDone)[0].sql == DIFFERENT


async def test_the_rejected_query_does_not_run_again_however_it_is_written(shop: SqliteDatabase) -> None:
    llm = replies(block(NAMES), block(OTHERWISE_WRITTEN), block(DIFFERENT))
    events = await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))

    assert [failed.error_class for failed in only(events, QueryError)] == [ErrorClass.REJECTED] * 2
    assert only(events, QueryError)[0].message == "This is the answer that was rejected before."
    assert len(only(events, Executing)) == 1
    assert only(events, EpisodeDone)[0].sql == DIFFERENT


async def test_the_rejected_rows_are_no_answer_either(shop: SqliteDatabase) -> None:
    llm = replies(block(SAME_ROWS), block(DIFFERENT))
    events = await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))

    [failed] = only(events, QueryError)
    assert failed.error_class is ErrorClass.REJECTED
    assert "same rows" in failed.message
    assert [ok.result.rows for ok in only(events, QueryOk)] == [shop.execute(DIFFERENT).rows]


async def test_the_model_is_told_what_must_change(shop: SqliteDatabase) -> None:
    llm = replies(block(SAME_ROWS), block(DIFFERENT))
    await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))
    assert "so that other rows are found" in llm.asked[-1][-1].content


async def test_the_policy_knows_that_it_repairs_a_rejected_answer(shop: SqliteDatabase) -> None:
    policy = Scripted(Strategy.REWRITE_FULL)
    llm = replies(block(NAMES), block(DIFFERENT))
    await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), policy))
    assert [context.error_class for context in policy.contexts] == [ErrorClass.REJECTED]


async def test_nothing_but_the_rejected_answer_ends_with_what_to_do(shop: SqliteDatabase) -> None:
    llm = replies(*[block(NAMES)] * 5)
    events = await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))

    [done] = only(events, EpisodeDone)
    assert not done.success
    assert done.error.startswith("Every attempt gave the rejected answer again. Say what is wrong with it")


async def test_where_other_attempts_failed_otherwise_only_the_last_is_said_to_repeat_it(shop: SqliteDatabase) -> None:
    llm = replies(*[block("SELECT title FROM products"), block(NAMES)] * 2)
    limits = Limits(attempts=4)
    events = await collect(solve(episode(shop, llm, rejected=[rejected(shop)], limits=limits), RandomPolicy()))
    assert only(events, EpisodeDone)[0].error.startswith("The last attempt gave the rejected answer again.")


def test_of_an_endless_remark_the_model_is_told_the_beginning() -> None:
    told = prompt.rejection("x" * 5000).content
    assert "x" * prompt.LONGEST_MESSAGE in told
    assert "x" * (prompt.LONGEST_MESSAGE + 1) not in told


async def test_another_answer_is_written_more_freely_and_after_a_repeat_freely(shop: SqliteDatabase) -> None:
    llm = Thermometer(block(NAMES), block(DIFFERENT))
    await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))
    assert llm.temperatures == [0.3, 1.0]


async def test_no_rows_after_a_rejection_are_looked_for_again_once(shop: SqliteDatabase) -> None:
    none, none_again = "SELECT name FROM products WHERE price > 1000", "SELECT name FROM products WHERE price > 2000"
    llm = replies(block(none), block(none_again))
    events = await collect(solve(episode(shop, llm, rejected=[rejected(shop)]), RandomPolicy()))

    assert [failed.error_class for failed in only(events, QueryError)] == [ErrorClass.EMPTY_RESULT]
    assert only(events, EpisodeDone)[0].success


async def test_no_rows_are_no_other_answer_where_no_rows_were_rejected(shop: SqliteDatabase) -> None:
    empty = rejected(shop, "SELECT name FROM products WHERE price < 0")
    llm = replies(block("SELECT name, price FROM products WHERE price > 1000"), block(NO_SUCH_STATUS), block(DIFFERENT))
    events = await collect(solve(episode(shop, llm, rejected=[empty]), RandomPolicy()))

    assert [failed.error_class for failed in only(events, QueryError)] == [ErrorClass.REJECTED] * 2
    assert "finds no rows" in only(events, QueryError)[0].message
    assert only(events, EpisodeDone)[0].sql == DIFFERENT


async def test_a_failed_query_that_is_only_written_otherwise_is_told_to_be_the_same(shop: SqliteDatabase) -> None:
    llm = replies(block("SELECT title FROM products"), block("select p.title from products p"), block(DIFFERENT))
    await collect(solve(episode(shop, llm), Scripted(Strategy.FIX_COLUMN)))
    assert "the same query as before" in llm.asked[-1][-1].content
