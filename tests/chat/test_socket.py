"""Who may open the chat's WebSocket and keep it, and what it takes from a browser that talks nonsense."""

import asyncio
import threading
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import path

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat import post
from chat.consumers import ConversationConsumer
from chat.fragments import Fragment
from chat.models import Conversation
from learning.models import Episode
from tests.chat.sockets import GOOD, ORIGIN, SLOW, browser, cookies, is_refused, only_episode, path_of, socket

pytestmark = pytest.mark.django_db(transaction=True)

LOGGED_OUT, NOT_FOUND = 4401, 4404


async def test_an_anonymous_browser_is_told_to_log_in(conversation: Conversation) -> None:
    async with socket(path_of(conversation), ORIGIN) as page:
        assert await page.is_closed() == LOGGED_OUT


async def test_a_stranger_finds_nothing(conversation: Conversation, bob: User) -> None:
    client = Client()
    await sync_to_async(client.force_login)(bob)
    async with browser(conversation, client) as page:
        assert await page.is_closed() == NOT_FOUND


async def test_a_conversation_that_is_none_is_not_found(alice_client: Client) -> None:
    async with socket(f"/ws/chat/{uuid4()}/", ORIGIN + cookies(alice_client)) as page:
        assert await page.is_closed() == NOT_FOUND


async def test_who_is_turned_away_is_sent_nothing(conversation: Conversation) -> None:
    async with socket(path_of(conversation), ORIGIN) as page:
        await page.is_closed()
        await post.tell(conversation.pk, Fragment("<p>secret</p>"))
        assert await page.hears_nothing()


@pytest.mark.parametrize(
    "origin", [b"http://evil.example", b"https://testserver", b"http://testserver:81", b"null", b""]
)
async def test_a_page_of_another_origin_is_refused(
    conversation: Conversation, alice_client: Client, origin: bytes
) -> None:
    headers = [(b"host", b"testserver"), (b"origin", origin), *cookies(alice_client)]
    assert await is_refused(path_of(conversation), headers)


async def test_permission_is_asked_for_every_message(
    conversation: Conversation, alice_client: Client, alice: User, model: ServerHandle
) -> None:
    async with browser(conversation, alice_client) as page:
        await alice.memberships.all().adelete()
        await page.says(type="ask", question="Which products?")
        assert await page.is_closed() == NOT_FOUND

    assert not await Episode.objects.aexists()


async def test_after_logging_out_nothing_can_be_asked(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    async with browser(conversation, alice_client) as page:
        await sync_to_async(alice_client.post)("/logout/")
        await page.says(type="ask", question="Which products?")
        assert await page.is_closed() == LOGGED_OUT

    assert not await Episode.objects.aexists()


async def test_a_deactivated_user_can_ask_nothing(
    conversation: Conversation, alice_client: Client, alice: User, model: ServerHandle
) -> None:
    async with browser(conversation, alice_client) as page:
        await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
        await page.says(type="ask", question="Which products?")
        assert await page.is_closed() == LOGGED_OUT

    assert not await Episode.objects.aexists()


async def test_who_only_watches_is_looked_at_again_after_a_while(
    conversation: Conversation, alice_client: Client
) -> None:
    consumer = ConversationConsumer.as_asgi(recheck_seconds=0.0)
    route: Any = path("ws/chat/<uuid:conversation_id>/", consumer)  # type: ignore[arg-type]
    site = AuthMiddlewareStack(URLRouter([route]))
    async with socket(path_of(conversation), ORIGIN + cookies(alice_client), site) as page:
        await post.tell(conversation.pk, Fragment("<p>first</p>"))
        await page.sees("first")
        await Session.objects.all().adelete()
        await post.tell(conversation.pk, Fragment("<p>second</p>"))
        assert await page.is_closed() == LOGGED_OUT


async def test_a_fragment_does_not_wait_for_the_database_s_thread(
    conversation: Conversation, alice_client: Client
) -> None:
    free = threading.Event()
    async with browser(conversation, alice_client) as page:
        busy = asyncio.create_task(sync_to_async(free.wait)(20))
        try:
            await asyncio.sleep(0.1)
            await post.tell(conversation.pk, Fragment("<p>now</p>"))
            await page.sees("now", seconds=2)
            assert not busy.done()
        finally:
            free.set()
            await busy


@pytest.mark.parametrize(
    "frame",
    [
        *[" ", "{", "[]", '{"type": "ask"}', '{"type": "dance"}', '"ask"', "null", b"\x00\xff"],
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"type":' * 100_000, id="deep object"),
        pytest.param("1" * 10_000, id="long number"),
    ],
)
async def test_a_malformed_frame_is_answered_and_harms_nothing(
    conversation: Conversation, alice_client: Client, model: ServerHandle, frame: str | bytes
) -> None:
    async with browser(conversation, alice_client) as page:
        await page.sends(frame)
        await page.sees("did not understand")


@pytest.mark.parametrize("request_id", [r'"\ud800"', "{}", "[[[]]]", "null", "17", '"' + "x" * 100_000 + '"'])
async def test_half_a_character_and_odd_ids_harm_nothing(
    conversation: Conversation, alice_client: Client, model: ServerHandle, request_id: str
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.sends(r'{"type": "ask", "question": "Which \ud800 products?", "request": ' + request_id + "}")
        await page.sees("3 rows")

    assert len(page.html) < 20_000


async def test_an_answer_of_another_conversation_cannot_be_stopped(
    conversation: Conversation, alice_client: Client, alice: User, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    other = await Conversation.objects.acreate(user=alice, connection=conversation.connection)
    async with browser(conversation, alice_client) as page, browser(other, alice_client) as elsewhere:
        await page.says(type="ask", question="Which products?")
        await page.sees("tail-")
        await elsewhere.says(type="stop", answer=str((await only_episode()).pk))
        await page.sees("3 rows")


async def test_a_question_that_was_taken_by_a_process_that_died_is_shown_to_who_sends_it_again(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?", request="r1")
        await page.sees('data-status="succeeded"')
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?", request="r1")
        await page.sees('data-request="r1"')

    assert 'data-status="succeeded"' in page.html
