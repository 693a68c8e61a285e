"""Reset, step and state, whatever carries them."""

from __future__ import annotations

import pytest

from agent.policy import FEATURES
from agent.repairs import REPAIRS
from datasources.connecting import sample_path
from datasources.engine import SqliteDatabase
from envapi.errors import EnvError, Invalid, NotFound
from envapi.tasks import Wanted
from learning.benchmark.tasks import Part, built_in
from tests.envapi.asked import BAD_COLUMN, BAD_TABLE, NO_ROWS, RIGHT, TASK, WRONG, begun, somebody, sql, took

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_reset_tells_the_task_and_what_can_be_done() -> None:
    answer = await somebody().reset(Wanted(TASK, episode_id="e1"))
    seen = dict(answer.observation)
    assert (answer.reward, answer.done) == (None, False)
    assert "CREATE TABLE products" in seen.pop("schema")
    assert seen == {
        "question": built_in(Part.BENCHMARK)[0].question,
        "dialect": "sqlite",
        "attempt": 0,
        "max_attempts": 5,
        "last_sql": "",
        "error_class": "",
        "error_message": "",
        "hint": "",
        "result": None,
        "history": [],
        "available_actions": ["generate"],
        "context": [],
        "scores": {},
        "metadata": {
            "episode_id": "e1",
            "task_id": TASK,
            "difficulty": "easy",
            "reward_parts": {},
            "hindsight": {},
            "score": None,
            "why": "",
            "success": False,
            "total_reward": 0,
            "message": "",
            "outage": False,
        },
    }


async def test_the_right_rows_at_once_are_worth_1() -> None:
    answer = await took(await begun(), sql(RIGHT))
    seen, metadata = answer.observation, answer.observation["metadata"]
    assert (answer.reward, answer.done) == (1.0, True)
    assert (metadata["success"], metadata["score"], metadata["why"]) == (True, 1.0, "")
    assert (metadata["reward_parts"], metadata["total_reward"]) == ({"success": 1.0}, 1.0)
    assert (seen["attempt"], seen["last_sql"], seen["available_actions"]) == (1, RIGHT, [])


async def test_the_first_rows_are_shown() -> None:
    answer = await took(await begun(), sql("SELECT id FROM order_items ORDER BY id"))
    assert answer.observation["result"] == {
        "columns": ["id"],
        "rows": [[number] for number in range(1, 21)],
        "row_count": 1000,
        "truncated": True,
    }


async def test_wrong_rows_end_the_episode_with_part_of_the_credit() -> None:
    answer = await took(await begun(), sql(WRONG))
    metadata = answer.observation["metadata"]
    assert answer.done
    assert metadata["reward_parts"] == {"success": answer.reward}
    assert answer.reward == pytest.approx(metadata["score"], abs=1e-6)
    assert 0 < metadata["score"] < 1
    assert metadata["why"]
    assert metadata["success"]  # it ran


async def test_a_failure_is_told_with_all_that_helps_to_repair_it() -> None:
    answer = await took(await begun(), sql(BAD_COLUMN))
    seen = answer.observation
    assert not answer.done
    assert answer.reward == pytest.approx(-0.15)
    assert (seen["error_class"], seen["last_sql"], seen["result"]) == ("no_such_column", BAD_COLUMN, None)
    assert "title" in seen["error_message"]
    assert "name" in seen["hint"]
    assert seen["available_actions"] == [str(repair) for repair in REPAIRS]
    assert list(seen["scores"]) == [str(repair) for repair in REPAIRS]
    assert max(seen["scores"], key=seen["scores"].get) == "fix_column"
    named = dict(zip(FEATURES, seen["context"], strict=True))
    assert {name: value for name, value in named.items() if value} == {
        "error=no_such_column": 1.0,
        "attempt": 0.2,
        "previous=generate": 1.0,
        "streak": 0.2,
        "bias": 1.0,
    }


async def test_the_history_has_every_failure() -> None:
    environment = await begun()
    first = (await took(environment, sql(BAD_COLUMN))).observation
    second = (await took(environment, sql(BAD_TABLE))).observation
    assert second["history"][0] == first["history"][0]
    assert second["history"][1] == {
        "attempt": 2,
        "action": "sql",
        "sql": BAD_TABLE,
        "error_class": "no_such_table",
        "error_message": second["error_message"],
        "hint": second["hint"],
        "reward": pytest.approx(-0.2),
    }


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (BAD_COLUMN, BAD_COLUMN, {"failure": -0.2}),
        (BAD_COLUMN, BAD_TABLE, {"failure": -0.2, "changed": 0.1, "severity": -0.1}),
        (BAD_TABLE, BAD_COLUMN, {"failure": -0.2, "changed": 0.1, "severity": 0.2}),
        (BAD_COLUMN, "SELECT nonsense(1)", {"failure": -0.2, "changed": 0.1}),
    ],
    ids=["the same", "more severe", "less severe", "as severe"],
)
async def test_a_second_failure_is_worth_what_has_changed(before: str, after: str, parts: dict[str, float]) -> None:
    answer = await took(await begun(), sql(before), sql(after))
    assert answer.observation["metadata"]["reward_parts"] == pytest.approx(parts)
    assert answer.reward == pytest.approx(sum(parts.values()))


async def test_an_answer_is_worth_a_tenth_less_with_each_attempt() -> None:
    answer = await took(await begun(), sql(BAD_COLUMN), sql(BAD_COLUMN), sql(RIGHT))
    assert answer.reward == pytest.approx(0.8)


