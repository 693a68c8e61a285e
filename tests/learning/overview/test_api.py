"""A connection's learning for programs: GET /api/connections/<id>/learning."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, User
from agent.errors import ErrorClass
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Text
from tests.learning.bandit import logs
from tests.learning.overview.asked import COLUMN, ask, days_ago, judge

pytestmark = pytest.mark.django_db


def get(connection: Connection, user: User, **query: str) -> Any:
    _, token = ApiToken.objects.create(user, name="report")
    return Client().get(f"/api/connections/{connection.pk}/learning", query, HTTP_AUTHORIZATION=f"Token {token}")


def strict(body: bytes) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(body, parse_constant=refuse)


def test_it_gives_what_the_page_shows(connection: Connection, alice: User) -> None:
    judge(ask(connection, [COLUMN], generation=1), alice, is_right=True)
    ask(connection, generation=1)
    response = get(connection, alice)
    found = response.json()
    assert response.status_code == 200
    assert list(found) == [
        "connection", "period", "total", "over_time", "errors", "verdicts", "seconds", "in_use", "generations",
        "heat_map", "policies",
    ]  # fmt: skip
    assert found["connection"] == {"id": connection.pk, "name": "shop"}
    assert found["total"] == {
        "questions": 2,
        "answered": 2,
        "at_first": 1,
        "attempts": 3,
        "recalled": 0,
        "with_examples": 0,
        "unreached": 0,
        "prompt_tokens": 2000,
        "cached_tokens": 1600,
        "completion_tokens": 100,
        "success_rate": 1.0,
        "first_rate": 0.5,
        "attempts_per_question": 1.5,
    }
    [slot] = found["over_time"]
    assert (slot["generation"], slot["questions"]) == (1, 2)
    assert found["errors"] == [{"error_class": "no_such_column", "attempts": 1, "questions": 1, "repaired": 1}]
    assert (found["verdicts"]["answers"], found["verdicts"]["right_share"]) == (1, 1.0)
    assert found["seconds"][0] == {"start": None, "answers": 2, "p50": 2.0, "p95": 2.0}
    assert found["in_use"] == {"verified": 0, "rules": 0, "waiting": 0}


def test_it_lists_the_generations_of_the_prompt(connection: Connection, alice: User) -> None:
    seed = changing.seed_of(connection)
    comparison = {"sentence": "Weak evidence, as there is only 1 verified query.", "is_weak": True}
    changing.promote(changing.add(seed, Text("Answer."), "evolved", comparison=comparison), alice)
    first, second = get(connection, alice).json()["generations"]
    assert (first["number"], first["parent"], first["state"], first["origin"]) == (0, None, "earlier", "seed")
    assert (first["comparison"], first["is_weak"]) == (None, None)
    assert datetime.fromisoformat(second.pop("created_at")) <= datetime.fromisoformat(second.pop("activated_at"))
    assert second == {
        "number": 1,
        "parent": 0,
        "state": "active",
        "origin": "evolved",
        "comparison": "Weak evidence, as there is only 1 verified query.",
        "is_weak": True,
    }


def test_one_that_was_never_in_use_has_no_time_of_that(connection: Connection, alice: User) -> None:
    changing.add(changing.seed_of(connection), Text("Answer."), "edited")
    assert get(connection, alice).json()["generations"][1]["activated_at"] is None


def test_times_are_iso_with_their_zone(connection: Connection, alice: User) -> None:
    ask(connection)
    found = get(connection, alice).json()
    times = [found["period"]["since"], found["period"]["until"], found["over_time"][0]["start"]]
    assert all(datetime.fromisoformat(time).utcoffset() is not None for time in times)


def test_of_nothing_it_is_whole_and_strict_json(connection: Connection, alice: User) -> None:
    found = strict(get(connection, alice).content)
    assert found["total"]["success_rate"] is None
    assert found["verdicts"] == {"answers": 0, "right": 0, "right_share": None, "over_time": []}
    assert len(found["heat_map"]) == len(ErrorClass) * len(REPAIRS)
    assert found["policies"]["mean_reward"] is None
    assert all(candidate["doubly_robust"] is None for candidate in found["policies"]["candidates"])


def test_policies_come_with_their_intervals(connection: Connection, alice: User) -> None:
    natural = {ErrorClass.TIMEOUT: Strategy.REWRITE_CTE}
    logs.write(connection, 60, natural, lambda error, strategy: float(strategy is Strategy.REWRITE_CTE))
    learned, *others = strict(get(connection, alice).content)["policies"]["candidates"]
    assert learned["name"] == "learned"
    assert learned["doubly_robust"]["low"] < learned["doubly_robust"]["value"] < learned["doubly_robust"]["high"]
    assert [other["name"] for other in others] == ["rewrite_full", "table", "random"]
    assert all(other["verdict"] for other in others)


def test_days_choose_the_period(connection: Connection, alice: User) -> None:
    ask(connection, at=days_ago(40))
    assert get(connection, alice, days="30").json()["total"]["questions"] == 0
    assert get(connection, alice).json()["period"]["days"] == 90
    found = get(connection, alice, days="all").json()
    assert (found["period"]["days"], found["period"]["since"], found["total"]["questions"]) == (None, None, 1)


@pytest.mark.parametrize("days", ["0", "x", "-3", ""])
def test_other_days_are_refused(connection: Connection, alice: User, days: str) -> None:
    response = get(connection, alice, days=days)
    assert response.status_code == 400
    assert response.json() == {"days": ["Give a number of days, or all."]}


def test_another_team_s_is_not_found(connection: Connection, bob: User) -> None:
    response = get(connection, bob)
    assert response.status_code == 404
    assert "shop" not in response.content.decode()


def test_it_takes_a_token_and_nothing_else(connection: Connection, alice_client: Client) -> None:
    address = f"/api/connections/{connection.pk}/learning"
    assert Client().get(address).status_code == 401
    assert alice_client.get(address).status_code == 401
    assert Client().get(address, HTTP_AUTHORIZATION="Token sqla_wrong").status_code == 401


def test_there_is_only_get(connection: Connection, alice: User) -> None:
    _, token = ApiToken.objects.create(alice, name="report")
    address = f"/api/connections/{connection.pk}/learning"
    assert Client().post(address, HTTP_AUTHORIZATION=f"Token {token}").status_code == 405
