"""Who may have which tasks, and for how long: by token, by team, by the operator's setting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from accounts.models import ApiToken, Membership, User
from datasources.models import AuditEntry, Connection
from envapi.callers import caller_of
from envapi.recording import recorder
from learning.models import VerifiedQuery
from tests.envapi.conftest import forget
from tests.envapi.programs import basic, bearer, forgotten, is_refused, reset, socket, step, tasks, token_of

pytestmark = pytest.mark.django_db(transaction=True)

SQL = "SELECT name FROM products"


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.OPENENV_PUBLIC = True


@pytest.fixture
def task(connection: Connection) -> str:
    """Of alice's team: its verified query."""
    query = VerifiedQuery.objects.create(connection=connection, question="Which products?", key="k", sql=SQL)
    return f"{connection.pk}/verified-{query.pk}"


async def test_a_token_has_the_tasks_of_its_teams_and_the_built_in_ones(alice: User, task: str) -> None:
    found = await tasks(bearer(await token_of(alice)))
    assert task in found
    assert "easy-01" in found


async def test_another_s_token_and_nobody_have_them_not(bob: User, task: str) -> None:
    for headers in (bearer(await token_of(bob)), {}):
        assert task not in await tasks(headers)
        response = await reset(headers, task_id=task)
        assert response.status_code == 404
        assert "products" not in response.content.decode()


async def test_over_a_socket_neither(bob: User, task: str) -> None:
    async with socket(bearer(await token_of(bob))) as agent:
        refused = await agent.says("reset", task_id=task)
        assert (refused["type"], "There is no task" in refused["data"]["message"]) == ("error", True)


@pytest.mark.parametrize("how", [bearer, basic])
async def test_a_token_comes_in_a_header_or_as_a_password(
    alice: User, task: str, how: Callable[[str], dict[str, str]]
) -> None:
    headers = how(await token_of(alice))
    assert (await reset(headers, task_id=task)).status_code == 200
    async with socket(headers) as agent:
        assert (await agent.says("reset", task_id=task))["type"] == "observation"


async def test_what_it_does_is_audited_as_its_user_s(alice: User, task: str) -> None:
    headers = bearer(await token_of(alice))
    await reset(headers, task_id=task)
    await step(headers, SQL)
    await sync_to_async(recorder.flush)()
    entry = await AuditEntry.objects.aget(source="openenv")
    assert (entry.user_name, entry.sql, entry.connection_name) == ("alice", SQL, "shop")


async def test_a_removed_member_loses_the_tasks_at_once(alice: User, task: str) -> None:
    headers = bearer(await token_of(alice))
    await reset(headers, task_id=task)
    await Membership.objects.all().adelete()
    await forgotten()
    assert task not in await tasks(headers)
    assert (await reset(headers, task_id=task)).status_code == 404
    assert (await step(headers, SQL)).status_code == 404


async def test_a_removed_member_s_open_socket_runs_nothing_more(alice: User, task: str) -> None:
    async with socket(bearer(await token_of(alice))) as agent:
        await agent.says("reset", task_id=task)
        await Membership.objects.all().adelete()
        await forgotten()
        answered = (await agent.says("step", sql=SQL))["data"]
        assert (answered["done"], answered["reward"], answered["observation"]["result"]) == (True, None, None)
        assert "not in the team" in answered["observation"]["metadata"]["message"]
        assert (await agent.says("reset", task_id=task))["type"] == "error"


async def revoke(user: User) -> None:
    await ApiToken.objects.all().adelete()


async def expire(user: User) -> None:
    await ApiToken.objects.all().aupdate(expiry=user.date_joined - timedelta(days=1))


async def deactivate(user: User) -> None:
    await User.objects.all().aupdate(is_active=False)


Ends = pytest.mark.parametrize("end", [revoke, expire, deactivate])


@Ends
async def test_a_token_that_is_over_is_refused(alice: User, task: str, end: Callable[[User], Any]) -> None:
    headers = bearer(await token_of(alice))
    assert task in await tasks(headers)
    await end(alice)
    await forgotten()
    response = await reset(headers, task_id=task)
    assert response.status_code == 401
    assert "revoked or expired" in json.loads(response.content)["detail"]
    assert await is_refused(headers)


@Ends
async def test_a_socket_that_is_open_ends_with_its_token(alice: User, task: str, end: Callable[[User], Any]) -> None:
    async with socket(bearer(await token_of(alice))) as agent:
        await agent.says("reset", task_id=task)
        await end(alice)
        forget()
        refused = await agent.says("step", sql=SQL)
        assert (refused["type"], refused["data"]["code"]) == ("error", "SESSION_ERROR")
        assert await agent.is_closed() == 4401


@pytest.mark.parametrize("headers", [bearer("sqla_nonsense"), basic("sqla_nonsense"), {"authorization": "Digest x"}])
async def test_a_wrong_token_is_not_taken_for_none(headers: dict[str, str]) -> None:
    assert (await reset(headers)).status_code == 401
    assert await is_refused(headers)


async def test_where_it_is_not_public_a_token_is_needed(alice: User, task: str, settings: Settings) -> None:
    settings.OPENENV_PUBLIC = False
    response = await reset({})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert await is_refused({})
    headers = bearer(await token_of(alice))
    assert (await reset(headers, task_id="easy-01")).status_code == 200
    assert not await is_refused(headers)


async def test_one_caller_s_episode_is_nothing_to_another(alice: User, bob: User, task: str) -> None:
    headers = bearer(await token_of(alice))
    await reset(headers, task_id=task, episode_id="mine")
    for others in (bearer(await token_of(bob)), {}):
        assert (await step({**others, "x-episode-id": "mine"}, SQL)).status_code == 404


async def test_many_with_the_same_token_have_it_looked_up_once(alice: User, task: str) -> None:
    headers = bearer(await token_of(alice))
    first, *others = await asyncio.gather(*(caller_of(headers, "192.0.2.1") for _ in range(50)))
    assert first.user == alice
    assert all(other is first for other in others)
