"""A limit that is reached, as the person sees it who asks."""

import pytest
from django.test import Client

from agent.scripted_server import ServerHandle
from chat.models import Conversation
from learning.models import PersonQuota
from tests.chat.sockets import GOOD, browser

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_question_over_the_limit_says_why_and_stays_in_the_box(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    await PersonQuota.objects.acreate(user=conversation.user, questions=1)
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?", request="first")
        await page.sees("3 rows")
        page.html = ""
        await page.says(type="ask", question="Which orders?", request="second")
        await page.sees("You have asked 1 question today, which is your limit.")

    assert "second" not in page.html
