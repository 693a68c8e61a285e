"""The last question of a conversation, asked again with one generation of the prompt."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from agent.scripted_server import ServerHandle
from chat.models import Conversation
from learning.models import Episode
from tests.chat.evolved import RULE, evolved
from tests.chat.sockets import GOOD, browser
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = "```sql\nSELECT price FROM products\n```"


@pytest.fixture
def told(model: ServerHandle) -> ServerHandle:
    """It answers otherwise where it is told the rule."""
    model.set_script(
        [{"when": RULE, "where": "all", "text": OTHER, "times": None}, {"when_re": ".", "text": GOOD, "times": None}]
    )
    return model


async def ask(conversation: Conversation, client: Client, *questions: str, again: str = "1") -> str:
    """What the page shows of the last question, asked again."""
    async with browser(conversation, client) as page:
        for question in questions:
            page.html = ""
            await page.says(type="ask", question=question)
            await page.sees("3 rows")
        page.html = ""
        await page.says(type="again", generation=again)
        await page.sees("3 rows" if questions else "ask-error")
    return page.html


async def last() -> Episode:
    return await Episode.objects.order_by("started_at").alast()  # type: ignore[return-value]


async def test_a_proposal_answers_before_it_is_in_use(
    conversation: Conversation, alice_client: Client, told: ServerHandle
) -> None:
    await sync_to_async(evolved)(conversation.connection, is_weak=True)
    shown = await ask(conversation, alice_client, "Which products?")
    assert "Which products?" in shown
    again = await last()
    assert (again.generation, again.sql) == (1, "SELECT price FROM products")
    assert not again.retry_of_id
    assert f'id="news-{again.pk}"' in shown


async def test_it_is_asked_as_before(conversation: Conversation, alice_client: Client, told: ServerHandle) -> None:
    """After the same turns, and not after its own answer."""
    await sync_to_async(evolved)(conversation.connection, is_weak=True)
    await ask(conversation, alice_client, "Which products?", "And their prices?")
    said = [message["content"] for message in told.requests()[-1].body["messages"]]
    assert said[1:] == ["Which products?", GOOD, "And their prices?"]


async def test_what_was_verified_is_asked_too(
    conversation: Conversation, alice_client: Client, told: ServerHandle
) -> None:
    await sync_to_async(verified)(conversation.connection, "Which products?", "SELECT name FROM products")
    await sync_to_async(evolved)(conversation.connection)
    await ask(conversation, alice_client, "Which products?")
    assert (await last()).sql == "SELECT price FROM products"


async def test_where_nothing_was_asked_it_says_so(
    conversation: Conversation, alice_client: Client, told: ServerHandle
) -> None:
    await sync_to_async(evolved)(conversation.connection, is_weak=True)
    assert "Nothing has been asked here yet." in await ask(conversation, alice_client)


@pytest.mark.parametrize("number", ["7", "999999999"])
async def test_a_generation_that_is_not_there_is_refused(
    conversation: Conversation, alice_client: Client, told: ServerHandle, number: str
) -> None:
    shown = await ask(conversation, alice_client, again=number)
    assert f"no generation {number}" in shown
    assert not await Episode.objects.aexists()


@pytest.mark.parametrize("number", ["", "-1", "x", "²", "9999999999", 1, None])
async def test_what_is_no_number_is_not_understood(
    conversation: Conversation, alice_client: Client, told: ServerHandle, number: object
) -> None:
    async with browser(conversation, alice_client) as page:
        await page.says(type="again", generation=number)
        await page.sees("did not understand")
