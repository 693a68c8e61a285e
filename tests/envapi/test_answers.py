"""What is remembered of statements: it takes only so much room, and is about the task as it is now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from datasources.engine import ResultSet
from datasources.models import Connection
from envapi import answers, places, tasks
from envapi.answers import Answers
from envapi.callers import Caller
from envapi.environment import Environment
from envapi.tasks import Wanted
from learning.benchmark.grading.grader import RIGHT
from learning.benchmark.tasks import Task
from learning.models import VerifiedQuery
from tests.envapi.asked import sql, took

TASK = Task("one", "What?", ("SELECT 1",))
NAMES = "SELECT name FROM products"
PRICES = "SELECT price FROM products"


def result(characters: int) -> ResultSet:
    return ResultSet(("a",), (("x" * characters,),), truncated=False, elapsed=0.0)


def test_what_was_given_is_given_again() -> None:
    kept = Answers()
    kept.keep(TASK, "SELECT 1", result=result(1), grade=RIGHT)
    given = kept.get(TASK, "SELECT 1")
    assert given
    assert given.result == result(1)


def test_a_task_with_another_gold_is_another_one() -> None:
    kept = Answers()
    kept.keep(TASK, "SELECT 1", result=result(1), grade=RIGHT)
    assert kept.get(replace(TASK, gold=("SELECT 2",)), "SELECT 1") is None


def test_what_is_large_is_not_kept() -> None:
    kept = Answers()
    kept.keep(TASK, "SELECT 1", result=result(answers.MOST_CHARACTERS // 100 + 1), grade=RIGHT)
    assert kept.get(TASK, "SELECT 1") is None


def test_there_is_room_for_so_many_characters() -> None:
    kept, each = Answers(), answers.MOST_CHARACTERS // 200
    for number in range(250):
        kept.keep(TASK, f"SELECT {number}", result=result(each), grade=RIGHT)
    found = [number for number in range(250) if kept.get(TASK, f"SELECT {number}")]
    assert 190 <= len(found) <= 200
    assert found[-1] == 249


def test_what_is_kept_again_takes_its_room_once() -> None:
    kept, each = Answers(), answers.MOST_CHARACTERS // 200
    kept.keep(TASK, "SELECT 0", result=result(each), grade=RIGHT)
    for _ in range(250):
        kept.keep(TASK, "SELECT 1", result=result(each), grade=RIGHT)
    assert kept.get(TASK, "SELECT 0")


@pytest.mark.django_db(transaction=True)
async def test_a_verified_query_of_the_sample_is_graded_by_what_it_says_now(
    alice: User, connection: Connection
) -> None:
    connection.is_sample = True
    await connection.asave(update_fields=["is_sample"])
    query = await VerifiedQuery.objects.acreate(connection=connection, question="Which?", key="k", sql=NAMES)
    assert await reward(alice, query, PRICES) == 0.0
    query.sql = PRICES
    await sync_to_async(query.save)()
    tasks._read.clear()
    places._kept[connection.pk] = (0.0, places._kept[connection.pk][1])
    assert await reward(alice, query, PRICES) == 1.0


@pytest.mark.django_db(transaction=True)
async def test_nothing_is_known_of_an_answers_worth_where_right_sql_does_not_run(
    alice: User, connection: Connection
) -> None:
    query = await VerifiedQuery.objects.acreate(
        connection=connection, question="Which?", key="k", sql="SELECT gone FROM products"
    )
    assert await reward(alice, query, PRICES) is None


async def reward(user: User, query: VerifiedQuery, statement: str) -> float | None:
    environment = Environment(Caller(user, f"user {user.pk}"))
    await environment.reset(Wanted(f"{query.connection_id}/verified-{query.pk}"))
    return (await took(environment, sql(statement))).reward
