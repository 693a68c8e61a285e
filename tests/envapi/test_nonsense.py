"""Whatever a client says, it is answered in the standard's shape, and its session lives."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from agent.scripted_server import ServerHandle
from envapi.errors import BROKE
from tests.envapi.agents import Agent
from tests.envapi.asked import BAD_COLUMN, RIGHT, TASK, reply, sql
from tests.envapi.sockets import socket

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = (
    "type", "data", "reset", "step", "state", "sql", "action", "metadata", "episode_id", "task_id", "question_id",
    "seed", "difficulty", "easy", "generate", "fix_column", "timeout_s", TASK, "SELECT 1", "SELECT nope", "",
    "é😀", "\x1b[2J", "x" * 300,
)  # fmt: skip
NUMBERS = (0, 1, -1, 8, 9, 2**31, 2**63, -(2**63), 10**400, 0.5, 1e308, True, False, None)


def nonsense(draw: Random, depth: int = 0) -> Any:
    kind = draw.random()
    if depth > 3 or kind < 0.3:
        return draw.choice(WORDS)
    if kind < 0.5:
        return draw.choice(NUMBERS)
    size = draw.randrange(4)
    if kind < 0.65:
        return [nonsense(draw, depth + 1) for _ in range(size)]
    return {draw.choice(WORDS): nonsense(draw, depth + 1) for _ in range(size)}


@pytest.mark.parametrize("seed", range(4))
async def test_on_a_socket(model: ServerHandle, seed: int) -> None:
    model.set_script([{"when_re": "", "text": reply(BAD_COLUMN), "times": None}])
    draw = Random(seed)
    async with socket() as client:
        for _ in range(150):
            message = {"type": draw.choice(["reset", "step", "state"]), "data": nonsense(draw)}
            answer = await client.sends(json.dumps(message if draw.random() < 0.8 else nonsense(draw)))
            assert answer["type"] in ("observation", "state", "error"), answer
            assert answer["data"].get("message") != BROKE, message
        await client.resets(task_id=TASK)
        assert (await client.steps(sql(RIGHT)))["reward"] == 1.0


async def test_over_http(model: ServerHandle) -> None:
    model.set_script([{"when_re": "", "text": reply(BAD_COLUMN), "times": None}])
    draw, agent = Random(9), Agent()
    for _ in range(150):
        body = nonsense(draw) if draw.random() < 0.2 else {draw.choice(WORDS): nonsense(draw) for _ in range(3)}
        answer = await agent.post(draw.choice(["/reset", "/step"]), body)
        assert answer.status in (200, 404, 409, 422), (body, answer.body)
        assert answer.json()
    await agent.resets(task_id=TASK, episode_id="last")
    assert (await agent.steps(sql(RIGHT), episode_id="last"))["reward"] == 1.0
