"""What an agent can do over MCP, and what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import User
from datasources.models import AuditEntry, Connection
from envapi.mcp.results import LONGEST_CELL, MOST_CHARACTERS
from envapi.mcp.tools import ROWS, TASKS
from learning.models import Episode, VerifiedQuery
from tests.envapi.mcp_agents import OTHER_TASK, RIGHT, TASK, Agent, recorded
from tests.envapi.programs import token_of

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT i FROM n"


@pytest.fixture
async def agent() -> Agent:
    return await Agent().begins()


async def test_the_tools_are_described_for_clients_of_both_kinds(agent: Agent) -> None:
    tools = (await agent.asks("tools/list"))["result"]["tools"]
    assert [tool["name"] for tool in tools] == ["list_tasks", "describe_schema", "run_sql", "submit_answer"]
    for tool in tools:
        assert tool["description"]
        assert tool["inputSchema"] == tool["input_schema"]
        assert (tool["inputSchema"]["type"], tool["inputSchema"]["additionalProperties"]) == ("object", False)
    assert tools[2]["inputSchema"]["required"] == ["sql"]
    assert set(tools[2]["inputSchema"]["properties"]) == {"sql", "task_id"}


async def test_only_handing_in_is_said_to_change_anything(agent: Agent) -> None:
    tools = (await agent.asks("tools/list"))["result"]["tools"]
    assert [tool["annotations"]["readOnlyHint"] for tool in tools] == [True, True, True, False]


async def test_a_result_has_the_names_of_both_standards(agent: Agent) -> None:
    result = await agent.calls("run_sql", sql="SELECT 1", task_id=TASK.id)
    [content] = result["content"]
    assert content["type"] == "text"
    data = json.loads(content["text"])
    assert result["data"] == result["structured_content"] == result["structuredContent"] == data
    assert (result["is_error"], result["isError"]) == (False, False)


async def test_tasks_are_listed_without_their_gold(agent: Agent) -> None:
    told = await agent.told("list_tasks")
    assert told["total"] == len(told["tasks"]) <= TASKS
    assert told["tasks"][0] == {
        "task_id": TASK.id,
        "question": TASK.question,
        "instructions": TASK.instructions,
        "difficulty": TASK.difficulty,
        "category": TASK.category,
        "dialect": "sqlite",
        "database": "environment",
    }


async def test_tasks_of_one_difficulty_from_the_second_on(agent: Agent) -> None:
    whole = (await agent.told("list_tasks", difficulty="hard"))["tasks"]
    rest = await agent.told("list_tasks", difficulty="hard", offset=1)
    assert {task["difficulty"] for task in whole} == {"hard"}
    assert (rest["tasks"], rest["total"]) == (whole[1:], len(whole))


async def test_a_difficulty_that_no_task_has(agent: Agent) -> None:
    told = await agent.refused("list_tasks", difficulty="impossible")
    assert told == {"message": "No task is impossible. There are: easy, medium, hard."}


async def test_the_schema_of_a_task(agent: Agent) -> None:
    told = await agent.told("describe_schema", task_id=TASK.id)
    assert (told["question"], told["dialect"]) == (TASK.question, "sqlite")
    assert "CREATE TABLE products" in told["schema"]


async def test_sql_is_tried(agent: Agent) -> None:
    told = await agent.told("run_sql", sql="SELECT 1 AS one, 'a' AS two", task_id=TASK.id)
    assert told == {
        "task_id": TASK.id,
        "ran": True,
        "result": {"columns": ["one", "two"], "rows": [[1, "a"]], "row_count": 1, "truncated": False},
        "error_class": "",
        "error_message": "",
        "hint": "",
    }


async def test_so_many_rows_are_told(agent: Agent) -> None:
    result = (await agent.told("run_sql", sql=NUMBERS, task_id=TASK.id))["result"]
    assert (len(result["rows"]), result["row_count"], result["truncated"]) == (ROWS, 300, True)


async def test_a_long_cell_is_cut(agent: Agent) -> None:
    sql = f"SELECT '{'a' * 5000}'"
    [[cell]] = (await agent.told("run_sql", sql=sql, task_id=TASK.id))["result"]["rows"]
    assert cell == "a" * LONGEST_CELL + "…"


async def test_wide_rows_are_fewer(agent: Agent) -> None:
    columns = ", ".join(f"'{'a' * 900}'" for _ in range(20))
    sql = NUMBERS.replace("SELECT i FROM", f"SELECT {columns} FROM")
    result = (await agent.told("run_sql", sql=sql, task_id=TASK.id))["result"]
    assert 0 < len(json.dumps(result["rows"])) < MOST_CHARACTERS + 1000
    assert (len(result["rows"]), result["truncated"]) == (2, True)


async def test_sql_that_does_not_run_is_a_result_with_a_hint(agent: Agent) -> None:
    told = await agent.refused("run_sql", sql="SELECT nam FROM products", task_id=TASK.id)
    assert (told["ran"], told["error_class"], told["result"]) == (False, "no_such_column", None)
    assert "nam" in told["error_message"]
    assert "name" in told["hint"]


async def test_sql_that_writes_does_not_run(agent: Agent) -> None:
    told = await agent.refused("run_sql", sql="DELETE FROM products", task_id=TASK.id)
    assert (told["ran"], told["error_class"]) == (False, "not_read_only")
    assert (await agent.told("run_sql", sql="SELECT count(*) > 0 FROM products", task_id=TASK.id))["result"]["rows"]


async def test_what_is_tried_is_audited(agent: Agent) -> None:
    await agent.calls("run_sql", sql="SELECT 1", task_id=TASK.id)
    await agent.calls("run_sql", sql="DELETE FROM products", task_id=TASK.id)
    await recorded()
    entries = AuditEntry.objects.filter(source="openenv mcp").order_by("pk").values_list("sql", "outcome")
    assert [entry async for entry in entries] == [("SELECT 1", "ok"), ("DELETE FROM products", "refused")]


async def test_trying_is_no_attempt(agent: Agent) -> None:
    await agent.refused("submit_answer", sql="SELECT nam FROM products", task_id=TASK.id)
    await agent.refused("run_sql", sql="SELECT nam FROM products")
    told = await agent.refused("submit_answer", sql="SELECT nam FROM products")
    assert told["attempts_left"] == 3


async def test_an_answer_ends_its_episode(agent: Agent) -> None:
    told = await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id)
    assert told.pop("result")["rows"]
    assert told == {
        "task_id": TASK.id,
        "ran": True,
        "is_over": True,
        "attempts_left": 0,
        "error_class": "",
        "error_message": "",
        "hint": "",
        "message": "The answer has been handed in, and the episode is over.",
    }
    [episode] = await recorded()
    assert (episode.source, episode.status, episode.reward) == (Episode.Source.OPENENV, "succeeded", 1.0)


async def test_an_agent_is_not_told_whether_it_is_right(agent: Agent) -> None:
    wrong = await agent.calls("submit_answer", sql="SELECT 1", task_id=TASK.id)
    assert not wrong["is_error"]
    for secret in ("reward", "score", "gold", "why"):
        assert secret not in json.dumps(wrong)


async def test_what_does_not_run_leaves_attempts(agent: Agent) -> None:
    told = await agent.refused("submit_answer", sql="SELECT nam FROM products", task_id=TASK.id)
    assert (told["ran"], told["is_over"], told["attempts_left"]) == (False, False, 4)
    assert told["error_class"] == "no_such_column"
    assert "name" in told["hint"]
    assert told["message"] == "4 attempts are left."
    assert (await agent.told("submit_answer", sql=RIGHT))["is_over"]


async def test_five_attempts_are_all(agent: Agent) -> None:
    told = [await agent.refused("submit_answer", sql=f"SELECT nam{i}", task_id=TASK.id) for i in range(5)]
    assert [one["attempts_left"] for one in told] == [4, 3, 2, 1, 0]
    assert told[3]["message"] == "1 attempt is left."
    assert told[4]["is_over"]
    assert "No query worked in 5 attempts." in told[4]["message"]


async def test_no_rows_are_asked_about_once(agent: Agent) -> None:
    sql = "SELECT name FROM products WHERE 1 = 0"
    told = await agent.refused("submit_answer", sql=sql, task_id=TASK.id)
    assert (told["ran"], told["is_over"], told["error_class"]) == (True, False, "empty_result")
    assert (await agent.told("submit_answer", sql=sql))["is_over"]


async def test_each_task_is_answered_once_in_a_session(agent: Agent) -> None:
    await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id)
    told = await agent.refused("submit_answer", sql=RIGHT, task_id=TASK.id)
    assert told == {"message": f"The task {TASK.id} is over in this session: its answer cannot be handed in again."}
    assert (await agent.told("submit_answer", sql="SELECT 1", task_id=OTHER_TASK.id))["task_id"] == OTHER_TASK.id
    await agent.refused("submit_answer", sql=RIGHT, task_id=TASK.id)
    assert len(await recorded()) == 2


async def test_a_task_is_finished_before_the_next_one(agent: Agent) -> None:
    await agent.refused("submit_answer", sql="SELECT nam", task_id=TASK.id)
    told = await agent.refused("submit_answer", sql="SELECT 1", task_id=OTHER_TASK.id)
    assert told == {"message": f"The task {TASK.id} is under way: hand in its answer first."}


@pytest.mark.parametrize("tool", ["run_sql", "submit_answer"])
async def test_without_an_episode_the_task_has_to_be_named(agent: Agent, tool: str) -> None:
    assert "give its task_id" in (await agent.refused(tool, sql="SELECT 1"))["message"]


async def test_without_an_episode_there_is_no_schema(agent: Agent) -> None:
    assert "give its task_id" in (await agent.refused("describe_schema"))["message"]


@pytest.mark.parametrize("tool", ["run_sql", "submit_answer"])
async def test_a_task_that_there_is_not(agent: Agent, tool: str) -> None:
    told = await agent.refused(tool, sql="SELECT 1", task_id="nope")
    assert told == {"message": "There is no task nope. list_tasks tells which there are."}


async def test_null_is_as_good_as_nothing(agent: Agent) -> None:
    assert (await agent.told("list_tasks", difficulty=None, offset=None))["offset"] == 0


@pytest.mark.parametrize(
    ("tool", "arguments", "where", "kind"),
    [
        ("run_sql", {}, ["arguments", "sql"], "missing"),
        ("run_sql", {"sql": None}, ["arguments", "sql"], "missing"),
        ("run_sql", {"sql": 1}, ["arguments", "sql"], "string_type"),
        ("run_sql", {"sql": ["SELECT 1"]}, ["arguments", "sql"], "string_type"),
        ("run_sql", {"sql": " "}, ["sql"], "value_error"),
        ("run_sql", {"sql": "x" * 100_001}, ["sql"], "value_error"),
        ("run_sql", {"sql": "SELECT 1", "task_id": 3}, ["arguments", "task_id"], "string_type"),
        ("run_sql", {"sql": "SELECT 1", "task_id": "x" * 300}, ["task_id"], "string_too_long"),
        ("submit_answer", {"sql": "SELECT 1", "task_id": "a\0b"}, ["task_id"], "string_too_long"),
        ("submit_answer", {"sql": "SELECT 1", "reward": 1}, ["arguments", "reward"], "extra_forbidden"),
        ("list_tasks", {"offset": -1}, ["arguments", "offset"], "integer_type"),
        ("list_tasks", {"offset": True}, ["arguments", "offset"], "integer_type"),
        ("list_tasks", {"offset": 1.5}, ["arguments", "offset"], "integer_type"),
        ("list_tasks", [], ["arguments"], "dict_type"),
    ],
)
async def test_arguments_that_a_tool_does_not_take(
    agent: Agent, tool: str, arguments: Any, where: list[str], kind: str
) -> None:
    error = (await agent.asks("tools/call", name=tool, arguments=arguments))["error"]
    assert error["code"] == -32603
    [problem] = error["data"]["errors"]
    assert (problem["loc"], problem["type"]) == (where, kind)
    assert error["message"] == problem["msg"]


@pytest.mark.parametrize("name", ["reset", "step", "state", "close", "nope", "x" * 5000])
async def test_a_tool_that_there_is_not(agent: Agent, name: str) -> None:
    error = (await agent.asks("tools/call", name=name))["error"]
    assert error["code"] == -32603
    assert error["message"].startswith(f"Unknown tool: {name[:100]}")
    assert len(error["message"]) < 300


@pytest.mark.parametrize("params", [{}, {"name": ""}, {"name": 3}, {"name": None}, {"name": ["run_sql"]}])
async def test_a_call_without_a_name(agent: Agent, params: dict[str, Any]) -> None:
    error = (await agent.asks("tools/call", **params))["error"]
    assert error == {"code": -32602, "message": "Missing 'name' in params"}


async def test_a_token_brings_the_tasks_of_its_teams(connection: Connection, alice: User) -> None:
    query = await VerifiedQuery.objects.acreate(
        connection=connection, question="How many orders?", key="k", sql="SELECT count(*) FROM orders"
    )
    agent = await Agent(await token_of(alice)).begins()
    [task] = [one for one in (await agent.told("list_tasks"))["tasks"] if one["database"] == "shop"]
    assert (task["question"], task["task_id"].startswith(f"{connection.pk}/")) == (query.question, True)
    assert "ordered_at" in (await agent.told("describe_schema", task_id=task["task_id"]))["schema"]
    told = await agent.told("submit_answer", sql="SELECT 3", task_id=task["task_id"])
    assert told["result"]["rows"] == [[3]]
    [episode] = await recorded()
    assert (episode.connection_id, episode.user_id, episode.reward) == (connection.pk, alice.pk, 1.0)


async def test_another_teams_task_is_none(connection: Connection, alice: User, bob: User) -> None:
    await VerifiedQuery.objects.acreate(connection=connection, question="How many?", key="k", sql="SELECT 3")
    agent = await Agent(await token_of(alice)).begins()
    [task] = [one for one in (await agent.told("list_tasks"))["tasks"] if one["database"] == "shop"]
    stranger = await Agent(await token_of(bob)).begins()
    assert "shop" not in {one["database"] for one in (await stranger.told("list_tasks"))["tasks"]}
    for tool in ("run_sql", "submit_answer"):
        told = await stranger.refused(tool, sql="SELECT 1", task_id=task["task_id"])
        assert told["message"].startswith("There is no task")
    assert (await stranger.refused("describe_schema", task_id=task["task_id"]))["message"].startswith("There is no")


async def test_a_token_leaves_the_built_in_tasks_open(alice: User) -> None:
    agent = await Agent(await token_of(alice)).begins()
    assert (await agent.told("run_sql", sql="SELECT 1", task_id=TASK.id))["ran"]
    assert (await agent.told("submit_answer", sql=RIGHT, task_id=TASK.id))["is_over"]


async def test_who_has_left_the_team_meanwhile_runs_nothing(connection: Connection, alice: User) -> None:
    await VerifiedQuery.objects.acreate(connection=connection, question="How many?", key="k", sql="SELECT 3")
    agent = await Agent(await token_of(alice)).begins()
    [task] = [one["task_id"] for one in (await agent.told("list_tasks"))["tasks"] if one["database"] == "shop"]
    await alice.memberships.all().adelete()
    tried = await agent.refused("run_sql", sql="SELECT 1", task_id=task)
    assert (tried["ran"], tried["error_message"]) == (False, "alice is not in the team of shop any more.")
    answered = await agent.refused("submit_answer", sql="SELECT 3", task_id=task)
    assert (answered["ran"], answered["message"]) == (False, "alice is not in the team of shop any more.")
