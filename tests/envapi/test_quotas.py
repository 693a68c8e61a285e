"""Agents that have the server's model asked: counted, and told in the standard's words when it may not be asked."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from accounts.models import ApiToken, User
from agent.scripted_server import ServerHandle
from envapi.callers import Caller
from envapi.environment import Environment
from envapi.errors import OverQuota
from envapi.tasks import Wanted
from learning.models import PersonQuota
from tests.envapi.agents import Agent
from tests.envapi.asked import BAD_COLUMN, RIGHT, TASK, reply, sql, took
from tests.learning.quotas.asked import used

pytestmark = pytest.mark.django_db(transaction=True)

TOKENS = {"prompt": 50, "cached": 20, "completion": 10}


def says(*statements: str) -> list[dict[str, object]]:
    return [{"text": reply(statement), "usage": TOKENS} for statement in statements]


async def of(user: User) -> Environment:
    environment = Environment(Caller(user, f"user {user.pk}"))
    await environment.reset(Wanted(TASK))
    return environment


async def test_an_episode_that_asks_the_model_is_one_question(alice: User, model: ServerHandle) -> None:
    model.set_script(says(BAD_COLUMN, RIGHT))
    await took(await of(alice), "generate", "fix_column")

    counted = await sync_to_async(used)("person", user=alice)
    assert (counted.questions, counted.tokens, counted.cached_tokens) == (1, 80, 40)


async def test_sql_of_an_agent_s_own_counts_nowhere(alice: User, model: ServerHandle) -> None:
    await took(await of(alice), sql(RIGHT))

    assert (await sync_to_async(used)("person", user=alice)).pk is None


async def test_who_is_over_the_limit_keeps_the_session_and_may_write_sql(alice: User, model: ServerHandle) -> None:
    await PersonQuota.objects.acreate(user=alice, tokens=40)
    model.set_script(says(BAD_COLUMN))
    environment = await of(alice)
    await took(environment, "generate")

    with pytest.raises(OverQuota, match="used 40 tokens today, and 40 is your limit"):
        await took(environment, "fix_column")
    assert (await took(environment, sql(RIGHT))).done


async def test_over_http_it_is_a_429_that_says_when(alice: User, model: ServerHandle, settings: Settings) -> None:
    settings.QUOTA_USER_QUESTIONS = 1
    model.set_script(says(RIGHT))
    token = (await sync_to_async(ApiToken.objects.create)(alice, name="agent"))[1]
    agent = Agent(token=token)
    for _ in range(2):
        await agent.resets(task_id=TASK)
        answer = await agent.post("/step", {"action": "generate"})

    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 24 * 3600
    assert "which is your limit" in answer.json()["detail"]
