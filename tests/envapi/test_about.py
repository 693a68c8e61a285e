"""What the environment says of itself."""

from __future__ import annotations

import pytest

from agent.errors import ErrorClass
from agent.policy import FEATURES
from envapi.actions import ACTIONS
from learning.benchmark.tasks import Part, built_in
from tests.envapi.agents import Agent, told

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_tasks_are_listed_without_their_answers() -> None:
    response = await Agent().get("/env/tasks")
    tasks = told(response)["tasks"]
    assert tasks[0] == {
        "task_id": "easy-01",
        "question": built_in(Part.BENCHMARK)[0].question,
        "instructions": "",
        "difficulty": "easy",
        "category": "filter",
        "dialect": "sqlite",
        "database": "environment",
    }
    known = {task["task_id"] for task in tasks}
    assert known == {task.id for part in (Part.BENCHMARK, Part.VALIDATION) for task in built_in(part)}
    assert not any(gold in response.body.decode() for task in built_in() for gold in task.gold)


async def test_each_listed_task_can_be_reset() -> None:
    agent = Agent()
    for task in told(await agent.get("/env/tasks"))["tasks"]:
        first = (await agent.resets(task_id=task["task_id"], episode_id="one"))["observation"]
        assert first["question"].startswith(task["question"])


async def test_the_info_names_actions_features_errors_and_ranges() -> None:
    info = told(await Agent().get("/env/info"))
    assert (info["name"], info["max_attempts"], info["tasks"]) == ("sql-agent", 5, 48)
    assert info["actions"] == [str(action) for action in ACTIONS]
    assert info["context_features"] == list(FEATURES)
    assert info["error_classes"] == [str(error) for error in ErrorClass]
    assert info["reward"]["range"] == [-1.0, 1.0]
    assert set(info["reward"]["parts"]) == {"success", "failure", "severity", "changed"}
    assert info["sessions"]["max_sessions"] == 1000
    assert info["authorization"]["public"] is True


async def test_it_is_healthy_and_has_a_name_for_everybody() -> None:
    assert told(await Agent().get("/health")) == {"status": "healthy"}
    metadata = told(await Agent().get("/metadata"))
    assert (metadata["name"], metadata["version"]) == ("sql-agent", "1.0.0")
    assert metadata["description"]
