"""A long conversation shows its last questions; the earlier ones come on request."""

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.comparing import earlier
from chat.models import Conversation, Turn
from chat.turns import SHOWN
from learning.models import Episode

pytestmark = pytest.mark.django_db


def long_conversation(conversation: Conversation, count: int) -> list[Episode]:
    episodes = []
    for number in range(count):
        episode = Episode.objects.create(
            connection=conversation.connection, source=Episode.Source.CHAT, question=f"Question {number}?",
            model="scripted", status=Episode.Status.FAILED,
        )  # fmt: skip
        asked_at = timezone.now() - timedelta(minutes=count - number)
        Turn.objects.create(conversation=conversation, episode=episode, asked_at=asked_at)
        episodes.append(episode)
    return episodes


def questions(client: Client, address: str) -> list[int]:
    """The numbers of the questions that are shown, in their order."""
    response = client.get(address)
    assert response.status_code == 200
    return [int(number) for number in re.findall(r"data-question>Question (\d+)", response.content.decode())]


def link(client: Client, address: str, attribute: str) -> str:
    """Where "Earlier questions" leads; empty where it is not shown."""
    found = re.search(rf'id="earlier"[^>]* {attribute}="([^"]+)"', client.get(address).content.decode())
    return found[1] if found else ""


def page_of(conversation: Conversation) -> str:
    return reverse("conversation", args=[conversation.pk])


def test_a_short_conversation_is_shown_whole(conversation: Conversation, alice_client: Client) -> None:
    long_conversation(conversation, SHOWN)
    assert questions(alice_client, page_of(conversation)) == list(range(SHOWN))
    assert link(alice_client, page_of(conversation), "href") == ""


def test_a_long_one_shows_its_end(conversation: Conversation, alice_client: Client) -> None:
    long_conversation(conversation, 25)
    assert questions(alice_client, page_of(conversation)) == list(range(15, 25))


def test_the_earlier_ones_come_page_by_page(conversation: Conversation, alice_client: Client) -> None:
    long_conversation(conversation, 25)
    second = link(alice_client, page_of(conversation), "hx-get")
    assert questions(alice_client, second) == list(range(5, 15))
    third = link(alice_client, second, "hx-get")
    assert questions(alice_client, third) == list(range(5))
    assert link(alice_client, third, "hx-get") == ""


def test_without_htmx_the_link_shows_them_with_all_that_follow(
    conversation: Conversation, alice_client: Client
) -> None:
    long_conversation(conversation, 25)
    second = link(alice_client, page_of(conversation), "href")
    assert questions(alice_client, second) == list(range(5, 25))
    assert questions(alice_client, link(alice_client, second, "href")) == list(range(25))


@pytest.mark.parametrize("since", ["", "x", "²", "00000000-0000-4000-8000-000000000000"])
def test_since_nothing_shows_the_end(conversation: Conversation, alice_client: Client, since: str) -> None:
    long_conversation(conversation, 11)
    assert questions(alice_client, f"{page_of(conversation)}?since={since}") == list(range(1, 11))


def test_an_answer_of_another_conversation_is_no_beginning(
    conversation: Conversation, alice: User, alice_client: Client
) -> None:
    other = Conversation.objects.create(user=alice, connection=conversation.connection)
    long_conversation(conversation, 3)
    [foreign] = long_conversation(other, 1)
    assert questions(alice_client, reverse("earlier_turns", args=[conversation.pk, foreign.pk])) == []


def test_twenty_retries_ask_the_database_as_little_as_two(conversation: Conversation, alice_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            assert alice_client.get(page_of(conversation)).status_code == 200
        return len(captured)

    queries()
    retried(conversation, 3)
    few = queries()
    retried(conversation, 17)
    assert queries() == few


def test_the_answer_before_is_the_last_that_was_found(conversation: Conversation) -> None:
    first, second, lost, last = retried(conversation, 4)
    Episode.objects.filter(pk=lost.pk).update(status=Episode.Status.FAILED, sql="")
    found = earlier(list(Episode.objects.filter(pk__in=[first.pk, second.pk, last.pk])))
    assert {pk: before.id for pk, before in found.items()} == {second.pk: str(first.pk), last.pk: str(second.pk)}


def retried(conversation: Conversation, count: int) -> list[Episode]:
    """Answers, each asked for instead of the one before."""
    episodes: list[Episode] = []
    for number in range(count):
        episode = Episode.objects.create(
            connection=conversation.connection, source=Episode.Source.CHAT, question="Which?", model="scripted",
            sql=f"SELECT {number}", status=Episode.Status.SUCCEEDED, retry_of=episodes[-1] if episodes else None,
        )  # fmt: skip
        Turn.objects.create(conversation=conversation, episode=episode)
        episodes.append(episode)
    return episodes
