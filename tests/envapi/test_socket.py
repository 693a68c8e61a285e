"""`/ws`: what openenv-core's clients say, and what they are answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pytest_django import Settings

from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry
from envapi.recording import recorder
from learning.models import Episode
from tests.envapi.asked import BAD_COLUMN, RIGHT, TASK, WRONG, reply, sql
from tests.envapi.sockets import error_of, observed, socket

pytestmark = pytest.mark.django_db(transaction=True)


async def ended() -> list[tuple[str, str]]:
    """Of each recorded episode, how it ended and what was said of it."""
    recorder.flush()
    return [(one.status, one.error) async for one in Episode.objects.order_by("started_at")]


async def test_an_episode_from_reset_to_close() -> None:
    async with socket() as client:
        first = await client.resets(task_id=TASK, episode_id="e1")
        assert list(first) == ["observation", "reward", "done"]
        assert (first["reward"], first["done"]) == (None, False)
        failed = await client.steps(sql(BAD_COLUMN))
        assert (failed["reward"], failed["done"]) == (pytest.approx(-0.15), False)
        right = await client.steps(sql(RIGHT))
        assert (right["reward"], right["done"]) == (pytest.approx(0.9), True)
        state = await client.state()
        assert (state["episode_id"], state["step_count"], state["success"]) == ("e1", 2, True)
        await client.sends_only('{"type": "close"}')
        assert (await client.closing())["code"] == 1000
    assert await ended() == [("succeeded", "")]


async def test_nothing_is_said_that_was_not_asked_for() -> None:
    async with socket() as client:
        assert await client.hears_nothing()


async def test_a_reset_needs_no_data() -> None:
    async with socket() as client:
        assert observed(await client.says("reset"))["observation"]["attempt"] == 0


async def test_before_a_reset_the_state_is_empty() -> None:
    async with socket() as client:
        assert await client.state() == {"episode_id": None, "step_count": 0}


@pytest.mark.parametrize("action", [{"action": "fix_column"}, {"action": 2, "metadata": {}}, "fix_column", 2], ids=str)
async def test_a_repair_by_name_or_index(model: ServerHandle, action: Any) -> None:
    model.set_script([reply(RIGHT)])
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.steps(sql(BAD_COLUMN))
        answer = await client.steps(action)
        assert answer["observation"]["history"][1]["action"] == "fix_column"


async def test_what_writes_is_refused_and_the_session_goes_on() -> None:
    async with socket() as client:
        await client.resets(task_id=TASK)
        assert (await client.steps(sql("DROP TABLE products")))["observation"]["error_class"] == "not_read_only"
        assert (await client.steps(sql(RIGHT)))["done"]


async def test_another_reset_begins_another_episode() -> None:
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.steps(sql(BAD_COLUMN))
        assert (await client.resets(task_id="easy-02"))["observation"]["attempt"] == 0
        assert (await client.state())["task_id"] == "easy-02"
    assert [status for status, _ in await ended()] == ["stopped", "stopped"]


NOT_UNDERSTOOD = [
    ("{x", "INVALID_JSON"),
    (" ", "INVALID_JSON"),
    ("NaN", "INVALID_JSON"),
    (r'{"type": "\ud800"}', "INVALID_JSON"),
    (r'{"type": "step", "data": {"sql": "a\u0000b"}}', "VALIDATION_ERROR"),
    ("[" * 100_000, "INVALID_JSON"),
    ("[1]", "VALIDATION_ERROR"),
    ('"reset"', "VALIDATION_ERROR"),
    ("null", "VALIDATION_ERROR"),
    ("{}", "UNKNOWN_TYPE"),
    ('{"type": "nope"}', "UNKNOWN_TYPE"),
    ('{"type": 5}', "UNKNOWN_TYPE"),
    ('{"type": "state", "data": {}}', "VALIDATION_ERROR"),
    ('{"type": "close", "x": 1}', "VALIDATION_ERROR"),
    ('{"type": "step"}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": null}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": []}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"action": "nope"}}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"sql": 5}}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"sql": "SELECT 1", "x": 1}}', "VALIDATION_ERROR"),
    ('{"type": "reset", "data": []}', "VALIDATION_ERROR"),
    ('{"type": "reset", "data": {"seed": "x"}}', "VALIDATION_ERROR"),
    ('{"type": "reset", "data": {"task_id": "nope"}}', "EXECUTION_ERROR"),
    ('{"type": "reset", "data": {"difficulty": "trivial"}}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"action": "generate", "sql": "SELECT 1"}}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"sql": "' + "x" * 1_000_000 + '"}}', "VALIDATION_ERROR"),
    ('{"type": "step", "data": {"sql": "' + "x" * 100_001 + '"}}', "VALIDATION_ERROR"),
    (b'{"type": "state"}', "INVALID_JSON"),
    (b"\xff\x00", "INVALID_JSON"),
]


@pytest.mark.parametrize(("frame", "code"), NOT_UNDERSTOOD, ids=[str(frame)[:60] for frame, _ in NOT_UNDERSTOOD])
async def test_what_cannot_be_understood_is_told_so_and_the_session_survives(frame: str | bytes, code: str) -> None:
    async with socket() as client:
        await client.resets(task_id=TASK)
        told, message = error_of(await client.sends(frame))
        assert told == code
        assert 0 < len(message) < 1000
        assert (await client.state())["step_count"] == 0
        assert (await client.steps(sql(RIGHT)))["reward"] == 1.0


async def test_a_message_that_is_wrong_names_what_is() -> None:
    async with socket() as client:
        answer = await client.says("step", {"action": "nope"})
        assert answer["data"]["errors"][0]["loc"] == ["action"]


async def test_there_is_no_step_before_a_reset() -> None:
    async with socket() as client:
        refusal = await client.says("step", sql(RIGHT))
        assert error_of(refusal) == ("EXECUTION_ERROR", "There is no episode yet: reset first.")
        assert await client.resets()


async def test_there_is_no_step_after_the_end() -> None:
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.steps(sql(WRONG))
        refusal = await client.says("step", sql(RIGHT))
        assert error_of(refusal) == ("EXECUTION_ERROR", "The episode is over: reset to begin another.")
        assert await client.resets()


async def test_messages_sent_at_once_are_answered_in_order() -> None:
    async with socket() as client:
        for message in ({"type": "reset", "data": {"task_id": TASK}}, {"type": "step", "data": sql(BAD_COLUMN)}):
            await client.sends_only(json.dumps(message))
        await client.sends_only('{"type": "state"}')
        assert observed(await client.hears())["reward"] is None
        assert observed(await client.hears())["reward"] == pytest.approx(-0.15)
        assert (await client.hears())["data"]["step_count"] == 1


async def test_one_that_leaves_is_recorded_as_stopped() -> None:
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.steps(sql(BAD_COLUMN))
    assert await ended() == [("stopped", "The agent left before it was over.")]


async def test_one_that_leaves_in_the_middle_of_a_step_stops_the_model(model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "tokens_per_second": 1}])
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.sends_only('{"type": "step", "data": {"action": "generate"}}')
        while not model.requests():
            await asyncio.sleep(0.02)
        await client.leaves()
    for _ in range(100):
        if model.requests()[-1].ended:
            break
        await asyncio.sleep(0.05)
    assert model.requests()[-1].ended == "closed"
    assert await ended() == [("stopped", "The agent went away.")]


async def test_one_that_leaves_while_its_statement_runs_stops_it() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"
    async with socket() as client:
        await client.resets(task_id=TASK)
        await client.sends_only(json.dumps({"type": "step", "data": sql(endless)}))
        await asyncio.sleep(0.5)
        await client.leaves()
    assert await ended() == [("stopped", "The agent went away.")]
    for _ in range(100):
        recorder.flush()
        if await AuditEntry.objects.filter(sql=endless, outcome="cancelled").aexists():
            return
        await asyncio.sleep(0.05)
    pytest.fail("The statement runs on.")


async def test_one_that_is_silent_for_too_long_is_closed(settings: Settings) -> None:
    settings.OPENENV_IDLE_MINUTES = 0.5 / 60
    async with socket() as client:
        await client.resets(task_id=TASK)
        closing = await client.closing()
        assert (closing["code"], closing["reason"]) == (1001, "idle")
    assert [status for status, _ in await ended()] == ["stopped"]


async def test_there_are_only_so_many_at_once(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 2
    async with socket() as one, socket() as two, socket() as three:
        code, message = error_of(full := await three.hears())
        assert code == "CAPACITY_REACHED"
        assert message.startswith("Server at capacity: 2/2 sessions active.")
        assert (full["data"]["active_sessions"], full["data"]["max_sessions"]) == (2, 2)
        assert (await three.closing())["code"] == 1000
        assert await one.resets()
        assert await two.resets()


async def test_a_place_is_free_again_when_one_leaves(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    for _ in range(2):
        async with socket() as client:
            assert await client.resets()


async def test_nothing_leaks_from_one_session_to_another() -> None:
    async with socket() as one, socket(address="192.0.2.2") as other:
        await one.resets(task_id=TASK, episode_id="same")
        await other.resets(task_id="easy-02", episode_id="same")
        await one.steps(sql(BAD_COLUMN))
        state = await other.state()
        assert (state["task_id"], state["step_count"]) == ("easy-02", 0)
        assert (await other.steps(sql("SELECT 1")))["observation"]["attempt"] == 1
        assert (await one.state())["step_count"] == 1


async def test_a_page_of_another_site_is_not_let_in() -> None:
    with pytest.raises(AssertionError):
        async with socket(origin="http://testserver"):
            pass


async def test_an_address_with_a_slash_at_its_end_is_the_same() -> None:
    async with socket("/ws/") as client:
        assert await client.resets()


async def test_300_sessions_each_make_a_step() -> None:
    async def episode(number: int) -> float:
        async with socket(address=f"192.0.2.{number % 250}") as client:
            await client.resets(task_id=TASK, episode_id=f"e{number}")
            reward: float = (await client.steps(sql(RIGHT if number % 2 else BAD_COLUMN)))["reward"]
            assert (await client.state())["episode_id"] == f"e{number}"
            return reward

    rewards = await asyncio.gather(*[episode(number) for number in range(300)])
    assert rewards == pytest.approx([1.0 if number % 2 else -0.15 for number in range(300)])
    statuses = [status for status, _ in await ended()]
    assert (statuses.count("succeeded"), statuses.count("stopped")) == (150, 150)
