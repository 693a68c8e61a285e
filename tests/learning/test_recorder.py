"""What an episode leaves behind, however it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection as django_connection
from django.db import connections
from django.utils import timezone

from accounts.models import User
from agent.events import EpisodeDone, Event, QueryOk, SqlDelta
from agent.scripted import ScriptedLLM
from datasources import snapshots
from datasources.models import Connection
from learning.bandit import rebuild
from learning.models import BanditArm, BanditDecision, Episode
from learning.recorder import BadQuestion, answer, begin, tried
from learning.results import from_json
from tests.agent.many_tables import many_tables

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
WRONG_COLUMN = "```sql\nSELECT title FROM products\n```"
WRONG_TABLE = "```sql\nSELECT name FROM wares\n```"


async def ask(connection: Connection, llm: ScriptedLLM) -> tuple[Episode, list[Event]]:
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source=Episode.Source.CHAT)
    events = [event async for event in answer(record, llm)]
    return await Episode.objects.aget(pk=record.pk), events


def replies(*texts: str) -> ScriptedLLM:
    return ScriptedLLM([{"text": text} for text in texts])


async def attempts(episode: Episode) -> list[Any]:
    return [attempt async for attempt in episode.attempts.all()]


@asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """Those in the thread where the application's database is used."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        found.append(sql)
        return execute(sql, *others)

    there = await sync_to_async(lambda: connections["default"])()
    with there.execute_wrapper(note):
        yield found


async def test_an_answer_is_kept_with_its_rows(connection: Connection) -> None:
    episode, _ = await ask(connection, replies(GOOD))

    assert episode.status == Episode.Status.SUCCEEDED
    assert episode.sql == "SELECT name FROM products ORDER BY name"
    assert episode.result is not None
    assert from_json(episode.result).rows == (("Lamp",), ("Rope",), ("Tent",))
    assert episode.finished_at is not None


async def test_every_attempt_is_kept_with_why_it_failed_and_what_it_earned(connection: Connection) -> None:
    episode, _ = await ask(connection, replies(WRONG_COLUMN, GOOD))

    first, second = await attempts(episode)
    assert (first.strategy, first.error_class, first.message) == (
        "generate", "no_such_column", "no such column: title",
    )  # fmt: skip
    assert set(first.reward_parts) == {"failure", "hindsight"}
    assert second.strategy == "fix_column"
    assert len(second.scores) == 8
    assert second.reward == pytest.approx(0.9)


async def test_an_attempt_is_stored_once_and_again_only_for_what_it_earned_later(connection: Connection) -> None:
    async with statements() as said:
        await ask(connection, replies(WRONG_COLUMN, WRONG_TABLE, GOOD))
    stored = [sql for sql in said if sql.startswith(("INSERT", "UPDATE")) and "learning_attempt" in sql]
    assert len(stored) == 3


async def test_an_answer_after_two_repairs_is_stored_in_few_statements(connection: Connection) -> None:
    await ask(connection, replies(WRONG_COLUMN, WRONG_TABLE, GOOD))
    async with statements() as said:
        await ask(connection, replies(WRONG_COLUMN, WRONG_TABLE, GOOD))
    begun = [number for number, sql in enumerate(said) if sql.startswith("BEGIN")]
    released = [number for number, sql in enumerate(said) if sql.startswith("RELEASE")]
    while_it_ran, at_the_end = said[begun[0] : begun[-1]], said[begun[-1] : released[-1] + 1]
    assert (len([sql for sql in while_it_ran if "attempt" in sql]), len(at_the_end)) == (2, 22)


async def test_the_bandit_of_the_connection_has_learned(connection: Connection) -> None:
    await ask(connection, replies(WRONG_COLUMN, GOOD))

    arm = await BanditArm.objects.aget(connection=connection)
    assert (arm.strategy, arm.pulls) == ("fix_column", 1)


async def test_what_was_decided_is_in_the_log_with_what_came_of_it(connection: Connection, alice: User) -> None:
    llm = replies(WRONG_COLUMN, WRONG_COLUMN, GOOD)
    record = await sync_to_async(begin)(connection, "Which?", llm=llm, source=Episode.Source.CHAT, user=alice)
    async for _ in answer(record, llm):
        pass

    log = BanditDecision.objects.prefetch_related("lessons").order_by("attempt")
    decisions = [decision async for decision in log]
    assert [(made.attempt, made.episode_id, made.user_id) for made in decisions] == [
        (2, record.pk, alice.pk),
        (3, record.pk, alice.pk),
    ]
    assert [[lesson.kind for lesson in made.lessons.all()] for made in decisions] == [
        ["attempt", "hindsight"],
        ["attempt"],
    ]
    for made, attempt in zip(decisions, (await attempts(record))[1:], strict=True):
        assert sum(lesson.amount for lesson in made.lessons.all()) == pytest.approx(attempt.reward)
    assert await sync_to_async(rebuild.check)() == []


