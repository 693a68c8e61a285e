"""How sure an answer is, beside it."""

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agent.scripted_server import ServerHandle
from chat.models import Conversation
from learning.confidence.signals import Signals
from learning.models import Episode, Verdict, VerifiedQuery
from learning.verified.keys import key_of
from tests.chat.answers import answered, text, url
from tests.chat.sockets import GOOD, browser

pytestmark = pytest.mark.django_db

SURE = Signals(agreeing=5, readings=5, likelihood=-0.02).to_json()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def said(client: Client, address: str) -> str:
    html = text(client, address)
    assert 'class="confidence"' in html
    return " ".join(html.split('class="confidence"')[1].split("</p>")[0].split())


def sure_answer(conversation: Conversation) -> Episode:
    return answered(conversation, user=conversation.user, confidence=0.9, signals=SURE)


def test_it_is_told_in_words_and_counts(alice_client: Client, conversation: Conversation) -> None:
    for place in range(6):
        Verdict.objects.create(episode=sure_answer(conversation), user=conversation.user, is_right=place > 0)
    html = said(alice_client, url("conversation", conversation.pk))
    assert "<strong>Likely right</strong>, about " in html
    assert "Answers like this were right 5 of 6 times here." in html


def test_also_on_the_answer_s_own_page(alice_client: Client, conversation: Conversation) -> None:
    html = said(alice_client, url("answer", sure_answer(conversation).pk))
    assert 'data-level="likely_right"' in html
    assert "No answer like this has been judged here yet;" in html


def test_of_what_was_answered_before_nothing_is_told(alice_client: Client, conversation: Conversation) -> None:
    answered(conversation)
    assert 'class="confidence"' not in text(alice_client, url("conversation", conversation.pk))


def test_many_answers_take_no_more_queries(alice_client: Client, conversation: Conversation) -> None:
    counts = []
    for more in (1, 6):
        for _ in range(more):
            sure_answer(conversation)
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            text(alice_client, url("conversation", conversation.pk))
        counts.append(sum("learning_verdict" in query["sql"] for query in captured.captured_queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
async def test_a_live_answer_ends_with_it(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        html = await page.sees('class="confidence"')
    assert "No answer like this has been judged here yet;" in " ".join(html.split())


@pytest.mark.django_db(transaction=True)
async def test_so_does_one_of_a_verified_query(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    await sync_to_async(VerifiedQuery.objects.create)(
        connection=conversation.connection, question="Which products?", key=key_of("Which products?"),
        sql="SELECT name FROM products",
    )  # fmt: skip
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        html = await page.sees('class="confidence"')
    assert "No answer from a verified query has been judged here yet;" in " ".join(html.split())
