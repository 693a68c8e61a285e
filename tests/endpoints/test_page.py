"""What a person sees of the line and of an endpoint that dies: nothing that was asked is lost, and others go on."""

import re

import pytest
from django.test import Client

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from endpoints.models import Endpoint, Ticket
from learning.models import Episode
from tests.chat.sockets import GOOD, SLOW, browser, only_episode
from tests.endpoints.conftest import KEY, Configure, Serve

pytestmark = pytest.mark.django_db(transaction=True)

ENDLESS = {**SLOW, "tokens_per_second": 2}
DIES = {"text": GOOD, "cut_after": 6, "times": None}


@pytest.fixture(autouse=True)
def no_environment(model: ServerHandle, db: None) -> None:
    """The endpoint of the environment is switched off."""
    row = Endpoint.objects.saved_environment()
    row.is_enabled = False
    row.save()


@pytest.fixture
def server(serve: Serve) -> ServerHandle:
    return serve()


@pytest.fixture
def another(conversation: Conversation) -> Conversation:
    return Conversation.objects.create(user=conversation.user, connection=conversation.connection)


async def test_it_says_how_many_are_ahead_and_then_answers(
    conversation: Conversation, alice_client: Client, server: ServerHandle, configure: Configure
) -> None:
    endpoint = await configure("Busy", server, at_once=1)
    server.set_script([GOOD])
    at_work = await Ticket.objects.acreate(endpoint=endpoint, at_work=True)
    await Ticket.objects.acreate(endpoint=endpoint)
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        await person.sees("waiting for the model, 1 ahead of you")
        await Ticket.objects.filter(at_work=False).exclude(pk__gt=at_work.pk + 1).adelete()
        await person.sees("waiting for the model, you are next")
        await at_work.adelete()
        await person.sees('data-status="succeeded"')
    assert (await only_episode()).model == "Busy-model @ Busy"


async def test_who_stops_while_waiting_leaves_the_line(
    conversation: Conversation, alice_client: Client, server: ServerHandle, configure: Configure
) -> None:
    endpoint = await configure("Busy", server, at_once=1)
    await Ticket.objects.acreate(endpoint=endpoint, at_work=True)
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        await person.sees("you are next")
        await person.says(type="stop", answer=str((await only_episode()).pk))
        await person.sees('data-status="stopped"')
    assert await Ticket.objects.acount() == 1
    assert not server.requests()


async def test_an_endpoint_that_dies_in_the_middle_is_replaced_and_what_it_wrote_is_taken_back(
    conversation: Conversation, alice_client: Client, server: ServerHandle, serve: Serve, configure: Configure
) -> None:
    await configure("First", server, position=1)
    second = serve()
    await configure("Second", second, position=2)
    server.set_script([{"text": "```sql\nSELECT secret_half FROM", "cut_after": 8, "times": None}])
    second.set_script([GOOD])
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        html = await person.sees('data-status="succeeded"')
    assert "First did not end its answer. What it wrote is discarded: Second begins anew." in html
    shown = re.sub(r"<[^>]+>", "", html[html.rindex('data-status="succeeded"') :])
    assert "secret_half" not in shown
    episode = await only_episode()
    assert (episode.model, episode.sql) == ("Second-model @ Second", "SELECT name\nFROM products\nORDER BY name")
    assert await episode.attempts.acount() == 1


async def test_where_there_is_no_other_the_question_is_kept_and_nothing_half_written_runs(
    conversation: Conversation, alice_client: Client, server: ServerHandle, configure: Configure
) -> None:
    await configure("Only", server)
    server.set_script([DIES])
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        html = await person.sees('data-status="failed"')
    assert "The model endpoint Only broke off in the middle of its answer" in html
    episode = await only_episode()
    assert (episode.status, episode.question, episode.sql) == (Episode.Status.FAILED, "Which products?", "")


async def test_other_people_go_on_meanwhile(
    conversation: Conversation,
    another: Conversation,
    alice_client: Client,
    server: ServerHandle,
    configure: Configure,
) -> None:
    await configure("Only", server)
    server.set_script([{"text": GOOD, "when": "Which products?", "tokens_per_second": 20}, {**DIES, "when": "dies"}])
    async with browser(conversation, alice_client) as person, browser(another, alice_client) as other:
        await person.says(type="ask", question="Which products?")
        await person.sees("writing SQL")
        await other.says(type="ask", question="This one dies")
        await other.sees("broke off")
        await person.sees('data-status="succeeded"')


async def test_a_team_is_answered_by_no_endpoint_of_another_team(
    conversation: Conversation, alice_client: Client, bob: User, server: ServerHandle, configure: Configure
) -> None:
    theirs = await configure("Theirs", server, is_shared=False)
    await theirs.teams.acreate(team=await bob.teams.aget())
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        html = await person.sees('data-status="failed"')
    assert not server.requests()
    assert "Theirs" not in html


async def test_an_error_on_the_page_holds_no_key(
    conversation: Conversation, alice_client: Client, server: ServerHandle, configure: Configure
) -> None:
    await configure("Only", server)
    server.set_script([{"status": 400, "error": f"what is {KEY}?", "times": None}])
    async with browser(conversation, alice_client) as person:
        await person.says(type="ask", question="Which products?")
        html = await person.sees('data-status="failed"')
    assert "what is …?" in html
    assert KEY not in html