async def test_an_answer_is_kept_when_its_lessons_cannot_be(connection: Connection) -> None:
    await _run_sql(
        "CREATE TRIGGER full BEFORE INSERT ON learning_banditlesson BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    try:
        episode, _ = await ask(connection, replies(WRONG_COLUMN, GOOD))
    finally:
        await _run_sql("DROP TRIGGER full")

    assert episode.status == Episode.Status.SUCCEEDED
    assert episode.finished_at is not None
    assert not await BanditDecision.objects.aexists()
    assert await sync_to_async(rebuild.check)() == []


@sync_to_async
def _run_sql(statement: str) -> None:
    with django_connection.cursor() as cursor:
        cursor.execute(statement)


async def test_tokens_are_counted_over_all_attempts(connection: Connection) -> None:
    usage = {"prompt": 100, "cached": 80, "completion": 10}
    llm = ScriptedLLM([{"text": WRONG_COLUMN, "usage": usage}, {"text": GOOD, "usage": usage}])
    episode, _ = await ask(connection, llm)

    assert (episode.prompt_tokens, episode.cached_tokens, episode.completion_tokens) == (200, 160, 20)


async def test_a_failure_is_recorded_not_lost(connection: Connection) -> None:
    episode, events = await ask(connection, ScriptedLLM([{"status": 404, "error": "no such model"}]))

    assert episode.status == Episode.Status.FAILED
    assert episode.error == events[-1].error  # type: ignore[union-attr]
    assert "does not know the model" in episode.error


async def stop_at(connection: Connection, llm: ScriptedLLM, request: int) -> Episode:
    """Ask, and stop as soon as the model writes its answer to the `request`-th request."""
    record = await sync_to_async(begin)(connection, "Which?", llm=llm, source=Episode.Source.CHAT)

    async def watch() -> None:
        async for event in answer(record, llm):
            if isinstance(event, SqlDelta) and len(llm.asked) == request:
                task.cancel()

    task = asyncio.create_task(watch())
    with pytest.raises(asyncio.CancelledError):
        await task
    return await Episode.objects.aget(pk=record.pk)


async def test_a_stopped_episode_keeps_what_it_had(connection: Connection) -> None:
    usage = {"prompt": 100, "cached": 80, "completion": 10}
    llm = ScriptedLLM([{"text": WRONG_COLUMN, "usage": usage}, {"text": GOOD, "tokens_per_second": 5}])
    stored = await stop_at(connection, llm, request=2)

    assert stored.status == Episode.Status.STOPPED
    assert stored.prompt_tokens > 100
    failed, unfinished = await attempts(stored)
    assert failed.error_class == "no_such_column"
    assert "SELECT".startswith(unfinished.sql)
    assert unfinished.error_class == ""


async def test_who_stops_it_when_the_answer_is_there_already_leaves_the_answer(connection: Connection) -> None:
    llm = replies(WRONG_COLUMN, GOOD)
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source=Episode.Source.CHAT)
    events = answer(record, llm)
    async for event in events:
        if isinstance(event, EpisodeDone):
            break
    await events.aclose()

    kept = await Episode.objects.aget(pk=record.pk)
    assert (kept.status, kept.error) == (Episode.Status.SUCCEEDED, "")


async def test_an_answer_whose_person_is_deleted_meanwhile_is_kept(connection: Connection, alice: User) -> None:
    llm = replies(WRONG_COLUMN, GOOD)
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source=Episode.Source.CHAT, user=alice)
    async for event in answer(record, llm):
        if isinstance(event, QueryOk):
            await sync_to_async(User.objects.filter(pk=alice.pk).delete)()

    kept = await Episode.objects.aget(pk=record.pk)
    assert (kept.status, kept.user_id) == (Episode.Status.SUCCEEDED, None)
    assert await BanditDecision.objects.acount() == 1


async def test_a_stopped_episode_has_taught_what_failed_before(connection: Connection) -> None:
    llm = ScriptedLLM([{"text": WRONG_COLUMN, "times": 2}, {"text": GOOD, "tokens_per_second": 5}])
    await stop_at(connection, llm, request=3)

    arm = await BanditArm.objects.aget(connection=connection)
    assert arm.pulls == 1
    assert arm.reward_sum < 0


