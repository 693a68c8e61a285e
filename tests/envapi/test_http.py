"""OpenEnv over HTTP: what reset, step and state take and give."""

from __future__ import annotations

from typing import Any

import pytest

from agent.scripted_server import ServerHandle
from envapi import requests
from envapi.models import Session
from tests.envapi.agents import Agent, refused, told
from tests.envapi.asked import BAD_COLUMN, RIGHT, TASK, reply, sql

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_reset_gives_the_first_observation() -> None:
    answer = told(await Agent().post("/reset", {"task_id": TASK}))
    assert list(answer) == ["observation", "reward", "done"]
    assert (answer["reward"], answer["done"]) == (None, False)
    assert answer["observation"]["metadata"]["task_id"] == TASK


async def test_a_reset_needs_no_body() -> None:
    assert told(await Agent().post("/reset"))["observation"]["attempt"] == 0


async def test_a_task_may_be_called_a_question() -> None:
    answer = await Agent().resets(question_id=TASK)
    assert answer["observation"]["metadata"]["task_id"] == TASK


async def test_the_same_seed_draws_the_same_task() -> None:
    drawn = [await Agent().resets(seed=5, difficulty="medium") for _ in range(2)]
    assert drawn[0]["observation"]["question"] == drawn[1]["observation"]["question"]
    assert drawn[0]["observation"]["metadata"]["difficulty"] == "medium"


async def test_what_a_reset_does_not_know_it_passes_over() -> None:
    assert await Agent().resets(task_id=TASK, colour="blue")