async def test_what_earlier_attempts_gain_in_hindsight_is_told_and_is_no_part_of_the_reward() -> None:
    answer = await took(await begun(), sql(BAD_COLUMN), sql(BAD_COLUMN), sql(RIGHT))
    metadata = answer.observation["metadata"]
    assert metadata["hindsight"] == pytest.approx({"1": 0.1, "2": 0.2})
    assert [one["reward"] for one in answer.observation["history"]] == pytest.approx([-0.05, 0.0, 0.8])
    assert metadata["total_reward"] == pytest.approx(-0.15 - 0.2 + 0.8)


async def test_five_failures_end_the_episode() -> None:
    answer = await took(await begun(), *[sql(BAD_COLUMN)] * 5)
    metadata = answer.observation["metadata"]
    assert answer.done
    assert answer.reward == pytest.approx(-0.35)
    assert (metadata["success"], metadata["total_reward"]) == (False, pytest.approx(-1.25))
    assert metadata["message"].startswith("No query worked in 5 attempts.")
    assert answer.observation["available_actions"] == []


async def test_no_rows_are_a_failure_once() -> None:
    answer = await took(await begun(), sql(NO_ROWS))
    seen = answer.observation
    assert (seen["error_class"], seen["result"], answer.done) == ("empty_result", None, False)
    assert answer.reward == pytest.approx(-0.15)


async def test_no_rows_again_are_the_answer_and_graded() -> None:
    answer = await took(await begun(), sql(NO_ROWS), sql(NO_ROWS))
    assert (answer.done, answer.reward) == (True, 0.0)
    assert answer.observation["result"]["rows"] == []
    assert answer.observation["metadata"]["success"]


async def test_no_rows_stand_where_everything_after_them_failed() -> None:
    answer = await took(await begun(), sql(NO_ROWS), *[sql(BAD_COLUMN)] * 4)
    assert answer.done
    assert answer.observation["result"]["row_count"] == 0
    assert answer.observation["metadata"]["success"]
    assert answer.reward == pytest.approx(-0.35)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM products",
        "SELECT 1; DROP TABLE products",
        "INSERT INTO stores VALUES (1)",
        "PRAGMA user_version = 7",
    ],
)
async def test_what_writes_is_refused_and_writes_nothing(statement: str) -> None:
    before = sample_path().read_bytes()
    answer = await took(await begun(), sql(statement))
    assert answer.observation["error_class"] == "not_read_only"
    assert not answer.done
    assert answer.reward == pytest.approx(-0.15)
    assert sample_path().read_bytes() == before


async def test_where_no_model_is_asked_everything_is_the_same_each_time() -> None:
    actions = [sql(BAD_COLUMN), sql(BAD_TABLE), sql(NO_ROWS), sql(WRONG)]
    runs = []
    for _ in range(2):
        environment = somebody()
        told = [await environment.reset(Wanted(seed=7, episode_id="same"))]
        told += [await took(environment, action) for action in actions]
        runs.append([answer.as_json() for answer in told])
    assert runs[0] == runs[1]


async def test_seeds_draw_different_tasks() -> None:
    drawn = {(await somebody().reset(Wanted(seed=seed))).observation["question"] for seed in range(12)}
    assert len(drawn) > 4


async def test_a_difficulty_is_kept_to() -> None:
    answers = [await somebody().reset(Wanted(difficulty="hard", seed=seed)) for seed in range(8)]
    assert {answer.observation["metadata"]["difficulty"] for answer in answers} == {"hard"}


async def test_a_difficulty_that_no_task_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Invalid, match="There are: easy, medium, hard"):
        await somebody().reset(Wanted(difficulty="trivial"))


async def test_a_task_that_is_not_there_leaves_the_episode_that_was_under_way() -> None:
    environment = await begun()
    with pytest.raises(NotFound, match="There is no task nope"):
        await environment.reset(Wanted("nope"))
    assert (await took(environment, sql(RIGHT))).reward == 1.0


async def test_what_is_kept_for_reports_is_no_task() -> None:
    [kept, *_] = built_in(Part.REPORTING)
    with pytest.raises(NotFound):
        await somebody().reset(Wanted(kept.id))


async def test_there_is_no_step_before_a_reset() -> None:
    with pytest.raises(EnvError, match="There is no episode yet: reset first"):
        await took(somebody(), sql(RIGHT))


async def test_there_is_no_step_after_the_end() -> None:
    environment = await begun()
    await took(environment, sql(RIGHT))
    with pytest.raises(EnvError, match="The episode is over: reset to begin another"):
        await took(environment, sql(RIGHT))
    assert environment.state()["step_count"] == 1


async def test_the_state_follows() -> None:
    environment = somebody()
    assert environment.state() == {"episode_id": None, "step_count": 0}
    await environment.reset(Wanted(TASK, episode_id="e1"))
    await took(environment, sql(BAD_COLUMN), sql(RIGHT))
    assert environment.state() == {
        "episode_id": "e1",
        "step_count": 2,
        "task_id": TASK,
        "question": built_in(Part.BENCHMARK)[0].question,
        "dialect": "sqlite",
        "max_attempts": 5,
        "done": True,
        "success": True,
        "total_reward": pytest.approx(0.75),
    }


async def test_the_database_holds_what_the_schema_says() -> None:
    told = (await somebody().reset(Wanted(TASK))).observation["schema"]
    database = SqliteDatabase(sample_path())
    assert all(f"CREATE TABLE {table.name} " in told for table in database.schema().tables)
    database.close()
