"""MCP over WebSockets: bare on /mcp, in messages on /ws, and the tools as actions of a step, as openenv-core's
MCPToolClient calls them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from pytest_django import Settings

from accounts.models import User
from datasources.models import AuditEntry
from envapi import capacity
from envapi.models import Session
from envapi.requests import MOST_BYTES
from sqlagent_site.asgi import application
from tests.envapi.mcp_agents import OTHER_TASK, RIGHT, TASK, SocketAgent, connected, recorded, request
from tests.envapi.programs import token_of

pytestmark = pytest.mark.django_db(transaction=True)

INITIALIZED = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})


async def test_a_socket_is_one_session() -> None:
    async with connected("/mcp") as agent:
        assert (await agent.asks("initialize"))["result"]["serverInfo"]["name"] == "sql-agent"
        session = (await agent.asks("openenv/session/create"))["result"]["session_id"]
        assert (await agent.asks("openenv/session/create"))["result"]["session_id"] == session
        assert len((await agent.asks("tools/list", session_id=session))["result"]["tools"]) == 4
        first = await agent.calls("submit_answer", sql="SELECT nam", task_id=TASK.id)
        second = await agent.calls("submit_answer", sql="SELECT nam")
        assert (first["data"]["attempts_left"], second["data"]["attempts_left"]) == (4, 3)
    assert [episode.status for episode in await recorded()] == ["stopped"]
    assert not await Session.objects.aexists()


async def test_a_socket_is_closed_by_leaving() -> None:
    async with connected("/mcp") as agent:
        session = (await agent.asks("openenv/session/create"))["result"]["session_id"]
        error = (await agent.asks("openenv/session/close", session_id=session))["error"]
        assert error == {"code": -32600, "message": "Cannot close active WebSocket-managed session via MCP method"}
        assert "result" in await agent.asks("ping")


async def test_each_socket_has_its_own_session() -> None:
    async with connected("/mcp") as agent, connected("/mcp") as stranger:
        session = (await agent.asks("openenv/session/create"))["result"]["session_id"]
        await agent.calls("submit_answer", sql="SELECT nam", task_id=TASK.id)
        for method in ("tools/list", "openenv/session/close"):
            error = (await stranger.asks(method, session_id=session))["error"]
            assert error == {"code": -32602, "message": f"Unknown session_id: {session}"}
        assert "give its task_id" in (await stranger.calls("submit_answer", sql="SELECT 1"))["data"]["message"]


async def test_what_needs_no_reply_has_none() -> None:
    async with connected("/mcp") as agent:
        await agent.sends(INITIALIZED)
        assert await agent.hears_nothing()
        assert (await agent.asks("ping"))["result"] == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ", -32700),
        ("{x", -32700),
        ("[" * 10_000, -32700),
        ('{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', -32700),
        ("[]", -32700),
        ("{}", -32600),
        ('"' + "a" * MOST_BYTES + '"', -32600),
        (request("nope"), -32601),
        (request("tools/call"), -32602),
        (request("tools/call", name="nope"), -32603),
    ],
)
async def test_a_socket_survives_nonsense(text: str, code: int) -> None:
    async with connected("/mcp") as agent:
        assert (await agent.says(text))["error"]["code"] == code
        assert (await agent.asks("ping"))["result"] == {}


async def test_a_socket_needs_a_place(settings: Settings) -> None:
    settings.OPENENV_MAX_SESSIONS = 1
    with capacity.a_place():
        async with connected("/mcp") as agent:
            reply = await agent.hears()
    assert (reply["id"], reply["error"]["code"]) == (None, -32000)
    assert reply["error"]["data"] == {"active_sessions": 1, "max_sessions": 1}


async def test_a_socket_needs_a_token_where_nothing_is_public(settings: Settings, alice: User) -> None:
    settings.OPENENV_PUBLIC = False
    refused = WebsocketCommunicator(application, "/mcp", [(b"host", b"testserver")])
    assert await refused.connect() == (False, 4401)
    token = await token_of(alice)
    headers = [(b"host", b"testserver"), (b"authorization", f"Bearer {token}".encode())]
    welcome = WebsocketCommunicator(application, "/mcp", headers)
    assert (await welcome.connect())[0]
    await welcome.disconnect()


async def test_mcp_in_messages() -> None:
    async with connected("/ws") as agent:
        reply = await agent.says({"type": "mcp", "data": json.loads(request("ping", "a"))})
        assert reply == {"type": "mcp", "data": {"jsonrpc": "2.0", "id": "a", "result": {}}}
        nonsense: list[Any] = [{}, [], None, "x"]
        for data in nonsense:
            reply = await agent.says({"type": "mcp", "data": data})
            assert (reply["type"], reply["data"]["error"]["code"]) == ("mcp", -32600)


async def test_each_message_has_a_reply() -> None:
    async with connected("/ws") as agent:
        reply = await agent.says({"type": "mcp", "data": json.loads(INITIALIZED)})
        assert reply == {"type": "mcp", "data": {"jsonrpc": "2.0", "id": None, "result": {}}}


async def rpc(agent: SocketAgent, tool: str, **arguments: Any) -> Any:
    data = json.loads(request("tools/call", name=tool, arguments=arguments))
    return (await agent.says({"type": "mcp", "data": data}))["data"]["result"]


async def test_an_agent_acts_in_the_episode_of_its_trainer() -> None:
    async with connected("/ws") as both:
        await both.resets(task_id=TASK.id)
        assert (await rpc(both, "describe_schema"))["data"]["task_id"] == TASK.id
        told = await rpc(both, "submit_answer", sql=RIGHT)
        assert "reward" not in json.dumps(told)
        state = (await both.says({"type": "state"}))["data"]
        assert (state["done"], state["total_reward"]) == (True, 1.0)


async def test_an_agent_begins_nothing_where_its_trainer_resets() -> None:
    async with connected("/ws") as both:
        await both.resets(task_id=TASK.id)
        other = await rpc(both, "submit_answer", sql="SELECT 1", task_id=OTHER_TASK.id)
        assert other["data"]["message"] == f"The task {TASK.id} is under way: hand in its answer first."
        await rpc(both, "submit_answer", sql="SELECT 1")
        for task in ({}, {"task_id": TASK.id}, {"task_id": OTHER_TASK.id}):
            over = await rpc(both, "submit_answer", sql=RIGHT, **task)
            assert over["data"]["message"] == "The episode is over: its answer cannot be handed in again."
        await both.resets(task_id=TASK.id)
        assert not (await rpc(both, "submit_answer", sql=RIGHT))["is_error"]


@pytest.mark.parametrize("method", ["reset", "step", "state", "close"])
async def test_no_method_steers_the_environment(method: str) -> None:
    async with connected("/ws") as both:
        await both.resets(task_id=TASK.id)
        reply = await both.says({"type": "mcp", "data": json.loads(request(method))})
        assert reply["data"]["error"]["code"] == -32601


async def test_tools_are_listed_in_a_step() -> None:
    async with connected("/ws") as client:
        answer = await client.steps({"type": "list_tools", "metadata": {}})
        assert (answer["reward"], answer["done"]) == (None, False)
        tools = answer["observation"]["tools"]
        assert [set(tool) for tool in tools] == [{"name", "description", "input_schema"}] * 4


async def test_tools_are_called_in_a_step() -> None:
    async with connected("/ws") as client:
        answer = await client.calls_in_a_step("run_sql", sql="SELECT 1", task_id=TASK.id)
        seen = answer["observation"]
        assert (answer["reward"], answer["done"]) == (None, False)
        assert (seen["tool_name"], seen["error"], seen["metadata"]) == ("run_sql", None, {})
        assert seen["result"]["data"]["result"]["rows"] == [[1]]


async def test_whoever_steps_sees_what_an_answer_earns() -> None:
    async with connected("/ws") as client:
        await client.resets(task_id=TASK.id)
        failed = await client.calls_in_a_step("submit_answer", sql="SELECT nam")
        assert (failed["reward"], failed["done"]) == (-0.15, False)
        assert failed["observation"]["error"] is None
        assert failed["observation"]["result"]["is_error"]
        right = await client.calls_in_a_step("submit_answer", sql=RIGHT)
        assert (right["reward"], right["done"]) == (0.9, True)
        assert right["observation"]["metadata"]["score"] == 1.0
        assert "score" not in json.dumps(right["observation"]["result"])
        after = await client.calls_in_a_step("list_tasks")
        assert (after["reward"], after["done"]) == (None, True)


@pytest.mark.parametrize(
    ("tool", "arguments", "kind"),
    [
        ("nope", {}, "tool_not_found"),
        ("reset", {}, "tool_not_found"),
        ("run_sql", {}, "invalid_args"),
        ("run_sql", {"sql": 1}, "invalid_args"),
        ("submit_answer", {"sql": ""}, "invalid_args"),
        ("list_tasks", {"x": 1}, "invalid_args"),
    ],
)
async def test_a_call_that_is_wrong(tool: str, arguments: dict[str, Any], kind: str) -> None:
    async with connected("/ws") as client:
        seen = (await client.calls_in_a_step(tool, **arguments))["observation"]
        assert (seen["tool_name"], seen["result"], seen["error"]["error_type"]) == (tool, None, kind)
        assert set(seen["error"]) == {"error_type", "message"}


@pytest.mark.parametrize(
    ("action", "where"),
    [
        ({"type": "call_tool"}, ["tool_name"]),
        ({"type": "call_tool", "tool_name": 3}, ["tool_name"]),
        ({"type": "call_tool", "tool_name": "run_sql", "args": {}}, ["args"]),
        ({"type": "list_tools", "sql": "SELECT 1"}, ["sql"]),
    ],
)
async def test_an_action_that_is_no_call(action: dict[str, Any], where: list[str]) -> None:
    async with connected("/ws") as client:
        error = await client.steps(action)
        assert (error["code"], error["errors"][0]["loc"]) == ("VALIDATION_ERROR", where)
        assert "tools" in (await client.steps({"type": "list_tools"}))["observation"]


async def test_many_agents_at_once() -> None:
    async def plays(number: int) -> Any:
        async with connected("/mcp") as agent:
            await agent.calls("submit_answer", sql=f"SELECT nam{number}", task_id=TASK.id)
            tried = await agent.calls("run_sql", sql=f"SELECT {number}")
            answered = await agent.calls("submit_answer", sql=RIGHT)
            return tried["data"]["result"]["rows"], answered["data"]["is_over"]

    assert await asyncio.gather(*map(plays, range(20))) == [([[number]], True) for number in range(20)]
    assert {episode.status for episode in await recorded()} == {"succeeded"}


FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.mark.parametrize(("tool", "episodes"), [("run_sql", []), ("submit_answer", ["stopped"])])
async def test_who_leaves_stops_what_runs(tool: str, episodes: list[str]) -> None:
    async with connected("/mcp") as agent:
        await agent.calls("run_sql", sql="SELECT 1", task_id=TASK.id)
        await agent.sends(request("tools/call", name=tool, arguments={"sql": FOREVER, "task_id": TASK.id}))
        assert await agent.hears_nothing()
    async with asyncio.timeout(10):
        while not (entries := [entry async for entry in AuditEntry.objects.filter(sql=FOREVER)]):
            await asyncio.sleep(0.1)
    assert [entry.outcome for entry in entries] == ["cancelled"]
    assert [episode.status for episode in await recorded()] == episodes
