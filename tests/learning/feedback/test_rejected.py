"""What an answer is asked for instead of: the rejected ones of its chain, with what the person said."""

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from agent.events import Event
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.feedback import remarks, verdicts
from learning.feedback.rejected import MOST, chain, rejected_by
from learning.models import Attempt, Episode, Remark
from learning.recorder import answer, begin

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = "SELECT name FROM products"
DEAR = "SELECT name FROM products WHERE price > 100"


def block(sql: str) -> str:
    return f"```sql\n{sql}\n```"


def answered(connection: Connection, user: User, sql: str = NAMES, retry_of: Episode | None = None) -> Episode:
    return Episode.objects.create(
        connection=connection, user=user, source="chat", question="Which products?", model="scripted",
        status=Episode.Status.SUCCEEDED, sql=sql, retry_of=retry_of,
    )  # fmt: skip


async def ask(connection: Connection, user: User, llm: ScriptedLLM, retry_of: Episode | None = None) -> Episode:
    record = await sync_to_async(begin)(
        connection, "Which products?", llm=llm, source="chat", user=user, retry_of=retry_of
    )
    events: list[Event] = [event async for event in answer(record, llm)]
    assert events
    return await Episode.objects.select_related("retry_of").aget(pk=record.pk)


async def test_another_answer_is_not_the_one_that_was_rejected(connection: Connection, alice: User) -> None:
    first = await ask(connection, alice, ScriptedLLM([{"text": block(NAMES)}]))
    again = [block("SELECT p.name FROM products p"), block("SELECT name FROM products ORDER BY price"), block(DEAR)]
    second = await ask(connection, alice, ScriptedLLM([{"text": text} for text in again]), retry_of=first)

    assert second.sql == DEAR
    assert [attempt.error_class async for attempt in second.attempts.all()] == ["rejected", "rejected", ""]


async def test_the_model_is_told_the_remark(connection: Connection, alice: User) -> None:
    first = await ask(connection, alice, ScriptedLLM([{"text": block(NAMES)}]))
    await sync_to_async(remarks.give)(first, alice, "only the dear ones")
    llm = ScriptedLLM([{"text": block(DEAR)}])
    await ask(connection, alice, llm, retry_of=first)

    assert "only the dear ones" in llm.asked[0][-1].content


def test_the_chain_is_told_oldest_first(connection: Connection, alice: User) -> None:
    first = answered(connection, alice, "SELECT 1")
    second = answered(connection, alice, "SELECT 2", first)
    third = answered(connection, alice, "SELECT 3", second)
    assert [each.sql for each in rejected_by(third)] == ["SELECT 1", "SELECT 2"]


def test_a_retry_that_found_no_answer_is_passed_over(connection: Connection, alice: User) -> None:
    first = answered(connection, alice, "SELECT 1")
    failed = answered(connection, alice, "", first)
    Episode.objects.filter(pk=failed.pk).update(status=Episode.Status.FAILED)
    failed.refresh_from_db()
    assert [each.sql for each in rejected_by(answered(connection, alice, "SELECT 3", failed))] == ["SELECT 1"]


def test_unless_somebody_said_what_was_wrong_with_what_it_tried(connection: Connection, alice: User) -> None:
    failed = answered(connection, alice, "")
    Episode.objects.update(status=Episode.Status.FAILED)
    Attempt.objects.create(episode=failed, number=1, strategy="generate", sql=NAMES)
    remarks.give(failed, alice, "only the dear ones", Remark.Origin.TYPED)
    [told] = rejected_by(answered(connection, alice, DEAR, Episode.objects.get(pk=failed.pk)))
    assert (told.sql, told.result, told.remark) == (NAMES, None, "only the dear ones")


def test_of_a_long_chain_the_last_few_are_told(connection: Connection, alice: User) -> None:
    last = answered(connection, alice, "SELECT 0")
    for number in range(1, 9):
        last = answered(connection, alice, f"SELECT {number}", last)
    assert [each.sql for each in rejected_by(last)] == [f"SELECT {number}" for number in range(8 - MOST, 8)]


def test_a_chain_that_bites_its_tail_ends(connection: Connection, alice: User) -> None:
    first = answered(connection, alice, "SELECT 1")
    second = answered(connection, alice, "SELECT 2", first)
    Episode.objects.filter(pk=first.pk).update(retry_of=second)
    assert [each.sql for each in chain(Episode.objects.get(pk=second.pk))] == ["SELECT 1"]


def test_a_remark_that_was_taken_back_or_rejected_is_not_told(connection: Connection, alice: User) -> None:
    first = answered(connection, alice)
    second = answered(connection, alice, DEAR, first)
    remark = remarks.give(first, alice, "only the dear ones")
    assert remark is not None
    remarks.reject(remark, alice)
    assert rejected_by(second)[0].remark == ""


def test_only_what_the_one_who_asks_said_is_told(connection: Connection, alice: User, bob: User) -> None:
    first = answered(connection, alice)
    remarks.give(first, bob, "bob's opinion")
    assert rejected_by(answered(connection, alice, DEAR, first))[0].remark == ""


def test_another_answer_than_a_verified_one_is_not_recalled(connection: Connection, alice: User) -> None:
    first = answered(connection, alice)
    verdicts.give(first, alice, is_right=True)
    llm = ScriptedLLM([])

    assert begin(connection, first.question, llm=llm, source="chat", user=alice).recalled
    assert begin(connection, first.question, llm=llm, source="chat", user=alice, retry_of=first).recalled is None
