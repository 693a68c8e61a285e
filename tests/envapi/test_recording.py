"""What is remembered of an agent's episodes: the same as of anybody's."""

from __future__ import annotations

import io
import sys
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from agent.policy import FEATURES
from agent.repairs import REPAIRS
from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry
from envapi.callers import Caller
from envapi.environment import Environment
from envapi.recording import Ended, recorder
from envapi.tasks import Wanted, environment
from learning.models import Attempt, BanditDecision, BanditLesson, Episode
from tests.envapi.asked import BAD_COLUMN, BAD_TABLE, NO_ROWS, RIGHT, TASK, WRONG, begun, reply, sql, took

pytestmark = pytest.mark.django_db(transaction=True)


async def recorded() -> Episode:
    recorder.flush()
    return await Episode.objects.select_related("connection", "user").aget()


async def attempts() -> list[Attempt]:
    return [attempt async for attempt in Attempt.objects.all()]


async def test_an_episode_is_recorded_when_it_ends() -> None:
    running = await begun()
    answer = await took(running, sql(BAD_COLUMN), sql(RIGHT))
    episode = await recorded()
    assert (episode.source, episode.status, episode.user) == ("openenv", "succeeded", None)
    assert episode.connection.is_environment
    assert (episode.question, episode.sql, episode.error) == (answer.observation["question"], RIGHT, "")
    assert episode.reward == pytest.approx(0.9 - 0.15 + 0.15)  # with hindsight, as of anybody's
    assert episode.finished_at is not None
    assert episode.started_at < episode.finished_at


async def test_its_attempts_have_what_happened() -> None:
    await took(await begun(), sql(BAD_COLUMN), sql(BAD_TABLE), sql(RIGHT))
    await recorded()
    one, two, three = await attempts()
    assert [each.sql for each in (one, two, three)] == [BAD_COLUMN, BAD_TABLE, RIGHT]
    assert [each.error_class for each in (one, two, three)] == ["no_such_column", "no_such_table", ""]
    assert [each.strategy for each in (one, two, three)] == ["generate", "rewrite_full", "rewrite_full"]
    assert one.message
    assert one.hint
    assert two.reward_parts == pytest.approx({"failure": -0.2, "changed": 0.1, "severity": -0.1, "hindsight": 0.2})
    assert three.reward_parts == pytest.approx({"success": 0.8})


async def test_a_repair_is_recorded_with_context_and_scores(model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), reply(RIGHT)])
    failed = await took(environment := await begun(), "generate")
    await took(environment, "relax_filter")
    await recorded()
    one, two = await attempts()
    assert (one.context, one.scores) == ([], {})
    assert two.strategy == "relax_filter"
    assert two.context == list(failed.observation["context"])
    assert len(two.context) == len(FEATURES)
    assert two.scores == pytest.approx(failed.observation["scores"])
    assert list(two.scores) == list(REPAIRS)


async def test_the_tokens_of_the_model_are_counted(model: ServerHandle) -> None:
    usage = {"prompt": 90, "cached": 40, "completion": 7}
    model.set_script([{"text": reply(RIGHT), "usage": usage}])
    await took(await begun(), "generate")
    episode = await recorded()
    assert (episode.prompt_tokens, episode.cached_tokens, episode.completion_tokens) == (90, 40, 7)
    assert episode.model == "scripted"


async def test_five_failures_are_recorded_as_failed() -> None:
    await took(await begun(), *[sql(BAD_COLUMN)] * 5)
    episode = await recorded()
    assert (episode.status, episode.sql) == ("failed", "")
    assert episode.error.startswith("No query worked in 5 attempts.")


async def test_no_rows_that_stand_are_recorded_as_the_answer() -> None:
    await took(await begun(), sql(NO_ROWS), *[sql(BAD_COLUMN)] * 4)
    episode = await recorded()
    assert (episode.status, episode.sql) == ("succeeded", NO_ROWS)


async def test_one_that_the_agent_leaves_is_recorded_as_stopped() -> None:
    environment = await begun()
    await took(environment, sql(BAD_COLUMN))
    environment.close()
    episode = await recorded()
    assert (episode.status, episode.error) == ("stopped", "The agent left before it was over.")
    assert [attempt.sql for attempt in await attempts()] == [BAD_COLUMN]


