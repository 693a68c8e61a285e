"""Finding what was asked, saved and verified, within what one may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.models import Conversation, Turn
from datasources.models import Connection
from learning.models import Episode
from tests.learning.benchmark.pages.runs import words_of
from tests.learning.verified.queries import verified
from tests.workbench.saved.conftest import Save

pytestmark = pytest.mark.django_db


def asked(user: User, connection: Connection, question: str, sql: str = "SELECT 1", **turn: Any) -> Episode:
    conversation, _ = Conversation.objects.get_or_create(user=user, connection=connection)
    episode = Episode.objects.create(
        connection=connection, user=user, source="chat", question=question, model="m", sql=sql, status="succeeded"
    )
    Turn.objects.create(conversation=conversation, episode=episode, **turn)
    return episode


def find(client: Client, **wish: str) -> str:
    return words_of(client.get(reverse("find"), wish).content.decode().split('id="hits"')[1])


def offered(client: Client, connection: Connection, typed: str) -> str:
    address = reverse("asked_before", args=[connection.pk])
    return client.get(address, {"question": typed}, headers={"HX-Request": "true"}).content.decode()


def test_each_word_is_found_in_questions_and_sql(alice: User, alice_client: Client, connection: Connection) -> None:
    asked(alice, connection, "Which tents sold best?", "SELECT name FROM products")
    asked(alice, connection, "How many orders?", "SELECT count(*) FROM orders")
    assert "tents sold" in find(alice_client, q="PRODUCTS best")
    assert "How many orders" not in find(alice_client, q="products best")
    assert "How many orders" in find(alice_client, q="orders")
    assert "Nothing found" in find(alice_client, q="products orders")
    assert "Nothing found" in find(alice_client, q="100%")


def test_saved_and_verified_are_found_too(alice_client: Client, connection: Connection, save: Save) -> None:
    save("Revenue by month", description="for the board")
    verified(connection, "Revenue of tents?", "SELECT 2 AS n")
    page = find(alice_client, q="revenue")
    assert "Saved question" in page
    assert "Verified query" in page
    assert "Verified query" not in find(alice_client, q="revenue", kind="saved")
    assert "Revenue by month" in find(alice_client, q="board")


def test_of_others_only_what_is_shared(alice_client: Client, carol: User, connection: Connection, save: Save) -> None:
    asked(carol, connection, "Carol's secret tents")
    asked(carol, connection, "Carol's open tents", shared_at=timezone.now())
    save("Carol's own tents", user=carol)
    page = find(alice_client, q="tents")
    assert "open" in page
    assert "secret" not in page
    assert "own" not in page


def test_all_of_a_shared_conversation_is_found(alice_client: Client, carol: User, connection: Connection) -> None:
    asked(carol, connection, "Tents in spring")
    asked(carol, connection, "Tents replaced", replaced=True)
    assert "Nothing found" in find(alice_client, q="tents")
    Conversation.objects.update(shared_at=timezone.now())
    page = find(alice_client, q="tents", whose="team")
    assert "in spring" in page
    assert "Shared answer by carol" in page
    assert "replaced" not in page
    assert "Nothing found" in find(alice_client, q="tents", whose="mine")


def test_who_is_of_another_team_finds_nothing(
    bob: User, alice: User, carol: User, connection: Connection, save: Save
) -> None:
    asked(alice, connection, "Tents?", shared_at=timezone.now())
    save("Tents", is_shared=True)
    verified(connection, "Tents of verified?")
    client = Client()
    client.force_login(bob)
    assert "Nothing found" in find(client, q="tents")
    client.force_login(carol)
    assert "Tents" in find(client, q="tents")
    carol.memberships.all().delete()
    assert "Nothing found" in find(client, q="tents")


def test_filters_by_database_and_time(alice: User, alice_client: Client, connection: Connection) -> None:
    other = Connection.objects.create(team=connection.team, name="other")
    asked(alice, connection, "Tents here?")
    asked(alice, other, "Tents there?")
    old = asked(alice, connection, "Tents long ago?")
    Episode.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=40))
    page = find(alice_client, q="tents", connection=str(other.pk))
    assert ("there" in page, "here?" in page.replace("there?", "")) == (True, False)
    assert "long ago" not in find(alice_client, q="tents", since="30")
    assert "long ago" in find(alice_client, q="tents", since="365")
    assert "Tents" in words_of(
        alice_client.get(reverse("find") + "?since=x&kind=y&connection=z&most=-1").content.decode()
    )


def test_what_is_found_is_marked_and_escaped(alice: User, alice_client: Client, connection: Connection) -> None:
    asked(alice, connection, "<b>Tents</b>", "SELECT '<i>'")
    page = alice_client.get(reverse("find"), {"q": "tents <b>"}).content.decode()
    assert "<mark>&lt;b&gt;</mark><mark>Tents</mark>&lt;/b&gt;" in page
    assert "<i>" not in page


def test_what_a_colleague_asked_before_is_offered(alice_client: Client, carol: User, connection: Connection) -> None:
    episode = asked(carol, connection, "Which products sold best in March?", shared_at=timezone.now())
    page = offered(alice_client, connection, "What product sold best in march")
    assert reverse("answer", args=[episode.pk]) in page
    assert "by carol" in page
    assert offered(alice_client, connection, "How many customers are there in Berlin").strip() == ""
    assert offered(alice_client, connection, "sold").strip() == ""


def test_what_a_colleague_keeps_private_is_not_offered(
    alice_client: Client, carol: User, connection: Connection, save: Save
) -> None:
    asked(carol, connection, "Which products sold best in March?")
    save("Products sold best in March", user=carol)
    assert offered(alice_client, connection, "Which products sold best in March?").strip() == ""


def test_of_the_same_question_the_verified_one_is_offered(
    alice: User, alice_client: Client, connection: Connection
) -> None:
    asked(alice, connection, "Which products sold best?")
    query = verified(connection, "which products sold best")
    page = offered(alice_client, connection, "products that sold best")
    assert page.count("<li>") == 1
    assert reverse("verified_query", args=[connection.pk, query.pk]) in page