async def test_the_id_of_an_episode_is_made_where_none_is_given() -> None:
    agent = Agent()
    ids = {(await agent.resets())["observation"]["metadata"]["episode_id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(ids)


async def test_a_step_is_answered_with_its_reward() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    answer = await agent.steps(sql(RIGHT), episode_id="e1")
    assert list(answer) == ["observation", "reward", "done"]
    assert (answer["reward"], answer["done"]) == (1.0, True)


@pytest.mark.parametrize("action", ["fix_column", 2, {"action": "fix_column"}, {"action": 2}], ids=str)
async def test_a_repair_is_chosen_by_name_or_index_in_either_form(model: ServerHandle, action: Any) -> None:
    model.set_script([reply(RIGHT)])
    agent = Agent()
    await agent.resets(task_id=TASK)
    await agent.steps(sql(BAD_COLUMN))
    answer = await agent.steps(action)
    assert (answer["observation"]["history"][1]["action"], answer["reward"]) == ("fix_column", pytest.approx(0.9))


async def test_an_action_may_carry_metadata_as_typed_clients_send_it() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    assert (await agent.steps({"sql": RIGHT, "action": None, "metadata": {}}))["reward"] == 1.0


async def test_the_whole_episode_is_carried_from_step_to_step(model: ServerHandle) -> None:
    model.set_script([reply("SELECT nonsense(1)")])
    agent = Agent()
    await agent.resets(task_id=TASK)
    first = await agent.steps(sql(BAD_COLUMN))
    second = await agent.steps("fix_column")
    last = await agent.steps(sql(RIGHT))
    history = last["observation"]["history"]
    assert [one["error_class"] for one in history] == ["no_such_column", "no_such_function", ""]
    assert (first["reward"], second["reward"], last["reward"]) == pytest.approx((-0.15, -0.1, 0.8))
    assert last["observation"]["metadata"]["total_reward"] == pytest.approx(0.55)
    assert last["observation"]["metadata"]["hindsight"] == pytest.approx({"1": 0.1, "2": 0.2})


async def test_no_rows_are_a_failure_once_over_two_steps_too() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    nothing = sql("SELECT name FROM products WHERE price < 0")
    assert (await agent.steps(nothing))["observation"]["error_class"] == "empty_result"
    answer = await agent.steps(nothing)
    assert (answer["done"], answer["observation"]["result"]["rows"]) == (True, [])


async def test_the_state_is_that_of_the_episode() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(BAD_COLUMN))
    state = await agent.state("e1")
    assert (state["episode_id"], state["step_count"], state["done"]) == ("e1", 1, False)
    assert state["total_reward"] == pytest.approx(-0.15)


async def test_before_a_reset_the_state_is_empty() -> None:
    assert await Agent().state() == {"episode_id": None, "step_count": 0}


async def test_there_is_no_step_before_a_reset() -> None:
    assert refused(await Agent().post("/step", {"action": sql(RIGHT)}), 409) == (
        "There is no episode yet: reset first."
    )


async def test_there_is_no_step_after_the_end() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    await agent.steps(sql(RIGHT))
    assert refused(await agent.post("/step", {"action": sql(RIGHT)}), 409) == (
        "The episode is over: reset to begin another."
    )
    assert (await agent.state())["step_count"] == 1


async def test_a_step_that_takes_longer_than_it_may_ends_the_episode(model: ServerHandle) -> None:
    model.set_script([{"hang": True}])
    agent = Agent()
    await agent.resets(task_id=TASK)
    late = await agent.post("/step", {"action": "generate", "timeout_s": 0.5})
    assert refused(late, 409).startswith("The step took longer than 0.5 seconds.")
    assert (await agent.state())["done"]


async def test_an_unknown_task_is_not_there() -> None:
    assert refused(await Agent().post("/reset", {"task_id": "nope"}), 404).startswith("There is no task nope.")


async def test_an_unknown_episode_is_not_there() -> None:
    refusal = await Agent().post("/step", {"action": sql(RIGHT), "episode_id": "nope"})
    assert refused(refusal, 404) == "There is no episode nope: it has ended, or never began."
    assert (await Agent().get("/state?episode_id=nope")).status == 404


@pytest.mark.parametrize(
    "action",
    [
        "fix_everything", 9, -1, True, 1.5, None, [], {}, {"action": "nope"}, {"sql": ""}, {"sql": 5}, {"sql": "  "},
        {"action": "generate", "sql": "SELECT 1"}, {"query": "SELECT 1"}, {"sql": "x" * 100_001}, {"sql": "a\0b"},
    ],
    ids=lambda action: str(action)[:40],
)  # fmt: skip
async def test_what_is_no_action_is_refused_and_the_episode_goes_on(action: Any) -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    [mistake] = refused(await agent.post("/step", {"action": action}), 422)
    assert set(mistake) == {"type", "loc", "msg"}
    assert mistake["msg"].endswith(".")
    assert (await agent.state())["step_count"] == 0
    assert (await agent.steps(sql(RIGHT)))["reward"] == 1.0


@pytest.mark.parametrize(
    "wanted",
    [
        {"task_id": 5}, {"seed": "x"}, {"seed": -1}, {"seed": 1.5}, {"seed": True}, {"seed": 2**63}, {"difficulty": []},
        {"difficulty": "trivial"}, {"episode_id": "x" * 256}, {"episode_id": "a\0b"}, {"episode_id": {}},
    ],
    ids=lambda wanted: str(wanted)[:40],
)  # fmt: skip
async def test_a_reset_of_wrong_types_is_refused(wanted: dict[str, Any]) -> None:
    [mistake] = refused(await Agent().post("/reset", wanted), 422)
    assert mistake["loc"][-1] == next(iter(wanted))


@pytest.mark.parametrize("seconds", [0, -1, "3", True, 1e9, [3]])
async def test_a_time_that_is_none_is_refused(seconds: Any) -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    [mistake] = refused(await agent.post("/step", {"action": sql(RIGHT), "timeout_s": seconds}), 422)
    assert mistake["loc"] == ["timeout_s"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{x", "json_invalid"),
        ("", "json_invalid"),
        ("\xff", "json_invalid"),
        ("[" * 100_000, "json_invalid"),
        ('{"action": {"sql": "\\ud800"}}', "json_invalid"),
        ('{"action": {"\\uDFFF": 1}}', "json_invalid"),
        ('{"action": {"\xed\xa0\x80": 1}}', "json_invalid"),
        ('{"action": 0}'.encode("utf-16").decode("latin1"), "json_invalid"),
        ("[1]", "model_attributes_type"),
        ('"sql"', "model_attributes_type"),
        ("null", "model_attributes_type"),
        ("{}", "missing"),
        ('{"action": {"sql": "' + "x" * 1_000_000 + '"}}', "too_long"),
    ],
    ids=lambda text: text[:20],
)
async def test_a_body_that_cannot_be_read_is_refused(body: str, kind: str) -> None:
    [mistake] = refused(await Agent().sends("/step", body.encode("latin1")), 422)
    assert mistake["type"] == kind


async def test_numbers_that_json_has_not_are_no_json() -> None:
    [mistake] = refused(await Agent().sends("/step", '{"action": {"sql": "SELECT 1"}, "timeout_s": NaN}'), 422)
    assert mistake["type"] == "json_invalid"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_page_of_another_site_could_send_is_refused(content_type: str) -> None:
    [mistake] = refused(await Agent().sends("/reset", '{"task_id": "easy-01"}', content_type), 422)
    assert "Content-Type: application/json" in mistake["msg"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://testserver.evil.example"])
async def test_a_page_of_another_site_cannot_reset_by_sending_nothing(origin: str) -> None:
    answer = await Agent().sends("/reset", "", "text/plain", Origin=origin)
    assert refused(answer, 403) == "A page of another site may not use this."
    assert not await Session.objects.aexists()


async def test_a_page_of_this_site_may() -> None:
    assert (await Agent().sends("/reset", "", "text/plain", Origin="http://testserver")).status == 200


async def test_a_body_of_10_mb_is_refused() -> None:
    body = '{"action": {"sql": "' + "x" * 10_000_000 + '"}}'
    [mistake] = refused(await Agent().sends("/step", body), 422)
    assert mistake["msg"] == f"A request has at most {requests.MOST_BYTES:,} bytes."


@pytest.mark.parametrize(("path", "method"), [("/reset", "POST"), ("/step", "POST"), ("/mcp", "POST, DELETE")])
async def test_another_method_is_refused(path: str, method: str) -> None:
    response = await Agent().get(path)
    assert refused(response, 405) == "Method Not Allowed"
    assert response.headers["allow"] == method


async def test_what_writes_is_refused() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    answer = await agent.steps(sql("DELETE FROM products"))
    assert answer["observation"]["error_class"] == "not_read_only"


async def test_the_cookie_of_an_episode_is_none_that_pages_read() -> None:
    agent = Agent()
    await agent.resets(episode_id="e1")
    cookie = agent.cookies["openenv_episode"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("e1", True, "Lax")


@pytest.mark.parametrize(
    "episode_id", ["日本", "é", "a;b=c", 'a"b', "a b", "%41", "x" * 255], ids=lambda text: text[:9]
)
async def test_any_id_comes_back_by_the_cookie(episode_id: str) -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id=episode_id)
    assert (await agent.state())["episode_id"] == episode_id


async def test_a_whole_character_may_be_written_in_two_halves() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK)
    answer = told(await agent.sends("/step", r'{"action": {"sql": "SELECT \u0027\ud83d\ude00\u0027 AS face"}}'))
    assert answer["observation"]["result"]["rows"] == [["😀"]]


async def test_a_cookie_that_is_none_of_ours_is_refused() -> None:
    agent = Agent()
    assert (await agent.get("/state", cookie="openenv_episode=%00")).status == 422
