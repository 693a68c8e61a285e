"""Conversations and answers that are shared with the team: what others read, and who does not any more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from chat.consumers import NOT_FOUND
from chat.models import Conversation, Turn
from datasources.models import AuditEntry
from learning.models import Episode, Remark
from tests.chat.sockets import browser
from tests.learning.benchmark.pages.runs import words_of
from tests.site import MakeUser

LINK = r'(?:href|hx-get)="(/(?!static/)[^"]*)"'
RESULT = {"columns": ["name"], "rows": [["<Tent>"]], "truncated": False, "elapsed": 0.1}


@pytest.fixture
def carol(make_user: MakeUser, conversation: Conversation) -> User:
    """A colleague."""
    return make_user("carol", conversation.connection.team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(conversation: Conversation, question: str, **turn: Any) -> Episode:
    episode = Episode.objects.create(
        connection=conversation.connection,
        user=conversation.user,
        source="chat",
        question=question,
        model="m",
        sql="SELECT name FROM products",
        result=RESULT,
        status="succeeded",
        finished_at=timezone.now(),
    )
    Turn.objects.create(conversation=conversation, episode=episode, **turn)
    return episode


def address(conversation: Conversation) -> str:
    return reverse("conversation", args=[conversation.pk])


def share(client: Client, conversation: Conversation) -> None:
    client.post(reverse("share_conversation", args=[conversation.pk]))


@pytest.mark.django_db
def test_before_it_is_shared_nobody_else_reads_it(conversation: Conversation, carol: User) -> None:
    episode = asked(conversation, "Which products?")
    assert client_of(carol).get(address(conversation)).status_code == 404
    assert client_of(carol).get(reverse("answer", args=[episode.pk])).status_code == 404


@pytest.mark.django_db
def test_the_team_reads_a_shared_conversation_by_its_address(
    conversation: Conversation, alice_client: Client, carol: User
) -> None:
    episode = asked(conversation, "Which products?")
    share(alice_client, conversation)
    page = client_of(carol).get(address(conversation)).content.decode()
    assert "Which products?" in page
    assert "&lt;Tent&gt;" in page
    assert f"shared with {conversation.connection.team}" in words_of(page)
    assert 'id="ask"' not in page
    assert "ws-connect" not in page
    assert "verdict" not in page
    assert client_of(carol).get(reverse("answer", args=[episode.pk])).status_code == 200


@pytest.mark.django_db
def test_its_asker_still_asks_in_it_and_sees_the_sign(conversation: Conversation, alice_client: Client) -> None:
    asked(conversation, "Which products?")
    share(alice_client, conversation)
    page = alice_client.get(address(conversation)).content.decode()
    assert 'id="ask"' in page
    assert f"shared with {conversation.connection.team}" in words_of(page)


@pytest.mark.django_db
def test_others_read_no_remarks(conversation: Conversation, alice: User, alice_client: Client, carol: User) -> None:
    first = asked(conversation, "Which products?")
    remark = Remark.objects.create(
        connection=conversation.connection, user=alice, origin="verdict", text="my note", episode=first
    )
    asked(conversation, "Which products?", typed="only the cheap, you fool", remark=remark)
    asked(conversation, "what was replaced", replaced=True)
    share(alice_client, conversation)
    page = client_of(carol).get(address(conversation)).content.decode()
    assert [word for word in ("my note", "you fool", "what was replaced") if word in page] == []


@pytest.mark.django_db
def test_who_left_the_team_finds_nothing_any_more(
    conversation: Conversation, alice_client: Client, carol: User, bob: User
) -> None:
    episode = asked(conversation, "Which products?")
    share(alice_client, conversation)
    assert client_of(carol).get(address(conversation)).status_code == 200
    carol.memberships.all().delete()
    for user in (carol, bob):
        assert client_of(user).get(address(conversation)).status_code == 404
        assert client_of(user).get(reverse("answer", args=[episode.pk])).status_code == 404


@pytest.mark.django_db
def test_one_answer_is_shared_alone(conversation: Conversation, alice_client: Client, carol: User) -> None:
    first, second = asked(conversation, "Which products?"), asked(conversation, "And orders?")
    alice_client.post(reverse("share_answer", args=[first.pk]))
    assert "Which products?" in client_of(carol).get(reverse("answer", args=[first.pk])).content.decode()
    assert client_of(carol).get(reverse("answer", args=[second.pk])).status_code == 404
    assert client_of(carol).get(address(conversation)).status_code == 404
    assert "Stop sharing" in words_of(alice_client.get(reverse("answer", args=[first.pk])).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["verdict", "remark", "pick", "share_answer"])
def test_others_say_nothing_of_it(conversation: Conversation, alice_client: Client, carol: User, name: str) -> None:
    episode = asked(conversation, "Which products?")
    share(alice_client, conversation)
    data = {"verdict": "wrong", "remark": "no", "pick": "this"}
    assert client_of(carol).post(reverse(name, args=[episode.pk]), data).status_code == 404


@pytest.mark.django_db
def test_sharing_stops(conversation: Conversation, alice_client: Client, carol: User) -> None:
    asked(conversation, "Which products?")
    share(alice_client, conversation)
    assert client_of(carol).post(reverse("stop_sharing_conversation", args=[conversation.pk])).status_code == 404
    alice_client.post(reverse("stop_sharing_conversation", args=[conversation.pk]))
    assert client_of(carol).get(address(conversation)).status_code == 404
    said = AuditEntry.objects.filter(action="change").order_by("at").values_list("message", flat=True)
    assert [words.split()[0] for words in said] == ["shared", "stopped"]


@pytest.mark.django_db
def test_a_curator_stops_what_somebody_else_has_shared(
    conversation: Conversation, alice_client: Client, carol: User
) -> None:
    episode = asked(conversation, "Which products?")
    share(alice_client, conversation)
    alice_client.post(reverse("share_answer", args=[episode.pk]))
    carol.memberships.update(role=Membership.Role.CURATOR)
    client_of(carol).post(reverse("stop_sharing_conversation", args=[conversation.pk]))
    client_of(carol).post(reverse("stop_sharing_answer", args=[episode.pk]))
    assert not Conversation.objects.exclude(shared_at=None).exists()
    assert not Turn.objects.exclude(shared_at=None).exists()


@pytest.mark.django_db
def test_the_team_s_list_says_what_is_shared(conversation: Conversation, alice_client: Client, carol: User) -> None:
    page = reverse("team_shared", args=[conversation.connection.team_id])
    assert "Nothing yet" in words_of(client_of(carol).get(page).content.decode())
    episode = asked(conversation, "Which products?")
    conversation.title = "About products"
    conversation.save()
    share(alice_client, conversation)
    alice_client.post(reverse("share_answer", args=[episode.pk]))
    seen = words_of(client_of(carol).get(page).content.decode())
    assert "About products" in seen
    assert "Which products?" in seen
    assert "Stop sharing" not in seen
    assert "Stop sharing" in words_of(alice_client.get(page).content.decode())


@pytest.mark.django_db(transaction=True)
async def test_the_socket_of_a_shared_conversation_is_its_asker_s_alone(
    conversation: Conversation, carol: User
) -> None:
    conversation.shared_at = timezone.now()
    await conversation.asave()
    async with browser(conversation, await sync_to_async(client_of)(carol)) as reader:
        assert await reader.is_closed() == NOT_FOUND


@pytest.mark.django_db
def test_every_link_that_a_colleague_is_shown_leads_somewhere(
    conversation: Conversation, alice_client: Client, carol: User
) -> None:
    episode, alone = asked(conversation, "Which products?"), asked(conversation, "Which others?")
    share(alice_client, conversation)
    alice_client.post(reverse("share_answer", args=[alone.pk]))
    client = client_of(carol)
    pages = [address(conversation), *(reverse("answer", args=[each.pk]) for each in (episode, alone))]
    found = {link for page in pages for link in re.findall(LINK, client.get(page).content.decode())}
    assert reverse("answer", args=[episode.pk]) in found
    lost = [link for link in found if 404 in {client.get(link).status_code}]
    assert lost == []
