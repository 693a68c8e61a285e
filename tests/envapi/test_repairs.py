"""Steps in which the server's model writes the SQL, told how to repair what failed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from agent.repairs import REPAIRS, Strategy, instruction
from agent.scripted_server import ServerHandle
from envapi.actions import ACTIONS, parse
from envapi.errors import EnvError, Invalid
from envapi.recording import recorder
from learning.models import Episode
from tests.envapi.asked import BAD_COLUMN, NO_ROWS, RIGHT, begun, reply, sql, took

pytestmark = pytest.mark.django_db(transaction=True)


def last_words(model: ServerHandle) -> str:
    """What the model was asked last."""
    text: str = model.requests()[-1].body["messages"][-1]["content"]
    return text


async def test_the_model_generates_and_is_told_the_question(model: ServerHandle) -> None:
    model.set_script([reply(RIGHT)])
    environment = await begun()
    answer = await took(environment, {"action": "generate"})
    assert (answer.reward, answer.done, answer.observation["last_sql"]) == (1.0, True, RIGHT)
    assert answer.observation["history"][0]["action"] == "generate"
    assert answer.observation["question"] in last_words(model)


@pytest.mark.parametrize("strategy", REPAIRS)
async def test_a_repair_tells_the_model_its_instruction(model: ServerHandle, strategy: Strategy) -> None:
    model.set_script([reply(BAD_COLUMN), reply(RIGHT)])
    answer = await took(await begun(), "generate", {"action": str(strategy)})
    assert answer.done
    assert answer.reward == pytest.approx(0.9)
    assert instruction(strategy) in last_words(model)
    assert answer.observation["history"][1]["action"] == strategy


async def test_a_repair_may_be_chosen_by_its_index(model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), reply(RIGHT)])
    answer = await took(await begun(), 0, {"action": ACTIONS.index(Strategy.FIX_COLUMN)})
    assert [one["action"] for one in answer.observation["history"]] == ["generate", "fix_column"]


async def test_the_model_repairs_what_the_agent_has_written(model: ServerHandle) -> None:
    model.set_script([reply(RIGHT)])
    answer = await took(await begun(), sql(BAD_COLUMN), "fix_column")
    assert answer.reward == pytest.approx(0.9)
    assert BAD_COLUMN in str(model.requests()[-1].body["messages"])


async def test_sql_of_ones_own_asks_no_model(model: ServerHandle) -> None:
    await took(await begun(), sql(BAD_COLUMN), sql(NO_ROWS), sql(RIGHT))
    assert model.requests() == []


async def test_the_model_is_asked_with_the_seed(model: ServerHandle) -> None:
    model.set_script([reply(RIGHT)])
    await took(await begun(seed=11), "generate")
    assert model.requests()[-1].body["seed"] == 11


async def test_a_repair_before_anything_failed_is_refused_and_the_episode_goes_on(model: ServerHandle) -> None:
    model.set_script([reply(RIGHT)])
    environment = await begun()
    with pytest.raises(Invalid, match="fix_column cannot be done now: the next action is generate, or SQL of your own"):
        await took(environment, "fix_column")
    assert (await took(environment, "generate")).reward == 1.0


async def test_generating_again_is_refused_and_the_episode_goes_on(model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), reply(RIGHT)])
    environment = await begun()
    await took(environment, "generate")
    with pytest.raises(Invalid, match="the next action is a repair, or SQL of your own"):
        await took(environment, "generate")
    assert (await took(environment, "fix_column")).done


async def test_a_reply_without_sql_is_a_failed_attempt(model: ServerHandle) -> None:
    model.set_script(["I would rather not."])
    answer = await took(await begun(), "generate")
    assert (answer.observation["error_class"], answer.done) == ("other", False)
    assert "I would rather not." in answer.observation["error_message"]


async def test_a_model_that_only_talks_ends_the_episode(model: ServerHandle) -> None:
    model.set_script(["No.", "No."])
    answer = await took(await begun(), "generate", "rewrite_full")
    assert (answer.done, answer.observation["metadata"]["success"]) == (True, False)


async def test_an_outage_ends_the_episode_and_is_worth_nothing_that_is_known(model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), {"status": 500, "error": "down", "times": None}])
    answer = await took(await begun(), "generate", "fix_column")
    metadata = answer.observation["metadata"]
    assert (answer.reward, answer.done, metadata["outage"]) == (None, True, True)
    assert metadata["message"]
    assert metadata["total_reward"] == pytest.approx(-0.15)


async def test_a_step_that_takes_too_long_ends_the_episode(model: ServerHandle) -> None:
    model.set_script([{"hang": True}])
    environment = await begun()
    with pytest.raises(EnvError, match=r"The step took longer than 0\.5 seconds\. The episode is over"):
        await environment.step(parse("generate"), 0.5)
    with pytest.raises(EnvError, match="The episode is over: reset to begin another"):
        await took(environment, sql(RIGHT))
    recorder.flush()
    recorded = await Episode.objects.aget()
    assert (recorded.status, recorded.error) == ("stopped", "A step took longer than its 0.5 seconds.")


async def test_a_step_in_time_is_not_hurried(model: ServerHandle) -> None:
    model.set_script([reply(RIGHT)])
    assert (await (await begun()).step(parse("generate"), 60)).reward == 1.0


async def test_an_agent_that_leaves_in_a_step_stops_the_model(model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "tokens_per_second": 1}])
    environment = await begun()
    step = asyncio.create_task(took(environment, "generate"))
    while not model.requests():
        await asyncio.sleep(0.02)
    step.cancel()
    with suppress(asyncio.CancelledError):
        await step
    for _ in range(100):
        if model.requests()[-1].ended:
            break
        await asyncio.sleep(0.05)
    assert model.requests()[-1].ended == "closed"
    recorder.flush()
    assert (await Episode.objects.aget()).status == "stopped"
