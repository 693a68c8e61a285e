"""Sessions over HTTP: which episode a request is about, whose it is, and how long it lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import ApiToken, User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from envapi import sessions
from envapi.models import Session
from envapi.recording import recorder
from learning.models import Episode
from tests.envapi.agents import Agent, refused, told
from tests.envapi.asked import BAD_COLUMN, RIGHT, TASK, reply, sql
from tests.envapi.conftest import forget

pytestmark = pytest.mark.django_db(transaction=True)


async def ended() -> list[tuple[str, int]]:
    """Of each recorded episode, how it ended and after how many attempts."""
    recorder.flush()
    found = Episode.objects.prefetch_related("attempts").order_by("started_at")
    return [(episode.status, episode.attempts.count()) async for episode in found]


async def two_episodes(agent: Agent) -> None:
    """The first one has made an attempt, the second one none."""
    await agent.resets(task_id=TASK, episode_id="first")
    await agent.steps(sql(BAD_COLUMN), episode_id="first")
    await agent.resets(task_id=TASK, episode_id="second")


async def test_the_body_names_the_episode() -> None:
    agent = Agent()
    await two_episodes(agent)
    answer = await agent.steps(sql(RIGHT), episode_id="first")
    assert answer["observation"]["attempt"] == 2


async def test_a_header_names_the_episode() -> None:
    agent = Agent(keeps_cookies=False)
    await two_episodes(agent)
    answer = told(await agent.post("/step", {"action": sql(RIGHT)}, **{"X-Episode-ID": "first"}))
    assert answer["observation"]["attempt"] == 2
    assert told(await agent.get("/state", **{"X-Episode-ID": "first"}))["step_count"] == 2


async def test_a_header_names_the_episode_that_a_reset_begins() -> None:
    answer = told(await Agent().post("/reset", {}, **{"X-Episode-ID": "mine"}))
    assert answer["observation"]["metadata"]["episode_id"] == "mine"


async def test_the_cookie_names_the_episode_where_nothing_else_does() -> None:
    agent, other = Agent(), Agent()
    await agent.resets(task_id=TASK, episode_id="first")
    await other.resets(task_id=TASK, episode_id="second")
    assert (await agent.steps(sql(BAD_COLUMN)))["observation"]["metadata"]["episode_id"] == "first"
    assert (await agent.state())["episode_id"] == "first"


async def test_without_any_it_is_the_last_one_of_the_caller() -> None:
    agent = Agent(keeps_cookies=False)
    await two_episodes(agent)
    assert (await agent.state())["episode_id"] == "second"
    assert (await agent.steps(sql(RIGHT)))["observation"]["metadata"]["episode_id"] == "second"


async def test_the_last_one_of_another_caller_is_not_it() -> None:
    await Agent("192.0.2.1").resets(task_id=TASK)
    other = Agent("192.0.2.2")
    assert await other.state() == {"episode_id": None, "step_count": 0}
    assert (await other.post("/step", {"action": sql(RIGHT)})).status == 409


async def test_an_episode_of_another_caller_is_not_there() -> None:
    await Agent("192.0.2.1").resets(task_id=TASK, episode_id="e1")
    other = Agent("192.0.2.2")
    assert refused(await other.post("/step", {"action": sql(RIGHT), "episode_id": "e1"}), 404)
    assert (await other.get("/state?episode_id=e1")).status == 404


async def test_two_callers_may_have_episodes_of_the_same_id(alice: User) -> None:
    _, token = await asyncio.to_thread(ApiToken.objects.create, alice, name="agent")
    one, other = Agent(), Agent(token=token)
    await one.resets(task_id=TASK, episode_id="e1")
    await other.resets(task_id="easy-02", episode_id="e1")
    await one.steps(sql(BAD_COLUMN), episode_id="e1")
    state = await other.state("e1")
    assert (state["task_id"], state["step_count"]) == ("easy-02", 0)


async def test_a_reset_of_the_same_id_begins_anew_and_ends_the_one_before() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(BAD_COLUMN), episode_id="e1")
    await agent.resets(task_id="easy-02", episode_id="e1")
    state = await agent.state("e1")
    assert (state["task_id"], state["step_count"]) == ("easy-02", 0)
    assert await ended() == [("stopped", 1)]


async def test_a_reset_of_an_id_whose_episode_is_over_records_it_once() -> None:
    agent = Agent()
    for _ in range(2):
        await agent.resets(task_id=TASK, episode_id="e1")
        await agent.steps(sql(RIGHT), episode_id="e1")
    assert await ended() == [("succeeded", 1)] * 2


async def test_it_does_not_matter_which_process_makes_a_step() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    sessions._alive.clear()
    await agent.steps(sql(BAD_COLUMN), episode_id="e1")
    stored = await Session.objects.aget()
    assert (stored.version, stored.stepping_until, stored.is_done) == (1, None, False)
    assert stored.state["rewards"] == [pytest.approx(-0.15)]


async def test_of_two_steps_at_once_one_is_told_to_wait(model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "first_token_delay": 1.0}])
    agent = Agent()
    await agent.resets(task_id=TASK)
    answers = await asyncio.gather(*[agent.post("/step", {"action": "generate"}) for _ in range(2)])
    assert sorted(answer.status for answer in answers) == [200, 409]
    [busy] = [answer for answer in answers if answer.status == 409]
    assert refused(busy, 409) == sessions.BUSY
    assert (await agent.state())["step_count"] == 1


async def test_a_reset_does_not_end_an_episode_of_which_a_step_is_made(model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "first_token_delay": 1.0}])
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    step = asyncio.create_task(agent.steps("generate", episode_id="e1"))
    while not model.requests():
        await asyncio.sleep(0.02)
    assert refused(await agent.post("/reset", {"task_id": TASK, "episode_id": "e1"}), 409) == sessions.BUSY
    assert (await step)["reward"] == 1.0
    assert await ended() == [("succeeded", 1)]


async def test_many_resets_of_one_id_at_once_leave_one_episode() -> None:
    agent = Agent()
    answers = await asyncio.gather(*[agent.post("/reset", {"task_id": TASK, "episode_id": "e1"}) for _ in range(5)])
    assert {answer.status for answer in answers} <= {200, 409}
    assert await Session.objects.acount() == 1
    assert {status for status, _ in await ended()} == {"stopped"}
    # Each that began has ended but one; those that were refused never began.
    assert len(await ended()) == [answer.status for answer in answers].count(200) - 1
    assert (await agent.steps(sql(RIGHT), episode_id="e1"))["reward"] == 1.0


async def make_old(minutes: int) -> None:
    await Session.objects.aupdate(touched_at=timezone.now() - timedelta(minutes=minutes))


async def test_one_that_is_idle_ends_and_is_recorded_as_stopped() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(BAD_COLUMN), episode_id="e1")
    await make_old(16)
    await sessions.end_silent()
    assert refused(await agent.get("/state?episode_id=e1"), 404)
    assert await ended() == [("stopped", 1)]


async def test_one_that_is_not_idle_for_long_stays() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await make_old(14)
    await sessions.end_silent()
    assert (await agent.state("e1"))["step_count"] == 0


async def test_one_that_is_over_is_forgotten_and_recorded_once() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(RIGHT), episode_id="e1")
    await make_old(16)
    await sessions.end_silent()
    assert not await Session.objects.aexists()
    assert await ended() == [("succeeded", 1)]


async def test_however_many_are_over_they_are_forgotten_at_once() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(RIGHT), episode_id="e1")
    over = await Session.objects.aget()
    await Session.objects.abulk_create(
        [
            Session(caller=over.caller, episode_id=str(number), exercise=TASK, state=over.state, is_done=True)
            for number in range(300)
        ]
    )
    await agent.resets(task_id=TASK, episode_id="e2")
    await make_old(16)
    await sessions.end_silent()
    assert not await Session.objects.aexists()
    assert await ended() == [("succeeded", 1), ("stopped", 0)]


async def test_one_that_is_over_takes_no_memory() -> None:
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(RIGHT), episode_id="e1")
    assert not [key for key in sessions._alive if key[1] == "e1"]
    assert refused(await agent.post("/step", {"action": sql(RIGHT), "episode_id": "e1"}), 409)


async def test_one_of_which_a_long_step_is_made_is_not_idle(model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "first_token_delay": 1.0}])
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    step = asyncio.create_task(agent.steps("generate", episode_id="e1"))
    while not model.requests():
        await asyncio.sleep(0.02)
    await make_old(16)
    await sessions.end_silent()
    assert (await step)["reward"] == 1.0
    assert await ended() == [("succeeded", 1)]
    assert (await agent.state("e1"))["done"]


async def test_there_are_only_so_many_at_once(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 2
    agent = Agent()
    for name in ("e1", "e2"):
        await agent.resets(task_id=TASK, episode_id=name)
    full = await agent.post("/reset", {"episode_id": "e3"})
    assert full.status == 503
    assert full.json() == {
        "detail": "Server at capacity: 2/2 sessions active. Close one that is not needed, or try again later.",
        "code": "CAPACITY_REACHED",
        "active_sessions": 2,
        "max_sessions": 2,
    }


async def test_what_finds_no_place_is_recorded_nowhere(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    agent = Agent()
    await agent.resets(task_id=TASK)
    await agent.post("/reset", {"task_id": TASK})
    assert await ended() == []


async def test_what_is_over_or_begun_anew_takes_no_place(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    agent = Agent()
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.resets(task_id=TASK, episode_id="e1")
    await agent.steps(sql(RIGHT), episode_id="e1")
    await agent.resets(task_id=TASK, episode_id="e2")


async def switched_off(connection: Connection, user: User) -> Agent:
    """Who has the episode e1 on a database that is switched off now."""
    _, token = await asyncio.to_thread(ApiToken.objects.create, user, name="agent")
    connection.is_sample = True
    await connection.asave(update_fields=["is_sample"])
    agent = Agent(token=token)
    await agent.resets(task_id=f"{connection.pk}/{TASK}", episode_id="e1")
    await Connection.objects.filter(pk=connection.pk).aupdate(is_enabled=False)
    forget()
    return agent


async def test_a_database_that_is_switched_off_ends_the_episode(connection: Connection, alice: User) -> None:
    agent = await switched_off(connection, alice)
    answer = await agent.steps(sql("SELECT 1"), episode_id="e1")
    metadata = answer["observation"]["metadata"]
    assert (answer["reward"], answer["done"], metadata["outage"]) == (None, True, True)
    assert metadata["message"] == "The database shop has been deleted or switched off meanwhile."


async def test_another_process_says_each_time_that_a_database_is_switched_off(
    connection: Connection, alice: User
) -> None:
    agent = await switched_off(connection, alice)
    sessions._alive.clear()
    for _ in range(2):
        refusal = await agent.post("/step", {"action": sql("SELECT 1"), "episode_id": "e1"})
        assert "There is no task" in refused(refusal, 404)


async def test_its_state_is_refused_while_its_tasks_are_still_known(connection: Connection, alice: User) -> None:
    agent = await switched_off(connection, alice)
    await Connection.objects.filter(pk=connection.pk).aupdate(is_enabled=True)
    told(await agent.get("/env/tasks"))
    await Connection.objects.filter(pk=connection.pk).aupdate(is_enabled=False)
    assert "switched off" in refused(await agent.get("/state?episode_id=e1"), 409)
