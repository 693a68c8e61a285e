"""What verified queries do to the questions that are asked: recalled at once, or shown to the model."""

from collections.abc import Sequence
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from agent.events import Event, SqlDelta
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.endpoints import llm as endpoint_of
from learning.models import Episode, VerifiedQuery
from learning.recorder import answer, begin
from tests.learning.verified.conftest import MakeVerified

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
CHEAP = "SELECT name FROM products ORDER BY price"
QUESTION = "Which products are cheap?"


@pytest.fixture(autouse=True)
def _schema_has_been_read(connection: Connection) -> None:
    connection.refresh_schema()


def asked(connection: Connection, question: str, **options: Any) -> Episode:
    return begin(connection, question, llm=ScriptedLLM([]), source=Episode.Source.CHAT, **options)


async def answered(record: Episode, llm: ScriptedLLM) -> tuple[Episode, Sequence[Event]]:
    events = [event async for event in answer(record, llm)]
    return await Episode.objects.aget(pk=record.pk), events


async def test_a_verified_question_is_answered_while_no_model_is_running(
    connection: Connection, verified: MakeVerified, settings: Settings
) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "embedded", "local", local=True)
    await sync_to_async(verified)(QUESTION, CHEAP)
    record = await sync_to_async(asked)(connection, "which products are cheap")
    events = [event async for event in answer(record, endpoint_of(connection))]
    record = await Episode.objects.aget(pk=record.pk)

    assert (record.status, record.sql, record.prompt_tokens) == ("succeeded", CHEAP, 0)
    assert not [event for event in events if isinstance(event, SqlDelta)]
    assert record.examples == []


async def test_a_verified_query_that_does_not_run_any_more_is_mended_and_checked(
    connection: Connection, verified: MakeVerified
) -> None:
    query = await sync_to_async(verified)(QUESTION, "SELECT title FROM products")
    record, _ = await answered(await sync_to_async(asked)(connection, QUESTION), ScriptedLLM([{"text": GOOD}]))

    assert (record.status, record.sql) == ("succeeded", "SELECT name FROM products ORDER BY name")
    checks = DBTaskResult.objects.filter(task_path="learning.tasks.check_verified")
    assert [check.args_kwargs["args"] async for check in checks] == [[connection.pk]]
    assert (await VerifiedQuery.objects.aget(pk=query.pk)).checked_schema == ""


async def test_the_model_is_shown_similar_ones_and_the_record_says_which(
    connection: Connection, verified: MakeVerified
) -> None:
    query = await sync_to_async(verified)(QUESTION, CHEAP)
    model = ScriptedLLM([{"text": GOOD}])
    record, _ = await answered(await sync_to_async(asked)(connection, "Which products are dear?"), model)

    assert record.examples == [query.pk]
    assert model.asked[0][-1].content.endswith(f"{CHEAP}\n```\n\nNow answer this question:\nWhich products are dear?")


async def test_one_that_was_retired_since_it_was_asked_is_not_shown(
    connection: Connection, verified: MakeVerified
) -> None:
    query = await sync_to_async(verified)(QUESTION, CHEAP)
    record = await sync_to_async(asked)(connection, "Which products are dear?")
    await VerifiedQuery.objects.filter(pk=query.pk).aupdate(state="retired")
    model = ScriptedLLM([{"text": GOOD}])
    await answered(record, model)
    assert model.asked[0][-1].content == "Which products are dear?"


def test_another_answer_is_not_the_recalled_one_nor_shown_the_rejected(
    connection: Connection, verified: MakeVerified, alice: User
) -> None:
    query = verified(QUESTION, CHEAP)
    verified("Which products are dear?", f"{CHEAP} -- the last ones")
    shown = verified("Which products have no price?", "SELECT name FROM products WHERE price IS NULL")
    rejected = asked(connection, QUESTION)
    assert rejected.recalled == query
    rejected.sql = CHEAP
    rejected.save()
    again = asked(connection, QUESTION, retry_of=rejected, user=alice)
    assert (again.recalled, again.examples) == (None, [shown.pk])


def test_asking_has_those_checked_that_were_last_run_on_another_schema(
    connection: Connection, verified: MakeVerified
) -> None:
    verified(QUESTION, CHEAP, checked_schema="before")
    asked(connection, "Which orders are open?")
    assert DBTaskResult.objects.filter(task_path="learning.tasks.check_verified").count() == 1
