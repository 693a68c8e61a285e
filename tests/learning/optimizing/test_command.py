"""`manage.py optimize`."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agent.scripted_server import ServerHandle
from datasources.models import Connection
from tests.learning.optimizing.lessons import RULE, USELESS, active, script, team

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("optimize", "shop", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def shop_team(connection: Connection, model: ServerHandle) -> Connection:
    team(connection)
    model.set_script(script(RULE))
    return connection


def test_it_works_here_and_now(shop_team: Connection) -> None:
    said = run("--evolves", "rules", "--seed", "1")
    assert said.startswith("A better prompt is in use. Better, though with so few questions it could be chance: 3 → 8")
    assert f"Generation 1 (in use):\n- {RULE}" in said
    assert active(shop_team).told == [RULE]


def test_the_outcome_as_json(shop_team: Connection) -> None:
    said: dict[str, Any] = json.loads(run("--evolves", "rules", "--json"))
    assert (said["outcome"], said["generation"], said["rules"]) == ("promoted", 1, [RULE])
    assert said["comparison"]["after"] == 8


def test_the_budget_is_kept(shop_team: Connection, model: ServerHandle) -> None:
    model.set_script(script(USELESS))
    said: dict[str, Any] = json.loads(run("--calls", "10", "--json"))
    assert said["calls"] <= 10


def test_nothing_to_learn_from_is_said(connection: Connection, model: ServerHandle) -> None:
    with pytest.raises(CommandError, match="nothing to learn from yet"):
        run()