async def test_another_reset_ends_the_episode_before() -> None:
    environment = await begun()
    await took(environment, sql(BAD_COLUMN))
    await environment.reset(Wanted(TASK))
    assert (await recorded()).status == "stopped"


async def test_one_that_is_over_is_recorded_once() -> None:
    environment = await begun()
    await took(environment, sql(RIGHT))
    environment.close()
    environment.close()
    assert (await recorded()).status == "succeeded"


async def test_statements_are_in_the_audit_list_and_the_golds_too() -> None:
    await took(await begun(), sql(BAD_COLUMN), sql("DROP TABLE products"), sql(WRONG))
    await recorded()
    entries = [entry async for entry in AuditEntry.objects.filter(action="query").order_by("pk")]
    found = {entry.sql: (entry.source, entry.user_id, entry.verdict, entry.outcome) for entry in entries}
    assert found[BAD_COLUMN] == ("openenv", None, "allowed", "failed")
    assert found["DROP TABLE products"][:3] == ("openenv", None, "refused")
    assert found[WRONG] == ("openenv", None, "allowed", "ok")
    assert found[RIGHT] == ("openenv gold", None, "allowed", "ok")


async def test_who_has_a_token_is_who_did_it(alice: User) -> None:
    running = Environment(Caller(alice, f"user {alice.pk}"))
    await running.reset(Wanted(TASK))
    await took(running, sql(RIGHT))
    assert (await recorded()).user == alice
    entry = await AuditEntry.objects.select_related("user").aget(sql=RIGHT, source="openenv")
    assert entry.user == alice


async def repaired(model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), reply(RIGHT)])
    await took(await begun(), "generate", "fix_column")
    await recorded()


async def test_no_bandit_learns_from_agents_by_itself(model: ServerHandle) -> None:
    await repaired(model)
    assert not await BanditDecision.objects.aexists()


async def test_the_bandit_learns_where_the_owner_says_so(model: ServerHandle) -> None:
    connection = await sync_to_async(environment)()
    connection.environment_trains = True
    await connection.asave(update_fields=["environment_trains"])
    await repaired(model)
    decision = await BanditDecision.objects.select_related("episode").aget()
    assert (decision.strategy, decision.error_class, decision.attempt) == ("fix_column", "no_such_column", 2)
    assert decision.episode is not None
    assert decision.episode.source == "openenv"
    assert [lesson.amount async for lesson in BanditLesson.objects.all()] == pytest.approx([0.9])


async def test_nothing_is_learned_from_an_outage(model: ServerHandle) -> None:
    connection = await sync_to_async(environment)()
    connection.environment_trains = True
    await connection.asave(update_fields=["environment_trains"])
    model.set_script([reply(BAD_COLUMN), reply(BAD_TABLE), {"status": 500, "error": "down", "times": None}])
    await took(await begun(), "generate", "fix_column", "fix_table")
    assert (await recorded()).status == "failed"
    assert not await BanditDecision.objects.aexists()


async def test_sql_of_the_agents_own_teaches_no_repair(model: ServerHandle) -> None:
    connection = await sync_to_async(environment)()
    connection.environment_trains = True
    await connection.asave(update_fields=["environment_trains"])
    await took(await begun(), sql(BAD_COLUMN), sql(RIGHT))
    await recorded()
    assert not await BanditDecision.objects.aexists()


def ended(of: Episode, error: str) -> Ended:
    """Another episode like that one."""
    return Ended({**_values(of), "id": uuid4(), "error": error}, (), trains=False)


def _values(of: Episode) -> dict[str, object]:
    names = ("connection_id", "source", "question", "key", "status", "started_at", "heartbeat_at", "finished_at")
    return {name: getattr(of, name) for name in names}


async def test_one_that_cannot_be_stored_takes_no_other_with_it() -> None:
    await took(await begun(), sql(RIGHT))
    known = await recorded()
    kept, lost, last = ended(known, "one"), ended(known, "half a character: \ud800"), ended(known, "two")
    for item in (kept, lost, last):
        recorder.put(item)
    recorder.flush()
    found = {pk async for pk in Episode.objects.values_list("pk", flat=True)}
    assert found == {known.pk, UUID(str(kept.episode["id"])), UUID(str(last.episode["id"]))}


async def test_episodes_are_recorded_where_nobody_reads_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    await took(await begun(), sql(RIGHT))
    assert (await recorded()).status == "succeeded"
    assert await AuditEntry.objects.filter(sql=RIGHT, source="openenv").aexists()
