"""Sessions of agents over HTTP: who made one has it, in every web process, until it is closed or silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from datasources.models import Connection
from envapi import capacity, places, sessions, tasks
from envapi.models import Session
from learning.models import VerifiedQuery
from tests.envapi.mcp_agents import OTHER_TASK, RIGHT, TASK, Agent, recorded, request
from tests.envapi.programs import token_of

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = -32602
FAILING = {"sql": "SELECT nam", "task_id": TASK.id}


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """What only this process knows of sessions."""
    sessions._alive.clear()
    sessions._live._until = sessions._next_clearing = 0.0


async def trained(agent: Agent, path: str, data: str = "{}") -> Any:
    """What whoever trains the agent is told, who has the same token or address."""
    response = await agent.sends(data, "GET" if path.startswith("/state") else "POST", path)
    return response.json()


async def test_a_session_is_closed_once() -> None:
    agent = await Agent().begins()
    closed = await agent.asks("openenv/session/close")
    assert closed["result"] == {"session_id": agent.session, "closed": True}
    for method, params in (("tools/list", {}), ("tools/call", {"name": "list_tasks"}), ("openenv/session/close", {})):
        error = (await agent.asks(method, **params))["error"]
        assert error == {"code": UNKNOWN, "message": f"Unknown session_id: {agent.session}"}
    assert not await Session.objects.aexists()


async def test_closing_needs_a_session() -> None:
    error = (await Agent().asks("openenv/session/close"))["error"]
    assert error == {"code": UNKNOWN, "message": "Invalid params - 'session_id' is required"}


@pytest.mark.parametrize("session_id", ["zz", 3, ["a"], {"a": 1}, True, "a\0b", "x" * 1000])
async def test_a_session_that_there_is_not(session_id: Any) -> None:
    error = (await Agent().asks("tools/list", session_id=session_id))["error"]
    assert error["code"] == UNKNOWN
    assert error["message"].startswith("Unknown session_id: ")
    assert len(error["message"]) < 150


@pytest.mark.parametrize("method", ["tools/list", "openenv/session/close"])
async def test_somebody_elses_session_is_unknown(alice: User, bob: User, method: str) -> None:
    mine = await Agent(await token_of(alice)).begins()
    for stranger in (Agent(await token_of(bob), mine.session), Agent("", mine.session)):
        assert (await stranger.asks(method))["error"]["code"] == UNKNOWN
    assert "result" in await mine.asks("tools/list")


async def test_any_process_takes_the_next_call() -> None:
    agent = await Agent().begins()
    assert (await agent.refused("submit_answer", **FAILING))["attempts_left"] == 4
    forget()
    assert (await agent.refused("submit_answer", sql="SELECT nam"))["attempts_left"] == 3
    forget()
    assert (await agent.told("submit_answer", sql=RIGHT))["is_over"]
    forget()
    assert "is over in this session" in (await agent.refused("submit_answer", **FAILING))["message"]
    assert (await agent.told("submit_answer", sql="SELECT 1", task_id=OTHER_TASK.id))["is_over"]
    assert [episode.status for episode in await recorded()] == ["succeeded", "succeeded"]


async def test_closing_ends_what_is_under_way() -> None:
    agent = await Agent().begins()
    await agent.refused("submit_answer", **FAILING)
    await agent.asks("openenv/session/close")
    [episode] = await recorded()
    assert episode.status == "stopped"


async def test_closing_ends_nothing_twice() -> None:
    agent = await Agent().begins()
    await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id)
    await agent.asks("openenv/session/close")
    assert [episode.status for episode in await recorded()] == ["succeeded"]


async def test_a_silent_session_ends(settings: Settings, alice: User) -> None:
    agent = await Agent(await token_of(alice)).begins()
    await agent.refused("submit_answer", **FAILING)
    long_ago = timezone.now() - timedelta(minutes=settings.OPENENV_IDLE_MINUTES + 1)
    await Session.objects.aupdate(touched_at=long_ago)
    forget()
    await Agent().begins()
    assert (await agent.asks("tools/list"))["error"]["code"] == UNKNOWN
    assert [episode.status for episode in await recorded()] == ["stopped"]


async def test_a_session_that_only_reads_lives_on(settings: Settings) -> None:
    agent = await Agent().begins()
    await Session.objects.aupdate(touched_at=timezone.now() - timedelta(minutes=settings.OPENENV_IDLE_MINUTES - 1))
    await agent.told("run_sql", sql="SELECT 1", task_id=TASK.id)
    assert (await Session.objects.aget()).touched_at > timezone.now() - timedelta(seconds=30)


async def test_sessions_are_as_many_as_there_are_places(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 2
    first = await Agent().begins()
    await Agent().begins()
    error = (await Agent().asks("openenv/session/create"))["error"]
    assert (error["code"], error["data"]) == (-32000, {"active_sessions": 2, "max_sessions": 2})
    assert error["message"].startswith("Server at capacity: 2/2 sessions active.")
    assert (await Agent().asks("initialize"))["error"]["code"] == -32000
    await first.asks("openenv/session/close")
    forget()
    assert (await Agent().begins()).session


async def test_a_session_keeps_its_place_from_one_episode_to_the_next(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    agent = await Agent().begins()
    await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id)
    forget()
    assert (await Agent().asks("openenv/session/create"))["error"]["code"] == -32000
    assert (await agent.told("submit_answer", sql="SELECT 1", task_id=OTHER_TASK.id))["is_over"]


async def test_without_a_session_each_call_is_of_itself() -> None:
    agent = Agent()
    for _ in range(2):
        told = await agent.refused("submit_answer", **FAILING)
        assert (told["is_over"], told["attempts_left"]) == (True, 0)
        assert told["message"].startswith("This call belongs to no session")
    assert [episode.status for episode in await recorded()] == ["stopped", "stopped"]
    assert not await Session.objects.aexists()


async def test_an_answer_without_a_session() -> None:
    assert (await Agent().told("submit_answer", sql=RIGHT, task_id=TASK.id))["ran"]
    assert [episode.status for episode in await recorded()] == ["succeeded"]


async def test_a_call_without_a_session_needs_a_place(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    with capacity.a_place():
        reply = await Agent().asks("tools/call", name="submit_answer", arguments=FAILING)
    assert reply["error"]["code"] == -32000


async def test_one_answer_at_a_time() -> None:
    agent = await Agent().begins()
    await Session.objects.aupdate(stepping_until=timezone.now() + timedelta(minutes=1))
    assert (await agent.refused("submit_answer", **FAILING)) == {"message": sessions.BUSY}
    error = (await agent.asks("openenv/session/close"))["error"]
    assert error == {"code": -32000, "message": sessions.BUSY}


async def test_clients_of_mcp_name_their_session_in_a_header() -> None:
    session = (await Agent().sends(request("initialize"))).headers["mcp-session-id"]
    agent = Agent(mcp_session_id=session, mcp_protocol_version="2025-11-25")
    assert (await agent.refused("submit_answer", **FAILING))["attempts_left"] == 4
    assert (await agent.refused("submit_answer", sql="SELECT nam"))["attempts_left"] == 3
    assert (await agent.sends(b"", "DELETE")).status == 200
    for method in ("POST", "DELETE"):
        gone = await agent.sends(request("ping"), method)
        assert (gone.status, gone.json()["error"]["code"]) == (404, -32600)


async def test_a_goodbye_names_its_session() -> None:
    await Agent().begins()
    assert (await Agent().sends(b"", "DELETE")).status == 400
    assert await Session.objects.acount() == 1


async def test_an_agents_session_is_none_of_the_trainers() -> None:
    agent = await Agent().begins()
    await agent.refused("submit_answer", **FAILING)
    assert await trained(agent, "/state") == {"episode_id": None, "step_count": 0}
    for process in ("this one", "another one"):
        if process == "another one":
            forget()
        body = f'{{"action": {{"sql": "SELECT 1"}}, "episode_id": "{agent.session}"}}'
        assert (await agent.sends(body, "POST", "/step")).status == 404
    assert (await agent.refused("submit_answer", sql="SELECT nam"))["attempts_left"] == 3


async def test_an_agent_acts_in_an_episode_that_was_reset() -> None:
    trainer, agent = Agent(), Agent(session="e1")
    await trained(trainer, "/reset", f'{{"task_id": "{TASK.id}", "episode_id": "e1"}}')
    assert (await agent.told("describe_schema"))["task_id"] == TASK.id
    assert (await agent.refused("submit_answer", sql="SELECT nam"))["attempts_left"] == 4
    assert (await agent.told("submit_answer", sql=RIGHT))["is_over"]
    state = await trained(trainer, "/state?episode_id=e1")
    assert (state["done"], state["step_count"], state["total_reward"]) == (True, 2, 0.75)


async def test_an_agent_neither_goes_on_nor_resets_after_that() -> None:
    trainer, agent = Agent(), Agent(session="e1")
    await trained(trainer, "/reset", f'{{"task_id": "{TASK.id}", "episode_id": "e1"}}')
    await agent.told("submit_answer", sql="SELECT 1")
    for task in ({}, {"task_id": TASK.id}, {"task_id": OTHER_TASK.id}):
        told = await agent.refused("submit_answer", sql=RIGHT, **task)
        assert told == {"message": "The episode is over: its answer cannot be handed in again."}
    error = (await agent.asks("openenv/session/close"))["error"]
    assert error == {"code": -32600, "message": "This session was begun by a reset: an agent cannot close it."}
    assert (await trained(trainer, "/state?episode_id=e1"))["task_id"] == TASK.id


async def test_a_session_goes_on_when_its_task_is_gone(alice: User, connection: Connection) -> None:
    query = await VerifiedQuery.objects.acreate(connection=connection, question="How many?", key="k", sql="SELECT 3")
    agent = await Agent(await token_of(alice)).begins()
    [task] = [one["task_id"] for one in (await agent.told("list_tasks"))["tasks"] if one["database"] == "shop"]
    await agent.refused("submit_answer", sql="SELECT nam", task_id=task)
    await query.adelete()
    forget()
    tasks._read.clear()
    assert (await agent.refused("submit_answer", sql="SELECT 3", task_id=task))["message"].startswith("There is no")
    assert (await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id))["is_over"]


async def test_a_database_that_was_away_does_not_leave_the_session_busy(alice: User, connection: Connection) -> None:
    await VerifiedQuery.objects.acreate(connection=connection, question="How many?", key="k", sql="SELECT 3")
    agent = await Agent(await token_of(alice)).begins()
    [task] = [one["task_id"] for one in (await agent.told("list_tasks"))["tasks"] if one["database"] == "shop"]
    await agent.refused("submit_answer", sql="SELECT nam", task_id=task)
    forget()
    places._kept.clear()
    await Connection.objects.filter(pk=connection.pk).aupdate(is_enabled=False)
    assert "switched off" in (await agent.refused("submit_answer", sql="SELECT 3"))["message"]
    await Connection.objects.filter(pk=connection.pk).aupdate(is_enabled=True)
    assert (await agent.told("submit_answer", sql="SELECT 3"))["is_over"]
