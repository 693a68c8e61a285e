"""Questions by a program: an ordinary question of its person."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from datasources.models import AuditEntry, Connection
from learning.models import Episode, Remark, Verdict
from tests.api.programs import NOBODYS, Program, problem_of, program_of, until
from tests.chat.sockets import GOOD, SLOW

pytestmark = pytest.mark.django_db(transaction=True)

BAD = "```sql\nSELECT title FROM products\n```"
QUESTION = "Which products do we sell?"


@pytest.fixture
async def program(alice: User) -> Program:
    return await program_of(alice)


async def test_a_question_is_answered_with_its_rows(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    assert (answer["status"], answer["question"], answer["error"]) == ("succeeded", QUESTION, "")
    assert answer["sql"] == "SELECT name\nFROM products\nORDER BY name"
    assert answer["rows"]["rows"] == [["Lamp"], ["Rope"], ["Tent"]]
    assert [column["name"] for column in answer["rows"]["columns"]] == ["name"]
    assert 0 < answer["confidence"]["likelihood"] < 1
    assert "products" in answer["explanation"]
    assert answer["url"] == f"http://testserver/answers/{answer['id']}/"


async def test_what_failed_before_is_told(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"when": "failed", "text": GOOD}, {"when_re": ".", "text": BAD, "times": None}])
    answer = await program.asks(connection.pk, QUESTION)
    failed, answered = answer["attempts"]
    assert (failed["error_class"], failed["strategy"]) == ("no_such_column", "generate")
    assert "title" in failed["message"]
    assert answered["sql"] == answer["sql"]


async def test_without_waiting_it_is_told_where_the_answer_will_be(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    response = await program.post(f"/connections/{connection.pk}/questions", {"question": QUESTION})
    begun = response.json()
    assert (response.status_code, begun["status"]) == (202, "running")
    assert begun["doing"]
    assert response["Location"] == f"/api/v1/answers/{begun['id']}"
    answer = await program.json(f"/answers/{begun['id']}?wait=30")
    assert (answer["status"], answer["rows"]["total"]) == ("succeeded", 3)


async def test_it_stands_in_the_person_s_chat_marked_as_a_program_s(
    program: Program, connection: Connection, model: ServerHandle, alice_client: Client
) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    page = await sync_to_async(alice_client.get)(f"/chat/{answer['conversation_id']}/")
    text = page.content.decode()
    assert text.count(QUESTION) > 1, "in the list, too"
    assert "Asked by a program, through the API" in text


async def test_a_follow_up_goes_on_from_the_question_before(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": "```sql\nSELECT count(*) FROM products\n```"}])
    first = await program.asks(connection.pk, QUESTION)
    second = await program.asks(connection.pk, "And how many?", conversation_id=first["conversation_id"])
    assert second["conversation_id"] == first["conversation_id"]
    assert (await Episode.objects.aget(pk=second["id"])).follows == QUESTION
    assert QUESTION in json.dumps(model.requests()[-1].body)


async def test_two_questions_at_once_in_one_conversation_are_refused(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    first = await program.asks(connection.pk, QUESTION, wait=0)
    body = {"question": "And now?", "conversation_id": first["conversation_id"]}
    second = await program.post(f"/connections/{connection.pk}/questions", body)
    assert problem_of(second) == (409, "still_answering")
    await program.post(f"/answers/{first['id']}/cancel")


async def test_an_answer_can_be_cancelled(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([SLOW])
    begun = await program.asks(connection.pk, QUESTION, wait=0)
    cancelled = (await program.post(f"/answers/{begun['id']}/cancel")).json()
    assert cancelled["status"] == "stopped"
    again = await program.post(f"/answers/{begun['id']}/cancel")
    assert (again.status_code, again.json()["status"]) == (200, "stopped")


async def test_each_step_is_told_as_it_happens(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"when": "failed", "text": GOOD}, {"when_re": ".", "text": BAD, "times": None}])
    events = await streamed(program, connection)
    names = [name for name, _ in events]
    assert names[0] == "asked"
    assert names.count("attempt") == 2
    for name in ("sql", "sql_ready", "running", "error", "rows"):
        assert name in names
    told = dict(events)
    assert told["error"]["error_class"] == "no_such_column"
    assert "".join(data["text"] for name, data in events if name == "sql").count("```") == 0
    assert told["done"]["id"] == told["asked"]["id"]
    assert told["done"]["rows"]["total"] == told["rows"]["rows"] == 3


async def test_who_stops_listening_stops_nothing(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([SLOW])
    response = await program.post(
        f"/connections/{connection.pk}/questions", {"question": QUESTION}, accept="text/event-stream"
    )
    pieces = aiter(response.streaming_content)
    asked = (await anext(pieces)).decode()
    await pieces.aclose()
    answer_id = json.loads(asked.split("data: ")[1])["id"]
    assert (await program.json(f"/answers/{answer_id}?wait=30"))["status"] == "succeeded"


async def streamed(program: Program, connection: Connection) -> list[tuple[str, Any]]:
    response = await program.post(
        f"/connections/{connection.pk}/questions", {"question": QUESTION}, accept="text/event-stream"
    )
    assert response["Content-Type"] == "text/event-stream"
    text = b"".join([piece async for piece in response.streaming_content]).decode()
    lines = [block.split("\n") for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in lines]


async def test_rows_come_in_pages(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    first = await program.json(f"/answers/{answer['id']}/rows?limit=2")
    assert (first["rows"], first["total"], first["offset"]) == ([["Lamp"], ["Rope"]], 3, 0)
    second = await program.json(first["next"].removeprefix("/api/v1"))
    assert (second["rows"], second["offset"], second["next"]) == ([["Tent"]], 2, None)


async def test_an_answer_without_rows_says_so(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([SLOW])
    begun = await program.asks(connection.pk, QUESTION, wait=0)
    assert problem_of(await program.get(f"/answers/{begun['id']}/rows")) == (409, "no_answer")
    await program.post(f"/answers/{begun['id']}/cancel")


async def test_a_verdict_with_its_remark(
    program: Program, connection: Connection, model: ServerHandle, alice: User
) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    said = await program.post(f"/answers/{answer['id']}/verdict", {"verdict": "wrong", "remark": "Not the old ones."})
    assert said.json()["verdict"] == "wrong"
    verdict = await Verdict.objects.aget()
    assert (verdict.is_right, verdict.user_id) == (False, alice.pk)
    assert (await Remark.objects.aget()).text == "Not the old ones."
    await program.post(f"/answers/{answer['id']}/verdict", {"verdict": "none"})
    assert not await Verdict.objects.aexists()


async def test_a_correct_answer_becomes_a_verified_query(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    await program.post(f"/answers/{answer['id']}/verdict", {"verdict": "correct"})
    [query] = (await program.json(f"/connections/{connection.pk}/verified-queries"))["queries"]
    assert (query["question"], query["sql"], query["verified_by"]) == (QUESTION, answer["sql"], "alice")
    again = await program.asks(connection.pk, QUESTION)
    assert again["is_verified"]


async def test_the_limits_of_the_chat_hold(
    program: Program, connection: Connection, model: ServerHandle, settings: Settings
) -> None:
    settings.QUOTA_USER_QUESTIONS = 1
    model.set_script([{"text": GOOD, "times": None}])
    await program.asks(connection.pk, QUESTION)
    refused = await program.post(f"/connections/{connection.pk}/questions", {"question": "How many products?"})
    assert problem_of(refused) == (429, "quota_exceeded")
    assert int(refused["Retry-After"]) > 0
    assert "You have asked 1 question today" in refused.json()["detail"]
    assert await Conversation.objects.acount() == 1, "one that was refused leaves no empty conversation"


async def test_its_statements_are_audited_with_the_token_s_name(
    program: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    await program.asks(connection.pk, QUESTION)
    ran = AuditEntry.objects.filter(action="query").values_list("user_name", "source", "token_name")
    assert {one async for one in ran} == {("alice", "api", "nightly report")}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": 5}, "question"),
        ({"question": "x" * 4001}, "question"),
        ({"question": "a\0b"}, "question"),
        ({"question": "  "}, "question"),
        ({"question": "Which?", "conversation_id": "no"}, "conversation_id"),
        ({"question": "Which?", "other": 1}, "other"),
    ],
)
async def test_what_is_no_question_is_told_where(
    program: Program, connection: Connection, body: Any, field: str
) -> None:
    response = await program.post(f"/connections/{connection.pk}/questions", body)
    assert problem_of(response) == (422, "invalid_request")
    assert response.json()["errors"][0]["field"] == field
    assert not await Conversation.objects.aexists()


async def test_another_s_conversation_is_not_found(
    program: Program, connection: Connection, model: ServerHandle, bob: User
) -> None:
    theirs = await Conversation.objects.acreate(user=bob, connection=connection)
    for wanted in (theirs.pk, NOBODYS):
        body = {"question": QUESTION, "conversation_id": str(wanted)}
        response = await program.post(f"/connections/{connection.pk}/questions", body)
        assert problem_of(response) == (404, "not_found")


async def test_one_sees_only_one_s_own_answers(
    program: Program, connection: Connection, model: ServerHandle, bob: User
) -> None:
    model.set_script([{"text": GOOD}])
    answer = await program.asks(connection.pk, QUESTION)
    other = await program_of(bob)
    for path in (f"/answers/{answer['id']}", f"/answers/{answer['id']}/rows"):
        assert problem_of(await other.get(path)) == (404, "not_found")


async def test_who_looks_at_the_conversation_sees_the_answer_come(
    program: Program, connection: Connection, model: ServerHandle, alice_client: Client
) -> None:
    from tests.chat.sockets import browser

    model.set_script([{"text": GOOD, "times": None}])
    first = await program.asks(connection.pk, QUESTION)
    conversation = await Conversation.objects.aget(pk=first["conversation_id"])
    async with browser(conversation, alice_client) as page:
        asked = asyncio.create_task(
            program.asks(connection.pk, "And which are the cheapest?", conversation_id=first["conversation_id"])
        )
        await page.sees("And which are the cheapest?")
        await page.sees("3 rows")
        await asked


async def test_it_is_ended_if_its_process_has_died(program: Program, connection: Connection, alice: User) -> None:
    conversation = await Conversation.objects.acreate(user=alice, connection=connection)
    lost = await Episode.objects.acreate(connection=connection, user=alice, source="api", question="?", model="m")
    await conversation.turns.acreate(episode=lost)
    await Episode.objects.aupdate(heartbeat_at="2020-01-01T00:00:00Z")
    assert (await program.json(f"/answers/{lost.pk}"))["status"] == "interrupted"


async def test_waiting_does_not_hold_up_others(program: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([SLOW])
    waiting = asyncio.create_task(program.asks(connection.pk, QUESTION))
    await until(Episode.objects.filter(status="running").aexists)
    async with asyncio.timeout(1):
        await program.json("/connections")
    assert (await waiting)["status"] == "succeeded"