async def test_half_a_character_in_a_question_is_replaced(connection: Connection) -> None:
    record = await sync_to_async(begin)(connection, "Which \ud800?", llm=replies(), source=Episode.Source.CHAT)
    assert record.question == "Which \N{REPLACEMENT CHARACTER}?"


async def test_a_database_that_cannot_be_opened_is_a_sentence(connection: Connection) -> None:
    connection.path = "/nowhere/shop.sqlite3"
    connection.schema_snapshot = {"tables": []}
    await connection.asave()
    episode, events = await ask(connection, replies(*[GOOD] * 5))

    assert episode.status == Episode.Status.FAILED
    assert isinstance(events[-1], EpisodeDone)
    assert episode.error


@pytest.mark.parametrize("text", ["", "  \n ", "\0"])
def test_an_empty_question_is_refused(connection: Connection, text: str) -> None:
    with pytest.raises(BadQuestion, match="Type a question"):
        begin(connection, text, llm=replies(), source=Episode.Source.CHAT)


def test_a_question_of_20000_characters_is_refused_with_the_limit(connection: Connection) -> None:
    with pytest.raises(BadQuestion, match=r"20,000 characters; at most 4,000"):
        begin(connection, "x" * 20_000, llm=replies(), source=Episode.Source.CHAT)
    assert not Episode.objects.exists()


def test_an_episode_whose_process_died_is_marked(connection: Connection, alice: User) -> None:
    record = begin(connection, "Which?", llm=replies(), source=Episode.Source.CHAT, user=alice)
    assert Episode.objects.mark_lost() == 0
    Episode.objects.update(heartbeat_at="2025-01-01T00:00Z")

    assert Episode.objects.mark_lost() == 1
    record.refresh_from_db()
    assert record.status == Episode.Status.INTERRUPTED


async def test_one_that_was_stopped_by_another_process_is_counted_as_stopped(connection: Connection) -> None:
    llm = replies(GOOD)
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source=Episode.Source.CHAT)
    events = answer(record, llm)
    await anext(events)
    await Episode.objects.aupdate(status=Episode.Status.STOPPED, finished_at=timezone.now())
    await events.aclose()
    assert record.status == Episode.Status.STOPPED


async def test_a_database_that_is_switched_off_is_a_sentence_and_the_question_is_kept(connection: Connection) -> None:
    connection.is_enabled = False
    await connection.asave()
    episode, events = await ask(connection, replies(GOOD))

    assert episode.status == Episode.Status.FAILED
    assert episode.question == "Which products?"
    assert "switched off" in episode.error
    assert events[-1].error == episode.error  # type: ignore[union-attr]


async def test_a_try_runs_the_agent_once_and_leaves_nothing_behind(connection: Connection) -> None:
    answered = await tried(connection, "Which products?", replies(GOOD))
    assert answered is not None
    sql, result = answered
    assert sql == "SELECT name FROM products ORDER BY name"
    assert len(result.rows) == 3

    assert await tried(connection, "Which products?", replies(WRONG_COLUMN, GOOD)) is None
    assert not await Episode.objects.aexists()
    assert not await BanditArm.objects.aexists()


async def test_a_question_on_a_large_schema_brings_its_tables_and_hints_know_the_rest(connection: Connection) -> None:
    await sync_to_async(connection.refresh_schema)()
    noise = many_tables().to_dict()["tables"]
    kept = [table for table in noise if table["name"] not in {"products", "orders"}]
    connection.schema_snapshot = {"tables": [*(connection.schema_snapshot or {})["tables"], *kept]}
    await connection.asave()
    llm = replies("```sql\nSELECT * FROM employes\n```", GOOD)
    await ask(connection, llm)

    first, second = llm.asked
    assert "CREATE TABLE products (" in first[-1].content
    assert "CREATE TABLE employees (" not in first[-1].content
    assert second[: len(first)] == first
    assert "closest are employees" in second[-1].content


async def test_a_table_that_is_missing_has_the_schema_read_again(connection: Connection) -> None:
    await sync_to_async(connection.refresh_schema)()
    await Connection.objects.aupdate(schema_state_at=timezone.now() - timedelta(hours=1))
    await ask(connection, replies(GOOD))
    assert not await sync_to_async(snapshots.is_reading)(connection)

    await ask(connection, replies("```sql\nSELECT * FROM invoices\n```", GOOD))
    assert await sync_to_async(snapshots.is_reading)(connection)
