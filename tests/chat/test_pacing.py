"""A browser that sends without end is told to wait, then closed; who types is never kept waiting."""

import pytest
from django.test import Client

from agent.scripted_server import ServerHandle
from chat import pacing
from chat.consumers import TOO_FAST, TOO_MUCH
from chat.models import Conversation
from tests.chat.sockets import GOOD, browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_has_said_anything() -> None:
    pacing.pace._talks.clear()


async def test_a_flood_is_told_once_to_wait_and_then_closed(conversation: Conversation, alice_client: Client) -> None:
    async with browser(conversation, alice_client) as page:
        for _ in range(pacing.BURST + 3 * pacing.PATIENCE):
            await page.says(type="resume", answers=[])

        assert await page.is_closed() == TOO_MUCH
    assert page.html.count(TOO_FAST) == 1


async def test_a_question_after_a_lost_connection_is_answered(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        for _ in range(20):
            await page.says(type="resume", answers=[])
        await page.says(type="ask", question="Which products?")
        await page.sees("3 rows")


def test_who_pauses_may_go_on() -> None:
    now = [0.0]
    pace = pacing.Pace(lambda: now[0])
    assert [pace.allows("ann") for _ in range(pacing.BURST + 1)] == [True] * pacing.BURST + [False]

    now[0] += pacing.BURST / pacing.A_SECOND
    assert pace.allows("ann")


def test_others_talk_meanwhile() -> None:
    pace = pacing.Pace(lambda: 0.0)
    while pace.allows("ann"):
        pass
    assert pace.allows("ben")
