"""Typed corrections over the WebSocket: how they are taken is shown, and can be switched, also while they run."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse

from agent.scripted_server import ServerHandle
from chat.models import Conversation, Turn
from learning.models import Episode, Remark, Verdict
from tests.chat.sockets import GOOD, SLOW, Browser, browser

pytestmark = pytest.mark.django_db(transaction=True)

BETTER = "```sql\nSELECT name FROM products WHERE price > 1 ORDER BY price\n```"
CORRECTION = "don't count cheap products"
TAKEN = "Taken as a remark on the answer above, for the curators to see."
PRESSED = re.compile(r'name="verdict"[^>]*aria-pressed="true"')
DONE = 'data-status="succeeded"'


async def asks(page: Browser, text: str, until: str = DONE, **more: str) -> None:
    page.html = ""
    await page.says(type="ask", question=text, **more)
    await page.sees(until)


async def switches(page: Browser, way: str, until: str = DONE) -> None:
    """The last answer's words, taken the other way."""
    page.html = ""
    last = await Turn.objects.order_by("asked_at").alast()
    assert last
    await page.says(type="retake", answer=str(last.episode_id), request=f"retake-{last.episode_id}", **{"as": way})
    await page.sees(until)


async def shown(client: Client, conversation: Conversation) -> str:
    response: Any = await sync_to_async(client.get)(reverse("conversation", args=[conversation.pk]))
    return " ".join(response.content.decode().split())


async def states() -> list[str]:
    return [state async for state in Remark.objects.order_by("pk").values_list("state", flat=True)]


async def test_a_correction_is_shown_as_a_remark_and_the_question_asked_again(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION)

    for html in (" ".join(page.html.split()), await shown(alice_client, conversation)):
        assert TAKEN in html
        assert "“Which products?” is asked again with it." in html
        assert "Ask it as a question instead" in html
        assert "<q>don&#x27;t count cheap products</q>" in html
        assert len(PRESSED.findall(html)) == 1


async def test_the_model_is_told_what_was_typed(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION)

    told = [message["content"] for message in model.requests()[-1].body["messages"]]
    assert told[1:3] == ["Which products?", GOOD]
    assert CORRECTION in told[-1]


async def test_also_of_what_was_tried_in_vain(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    bad = "```sql\nSELECT title FROM products\n```"
    model.set_script([{"text": bad, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?", until='data-status="failed"')
        model.set_script([{"text": BETTER, "times": None}])
        await asks(page, CORRECTION)

    assert CORRECTION in model.requests()[-1].body["messages"][-1]["content"]


async def test_one_click_asks_it_as_a_question(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION)
        await switches(page, "question")

    for html in (page.html, await shown(alice_client, conversation)):
        assert "first taken as a remark; asked as a question below" in html
        assert not PRESSED.search(html)
    assert await states() == ["withdrawn"]
    assert (await Episode.objects.alatest("started_at")).question == CORRECTION


async def test_also_while_the_other_answer_runs(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {**SLOW, "times": 1}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION, until="tail-")
        await switches(page, "question")

    statuses = [status async for status in Episode.objects.order_by("started_at").values_list("status", flat=True)]
    assert statuses == ["succeeded", "stopped", "succeeded"]
    assert not await Verdict.objects.aexists()


async def test_and_one_click_makes_a_question_a_remark(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {**SLOW, "times": 1}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        assert "This was a remark" not in page.html
        await asks(page, "exclude cheap products", until="tail-")
        assert "This was a remark on the answer above" in page.html
        await switches(page, "remark")

    for html in (page.html, await shown(alice_client, conversation)):
        assert "first asked as a question; taken as a remark below" in html
        assert TAKEN in html
    assert await states() == ["pending"]


async def test_both_ways_after_a_reload(conversation: Conversation, alice_client: Client, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION)
    assert "Ask it as a question instead" in await shown(alice_client, conversation)
    async with browser(conversation, alice_client) as page:
        await switches(page, "question")
    assert "This was a remark on the answer above" in await shown(alice_client, conversation)
    async with browser(conversation, alice_client) as page:
        await switches(page, "remark")

    assert await states() == ["withdrawn", "pending"]
    assert await Turn.objects.filter(replaced=True).acount() == 2


async def test_what_is_sent_twice_is_taken_once(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await asks(page, CORRECTION, request="r1")
        await asks(page, CORRECTION, request="r1", until='data-request="r1"')
        assert await Remark.objects.acount() == 1
        last = await Turn.objects.order_by("asked_at").alast()
        assert last
        for request in ("a", "b", "a"):
            await page.says(type="retake", answer=str(last.episode_id), request=request, **{"as": "question"})
        await page.sees("asked as a question below")
        await page.sees(DONE)

    assert await Turn.objects.acount() == 3


@pytest.mark.parametrize(
    "message",
    [{"as": "dance"}, {"as": "remark", "answer": "nonsense"}, {"as": "question", "answer": "nonsense"}, {"as": 1}],
)
async def test_nonsense_changes_nothing(
    conversation: Conversation, alice_client: Client, model: ServerHandle, message: dict[str, Any]
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        only = await Turn.objects.aget()
        await page.says(**{"type": "retake", "answer": str(only.episode_id), **message})
        await asks(page, "Which orders?")

    assert not await Turn.objects.filter(replaced=True).aexists()


async def test_a_first_question_that_cannot_be_a_remark_says_so(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": BETTER, "times": None}])
    async with browser(conversation, alice_client) as page:
        await asks(page, "Which products?")
        await switches(page, "remark", until="There is no answer above")
