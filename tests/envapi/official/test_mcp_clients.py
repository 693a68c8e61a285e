"""The tools, called by the clients that others have written: openenv-core's, in both of its ways, and MCP's own."""

from __future__ import annotations

from typing import Any

import pytest

from learning.benchmark.tasks import built_in
from tests import official
from tests.processes import Site

TASK = next(task for task in built_in() if task.id == "easy-02")
NAMES = ["list_tasks", "describe_schema", "run_sql", "submit_answer"]
LIST = ("list_tools", None)
FAILING = ("submit_answer", {"sql": "SELECT count(*) FROM sales", "task_id": TASK.id})
RIGHT = ("submit_answer", {"sql": TASK.gold[0]})
OPENENV = pytest.mark.parametrize("client", ["tools over ws", "tools over http"])


def play(player: official.Program, site: Site, client: str, *calls: tuple[str, Any]) -> Any:
    return player.ask(client=client, url=site.url, play=calls)


@OPENENV
def test_openenvs_client_lists_the_tools(player: official.Program, site: Site, client: str) -> None:
    [tools] = play(player, site, client, LIST)
    assert [tool["name"] for tool in tools] == NAMES
    assert tools[2]["input_schema"]["required"] == ["sql"]


@OPENENV
def test_openenvs_client_plays_an_episode(player: official.Program, site: Site, client: str) -> None:
    tasks, schema, tried, failed, answered, again = play(
        player,
        site,
        client,
        ("list_tasks", {"difficulty": "easy"}),
        ("describe_schema", {"task_id": TASK.id}),
        ("run_sql", {"sql": "SELECT 1 AS one", "task_id": TASK.id}),
        FAILING,
        RIGHT,
        FAILING,
    )
    assert TASK.id in [task["task_id"] for task in tasks["tasks"]]
    assert "CREATE TABLE orders" in schema["schema"]
    assert tried["result"]["rows"] == [[1]]
    assert (failed["error_class"], failed["attempts_left"]) == ("no_such_table", 4)
    assert (answered["ran"], answered["is_over"]) == (True, True)
    assert "cannot be handed in again" in again["message"]


@OPENENV
def test_openenvs_client_is_told_of_mistakes(player: official.Program, site: Site, client: str) -> None:
    unknown, wrong, fine = play(player, site, client, ("nope", {}), ("run_sql", {}), ("list_tasks", {}))
    assert unknown["error"].startswith("Tool 'nope' failed: Unknown tool: nope.")
    assert wrong["error"].startswith("Tool 'run_sql' failed: run_sql needs sql.")
    assert fine["total"]


def test_mcps_client_lists_the_tools(player: official.Program, site: Site) -> None:
    [tools] = play(player, site, "mcp", LIST)
    assert [tool["name"] for tool in tools] == NAMES
    assert tools[3]["input_schema"]["required"] == ["sql"]
    assert tools[0]["annotations"]["read_only_hint"]


def test_mcps_client_plays_an_episode(player: official.Program, site: Site) -> None:
    tried, failed, answered = play(
        player, site, "mcp", ("run_sql", {"sql": "SELECT 1 AS one", "task_id": TASK.id}), FAILING, RIGHT
    )
    assert (tried["is_error"], tried["data"]["result"]["rows"]) == (False, [[1]])
    assert (failed["is_error"], failed["data"]["attempts_left"]) == (True, 4)
    assert (answered["is_error"], answered["data"]["is_over"]) == (False, True)
    assert '"is_over": true' in answered["text"]
