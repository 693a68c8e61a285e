"""The chat's WebSocket: ask, watch, stop, come back. The real application, a scripted model behind real HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation, Turn
from learning.models import Episode
from sqlagent_site.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name\nFROM products\nORDER BY name\n```"
SLOW = {"text": GOOD, "tokens_per_second": 10, "times": None}
ORIGIN = [(b"host", b"testserver"), (b"origin", b"http://testserver")]


def cookies(client: Client) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())]


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


class Browser:
    """One end of the socket; `html` is all that has been received."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator
        self.html = ""

    async def says(self, **message: Any) -> None:
        await self._communicator.send_to(text_data=json.dumps(message))

    async def sees(self, text: str, seconds: float = 10) -> str:
        """Wait until `text` has been received; returns everything so far."""
        async with asyncio.timeout(seconds):
            while text not in self.html:
                self.html += str(await self._communicator.receive_from(timeout=seconds))
        return self.html

    @property
    def streamed(self) -> str:
        """The SQL as the fragments show it: finished lines, then the unfinished one as it was last drawn."""
        lines = re.findall(r'<span id="sql-[^"]+" hx-swap-oob="beforeend">(.*?)</span><span id="tail', self.html, re.S)
        tails = re.findall(
            r'<span id="tail-[^"]+" hx-swap-oob="innerHTML">(.*?)</span>(?:<span id=|$)', self.html, re.S
        )
        return re.sub(r"<[^>]+>", "", "".join(lines) + (tails[-1] if tails else ""))


@asynccontextmanager
async def browser(conversation: Conversation, client: Client) -> AsyncIterator[Browser]:
    communicator = WebsocketCommunicator(application, f"/ws/chat/{conversation.pk}/", ORIGIN + cookies(client))
    accepted, _ = await communicator.connect()
    assert accepted
    try:
        yield Browser(communicator)
    finally:
        await communicator.disconnect()


