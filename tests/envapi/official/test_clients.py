"""Episodes over /ws, played by the official package's own clients."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.scripted_server import ServerHandle
from tests.envapi.asked import reply
from tests.envapi.official.conftest import TASK, Play
from tests.processes import Site

RESET = ("reset", {"task_id": TASK.id})
FAILING = ("step", {"sql": "SELECT count(*) FROM sales"})
RIGHT = ("step", {"sql": TASK.gold[0]})
STATE = ("state", None)


def test_a_reset_asks_the_task(generic: Play) -> None:
    [first] = generic(RESET)
    assert first["observation"]["question"] == TASK.question
    assert "CREATE TABLE orders" in first["observation"]["schema"]
    assert (first["reward"], first["done"]) == (None, False)


def test_a_statement_that_fails_is_answered_with_why(generic: Play) -> None:
    _, failed = generic(RESET, FAILING)
    assert failed["observation"]["error_class"] == "no_such_table"
    assert failed["observation"]["last_sql"] == FAILING[1]["sql"]
    assert failed["reward"] < 0
    assert not failed["done"]


def test_the_right_statement_ends_the_episode(generic: Play) -> None:
    *_, answered = generic(RESET, FAILING, RIGHT)
    assert (answered["reward"], answered["done"]) == (0.9, True)
    assert [each["attempt"] for each in answered["observation"]["history"]] == [1, 2]


def test_state_counts_steps(generic: Play) -> None:
    before, _, _, after = generic(STATE, ("reset", {"task_id": TASK.id, "episode_id": "mine"}), FAILING, STATE)
    assert (before["episode_id"], before["step_count"]) == (None, 0)
    assert (after["episode_id"], after["step_count"]) == ("mine", 1)


def test_the_same_seed_draws_the_same_task(generic: Play) -> None:
    drawn = [generic(("reset", {"seed": 7}))[0]["observation"]["question"] for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (RIGHT, "EXECUTION_ERROR"),
        (("reset", {"task_id": "no such task"}), "EXECUTION_ERROR"),
        (("step", {"no": "action"}), "VALIDATION_ERROR"),
    ],
    ids=["step before reset", "unknown task", "unknown action"],
)
def test_a_mistake_is_an_error_and_the_session_survives(generic: Play, call: Any, code: str) -> None:
    mistaken, _, answered = generic(call, RESET, RIGHT)
    assert mistaken["error"].startswith("RuntimeError: Server error: ")
    assert mistaken["error"].endswith(f"(code: {code})")
    assert answered["done"]


def test_a_typed_client_gets_models(typed: Play) -> None:
    first, failed, answered, state = typed(RESET, FAILING, RIGHT, STATE)
    assert "CREATE TABLE orders" in first["observation"]["schema_text"]
    assert failed["observation"]["history"][0]["error_class"] == "no_such_table"
    assert answered["observation"]["result"]["row_count"] == 1
    assert (answered["observation"]["reward"], answered["observation"]["done"]) == (0.9, True)
    assert (state["task_id"], state["step_count"], state["done"]) == (TASK.id, 2, True)


def test_a_strategy_has_the_model_write_the_sql(typed: Play, model: ServerHandle) -> None:
    model.set_script([reply(TASK.gold[0])])
    first, answered = typed(RESET, ("step", {"action": "generate"}))
    assert first["observation"]["available_actions"] == ["generate"]
    assert answered["observation"]["last_sql"] == TASK.gold[0]
    assert (answered["reward"], answered["done"]) == (1.0, True)


def test_a_token_in_the_address_opens_the_teams_own_database(generic: Play, site: Site) -> None:
    token, task = _token_and_task(site)
    [with_token] = generic(("reset", {"task_id": task}), url=site.url.replace("//", f"//agent:{token}@"))
    [without] = generic(("reset", {"task_id": task}))
    assert with_token["observation"]["question"] == TASK.question
    assert "(code: EXECUTION_ERROR)" in without["error"]


def test_a_token_that_is_not_known_is_refused(generic: Play, site: Site) -> None:
    [refused] = generic(RESET, url=site.url.replace("//", "//agent:unknown@"))
    assert refused["error"].startswith("ConnectionError: ")


def _token_and_task(site: Site) -> tuple[str, str]:
    """A token of the first user, and this task on their team's own sample database."""
    made = site.manage(
        "shell",
        "--verbosity=0",
        "--command",
        "import json; from accounts.models import ApiToken, User; from datasources.models import Connection;"
        "user = User.objects.get(); home = Connection.objects.visible_to(user).get();"
        "print(json.dumps([ApiToken.objects.create(user, name='client')[1], home.pk]))",
    )
    token, connection = json.loads(made)
    return token, f"{connection}/{TASK.id}"
