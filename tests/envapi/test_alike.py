"""An episode goes the same way on a socket, over HTTP, and where each step is taken by another process."""

from __future__ import annotations

from typing import Any

import pytest

from agent.scripted_server import ServerHandle
from envapi import sessions
from tests.envapi.agents import Agent
from tests.envapi.asked import BAD_COLUMN, BAD_TABLE, NO_ROWS, RIGHT, TASK, WRONG, reply, sql
from tests.envapi.sockets import socket

pytestmark = pytest.mark.django_db(transaction=True)

EPISODES: dict[str, list[Any]] = {
    "right at once": [sql(RIGHT)],
    "right at last": [sql(BAD_COLUMN), sql(BAD_TABLE), sql("DROP TABLE products"), sql(RIGHT)],
    "wrong": [sql(BAD_TABLE), sql(BAD_COLUMN), sql(WRONG)],
    "five failures": [sql(BAD_COLUMN), sql(BAD_TABLE), sql(BAD_TABLE), sql(BAD_COLUMN), sql("SELECT (")],
    "no rows twice": [sql(NO_ROWS), sql(NO_ROWS)],
    "no rows, then rows": [sql(BAD_COLUMN), sql(NO_ROWS), sql(RIGHT)],
    "no rows that stand": [sql(NO_ROWS), *[sql(BAD_COLUMN)] * 4],
    "cut rows": [sql("SELECT * FROM order_items")],
    "odd values": [sql("SELECT NULL, 1e300 * 1e10, x'00ff', 9007199254740993, 'é😀'")],
    "by the model": ["generate", "fix_column", "change_dialect", "relax_filter"],
    "by both": [sql(BAD_COLUMN), "fix_column", sql(BAD_TABLE), "rewrite_full"],
}


async def over_socket(actions: list[Any]) -> list[Any]:
    async with socket() as client:
        answers = [await client.resets(task_id=TASK, seed=3, episode_id="same")]
        answers += [await client.steps(action) for action in actions]
        return [*answers, await client.state()]


async def over_http(actions: list[Any], *, remembers: bool) -> list[Any]:
    agent = Agent()
    answers = [await agent.resets(task_id=TASK, seed=3, episode_id="same")]
    for action in actions:
        if not remembers:
            sessions._alive.clear()  # as in a process that has taken no step of it
        answers.append(await agent.steps(action))
    return [*answers, await agent.state()]


@pytest.mark.parametrize("remembers", [True, False], ids=["one process", "many processes"])
@pytest.mark.parametrize("actions", EPISODES.values(), ids=EPISODES)
async def test_it_goes_the_same_way(model: ServerHandle, actions: list[Any], *, remembers: bool) -> None:
    script: list[str | dict[str, Any]] = [
        reply(BAD_COLUMN),
        reply("SELECT nonsense(1)"),
        {"text": "It is wrong.", "when": "say what is wrong"},
        reply(NO_ROWS),
        reply(RIGHT),
    ]
    model.set_script(script)
    told = await over_socket(actions)
    model.set_script(script)
    assert await over_http(actions, remembers=remembers) == told
