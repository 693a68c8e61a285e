"""Retry differently, over a real socket: another answer, beside the one that was rejected."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from learning.models import Episode
from tests.chat.sockets import GOOD, SLOW, Browser, browser, text_of

pytestmark = pytest.mark.django_db(transaction=True)

DEAR = "```sql\nSELECT name FROM products WHERE price > 100\n```"


def asks_again(episode: Episode) -> dict[str, Any]:
    return {"type": "retry", "answer": str(episode.pk), "request": f"retry-{episode.pk}"}


async def asked(page: Browser, sees: str = "3 rows") -> Episode:
    """Ask, and have it answered."""
    await page.says(type="ask", question="Which products?")
    await page.sees(sees)
    page.html = ""
    return await Episode.objects.order_by("-started_at").afirst() or pytest.fail("nothing was asked")


async def retry_of(episode: Episode) -> Episode:
    return await Episode.objects.aget(retry_of=episode)


async def test_the_question_is_asked_again_with_the_rejected_answer(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": DEAR}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(**asks_again(first))
        await page.sees("1 row")

    said = [message["content"] for message in model.requests()[-1].body["messages"]]
    assert said[1:3] == ["Which products?", GOOD]
    assert "was rejected" in said[3]
    assert (await retry_of(first)).sql == "SELECT name FROM products WHERE price > 100"


async def test_the_new_answer_is_shown_beside_the_old_one_with_what_changed(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": DEAR}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(**asks_again(first))
        await page.sees("The answer before")

    text = " ".join(text_of(page.html).split())
    assert "Another answer to: Which products?" in text
    assert "What changed in the SQL 2 added, 2 removed" in text
    assert "added: price &gt; 100" in text
    assert "Rope" in page.html


async def test_the_old_answer_links_to_the_new_one(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": DEAR}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(**asks_again(first))
        await page.sees("Another answer was asked for")

    assert f'data-answer="{(await retry_of(first)).pk}"' in page.html


async def test_a_retry_that_is_sent_twice_is_asked_once(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": DEAR, "times": None}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        for _ in range(2):
            await page.says(**asks_again(first))
        await page.sees("1 row")
        await page.says(type="retry", answer=str(first.pk), request="another name")
        await page.sees("has been asked for already")

    assert await Episode.objects.acount() == 2


async def test_a_retry_while_another_answer_runs_is_refused_in_words(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, SLOW])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(type="ask", question="And which orders?")
        await page.sees("And which orders?")
        await page.says(**asks_again(first))
        await page.sees("still being written")


@pytest.mark.parametrize("answer", ["", "x", "0b5c7a52-6a2e-4d4c-9d75-1f1f0a0b0c0d"])
async def test_an_answer_that_is_not_there_is_said_so(
    conversation: Conversation, alice_client: Client, model: ServerHandle, answer: str
) -> None:
    async with browser(conversation, alice_client) as page:
        await page.says(type="retry", answer=answer)
        await page.sees("not in this conversation any more")


async def test_another_conversation_s_answer_is_not_there(
    conversation: Conversation, alice_client: Client, alice: User, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    other = await Conversation.objects.acreate(user=alice, connection=conversation.connection)
    async with browser(other, alice_client) as page:
        first = await asked(page)
    async with browser(conversation, alice_client) as page:
        await page.says(**asks_again(first))
        await page.sees("not in this conversation any more")


async def test_a_retry_that_found_nothing_else_can_be_retried(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD, "times": 6}, {"text": DEAR}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(**asks_again(first))
        await page.sees("Every attempt gave the rejected answer again.")
        second = await retry_of(first)
        await page.says(**asks_again(second))
        await page.sees("1 row")

    assert (await retry_of(second)).status == Episode.Status.SUCCEEDED


async def test_a_reload_and_the_answer_s_own_page_show_the_same(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}, {"text": DEAR}])
    async with browser(conversation, alice_client) as page:
        first = await asked(page)
        await page.says(**asks_again(first))
        await page.sees("1 row")

    second = await retry_of(first)
    for address in (reverse("conversation", args=[conversation.pk]), reverse("answer", args=[second.pk])):
        html = (await sync_to_async(alice_client.get)(address)).content.decode()
        assert "What changed in the SQL" in html
        assert "The answer before" in html
    old = (await sync_to_async(alice_client.get)(reverse("answer", args=[first.pk]))).content.decode()
    assert reverse("answer", args=[second.pk]) in old
