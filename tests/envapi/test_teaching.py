"""An agent that chooses repairs teaches the bandit of a connection where its owner has said so, and only there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from pytest_django import Settings

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources import connecting
from datasources.models import Connection
from envapi.recording import recorder
from learning.models import BanditArm, BanditDecision, VerifiedQuery
from tests.envapi.programs import bearer, token_of

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "```sql\nSELECT title FROM products\n```"
RIGHT = "```sql\nSELECT name FROM products\n```"


@pytest.fixture(autouse=True)
def scripted(model: ServerHandle, settings: Settings) -> None:
    model.set_script([{"when": "failed", "text": RIGHT}, {"when_re": ".", "text": WRONG}])


async def play(connection: Connection, user: User) -> list[Any]:
    """What each of two steps gave: one that fails, and its repair."""
    query = await sync_to_async(VerifiedQuery.objects.create)(
        connection=connection, question="Which products?", key="k", sql="SELECT name FROM products"
    )
    client, headers = AsyncClient(), bearer(await token_of(user))

    async def post(path: str, **data: Any) -> Any:
        response = await client.post(path, json.dumps(data), content_type="application/json", headers=headers)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    await post("/reset", task_id=f"{connection.pk}/verified-{query.pk}")
    answers = [await post("/step", action={"action": action}) for action in ("generate", "fix_column")]
    await sync_to_async(recorder.flush)()
    return answers


async def test_where_it_is_switched_on_it_does(connection: Connection, alice: User) -> None:
    await sync_to_async(connecting.teach)(connection, alice, by_agents=True)
    failed, repaired = await play(connection, alice)
    assert (failed["done"], repaired["done"], repaired["reward"]) == (False, True, 0.9)
    decision = await BanditDecision.objects.aget()
    assert (decision.by_agent, decision.user_id, decision.strategy) == (True, None, "fix_column")
    arm = await BanditArm.objects.aget(connection=connection)
    assert (arm.strategy, arm.pulls) == ("fix_column", 1)


async def test_elsewhere_it_does_not(connection: Connection, alice: User) -> None:
    await play(connection, alice)
    assert not await BanditDecision.objects.aexists()
    assert not await BanditArm.objects.aexists()