async def is_refused(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    communicator = WebsocketCommunicator(application, path, headers)
    accepted, _ = await communicator.connect()
    await communicator.disconnect()
    return not accepted


async def only_episode() -> Episode:
    return await Episode.objects.aget()


async def test_a_question_is_answered_with_its_rows(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?", request="r1")
        await page.sees("3 rows")

    assert "Which products?" in page.html
    assert "Rope" in page.html
    assert 'data-request="r1"' in page.html


async def test_sql_streams_while_it_is_written(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD, "tokens_per_second": 20}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("3 rows")

    assert page.html.count('id="tail-') > 3
    assert page.streamed == "SELECT name\nFROM products\nORDER BY name"


async def test_the_first_question_names_the_conversation(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products do we sell?")
        await page.sees('id="conversations"')

    await conversation.arefresh_from_db()
    assert conversation.title == "Which products do we sell?"


async def test_a_follow_up_knows_the_turn_before(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD, "times": None}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("3 rows")
        page.html = ""
        await page.says(type="ask", question="And their prices?")
        await page.sees("3 rows")

    said = [message["content"] for message in model.requests()[-1].body["messages"]]
    assert said[1:] == ["Which products?", GOOD, "And their prices?"]


async def test_two_questions_send_the_same_prefix(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD, "times": None}])
    async with browser(conversation, alice_client) as page:
        for question in ("Which products?", "Which orders?"):
            page.html = ""
            await page.says(type="ask", question=question)
            await page.sees("3 rows")

    first, second = (request.body["messages"] for request in model.requests())
    assert second[: len(first)] == first


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("", "Type a question first."), ("  ", "Type a question first."), ("x" * 20_000, "at most 4,000 are possible")],
)
async def test_a_question_that_cannot_be_asked_gets_a_sentence(
    conversation: Conversation, alice_client: Client, model: ServerHandle, question: str, sentence: str
) -> None:
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question=question)
        await page.sees(sentence)

    assert 'id="asked"' not in page.html
    assert not await Turn.objects.aexists()


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ({"status": 401, "error": "no"}, "key"),
        ({"status": 404, "error": "no"}, "MODEL_NAME"),
        ({"status": 429, "error": "no", "retry_after": 60}, "Try again in 60 seconds"),
        ({"status": 500, "error": "no"}, "endpoint"),
        ({"text": "I am only a model.", "times": None}, "answered in words"),
        ({"empty": True, "times": None}, "without writing anything"),
        ({"text": GOOD, "cut_after": 4, "times": None}, "broke off"),
    ],
    ids=["401", "404", "429", "500", "prose", "empty", "cut"],
)
async def test_every_failure_of_the_model_is_a_sentence_on_the_page(
    conversation: Conversation, alice_client: Client, model: ServerHandle, reply: dict[str, Any], sentence: str
) -> None:
    model.set_script([{"times": None, **reply}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees('data-status="failed"', seconds=20)

    assert sentence in page.html
    assert (await only_episode()).status == Episode.Status.FAILED


async def test_stop_ends_the_answer_where_it_is(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("tail-")
        await page.says(type="stop", answer=str((await only_episode()).pk))
        await page.sees('data-status="stopped"')

    assert (await only_episode()).status == Episode.Status.STOPPED


async def test_an_answer_goes_on_while_nobody_watches(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("tail-")
    episode = await only_episode()
    async with browser(conversation, alice_client) as page:
        await page.says(type="resume", answers=[str(episode.pk)])
        await page.sees("3 rows")


async def test_coming_back_shows_every_letter_once(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("tail-")
    async with browser(conversation, alice_client) as page:
        await page.says(type="resume", answers=[str((await only_episode()).pk)])
        await page.sees('hx-swap-oob="beforeend"')
        await page.sees("3 rows")

    code = page.html.split("</article>")[0].partition('id="code-')[2].partition(">")[2].partition("</code>")[0]
    finished_lines, newline, _ = text_of(code).rpartition("\n")
    assert finished_lines + newline + page.streamed == "SELECT name\nFROM products\nORDER BY name"


async def test_an_answer_that_ended_meanwhile_is_shown_whole(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("3 rows")
    async with browser(conversation, alice_client) as page:
        await page.says(type="resume", answers=[str((await only_episode()).pk)])
        await page.sees("3 rows")


async def test_another_tab_sees_the_same(conversation: Conversation, alice_client: Client, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    async with browser(conversation, alice_client) as page, browser(conversation, alice_client) as other:
        await page.says(type="ask", question="Which products?")
        await other.sees("3 rows")

    assert 'id="asked"' not in other.html


async def test_one_question_at_a_time(conversation: Conversation, alice_client: Client, model: ServerHandle) -> None:
    model.set_script([SLOW])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="Which products?")
        await page.sees("tail-")
        await page.says(type="ask", question="Which orders?")
        await page.sees("still being written")
        await page.says(type="stop", answer=str((await only_episode()).pk))
        await page.sees('data-status="stopped"')


@pytest.mark.parametrize("frame", [" ", "{", "[]", '{"type": "ask"}', '{"type": "dance"}', '"ask"', "null"])
async def test_a_malformed_frame_is_answered_and_harms_nothing(
    conversation: Conversation, alice_client: Client, model: ServerHandle, frame: str
) -> None:
    communicator = WebsocketCommunicator(application, f"/ws/chat/{conversation.pk}/", ORIGIN + cookies(alice_client))
    await communicator.connect()
    await communicator.send_to(text_data=frame)
    assert "did not understand" in await communicator.receive_from()
    await communicator.disconnect()


async def test_bytes_are_answered_too(conversation: Conversation, alice_client: Client, model: ServerHandle) -> None:
    communicator = WebsocketCommunicator(application, f"/ws/chat/{conversation.pk}/", ORIGIN + cookies(alice_client))
    await communicator.connect()
    await communicator.send_to(bytes_data=b"\x00\xff")
    assert "did not understand" in await communicator.receive_from()
    await communicator.disconnect()


async def test_text_of_people_and_models_is_escaped(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": "```sql\nSELECT '<script>x</script>' AS \"<b>\"\n```"}])
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="<img src=x onerror=alert(1)>")
        await page.sees("1 row")

    assert "<script>" not in page.html
    assert "<img" not in page.html
    assert "<b>" not in page.html


async def test_a_stranger_s_socket_is_refused(conversation: Conversation, bob: User) -> None:
    client = Client()
    await sync_to_async(client.force_login)(bob)
    assert await is_refused(f"/ws/chat/{conversation.pk}/", ORIGIN + cookies(client))


async def test_an_anonymous_socket_is_refused(conversation: Conversation) -> None:
    assert await is_refused(f"/ws/chat/{conversation.pk}/", ORIGIN)


async def test_a_conversation_that_is_none_is_refused(alice_client: Client) -> None:
    assert await is_refused(f"/ws/chat/{uuid4()}/", ORIGIN + cookies(alice_client))


@pytest.mark.parametrize(
    "origin", [b"http://evil.example", b"https://testserver", b"http://testserver:81", b"null", b""]
)
async def test_a_page_of_another_origin_is_refused(
    conversation: Conversation, alice_client: Client, origin: bytes
) -> None:
    headers = [(b"host", b"testserver"), (b"origin", origin), *cookies(alice_client)]
    assert await is_refused(f"/ws/chat/{conversation.pk}/", headers)


async def test_permission_is_asked_for_every_message(
    conversation: Conversation, alice_client: Client, alice: User, model: ServerHandle
) -> None:
    communicator = WebsocketCommunicator(application, f"/ws/chat/{conversation.pk}/", ORIGIN + cookies(alice_client))
    await communicator.connect()
    await alice.memberships.all().adelete()
    await communicator.send_to(text_data=json.dumps({"type": "ask", "question": "Which products?"}))

    assert (await communicator.receive_output())["type"] == "websocket.close"
    assert not await Episode.objects.aexists()


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
