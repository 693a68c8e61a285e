"""The list of conversations, and what is done to one of them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chat.models import Conversation
from datasources.models import Connection
from learning.models import Episode
from tests.chat.answers import answered, text, url

pytestmark = pytest.mark.django_db


def test_a_conversation_is_renamed(conversation: Conversation, alice_client: Client) -> None:
    alice_client.post(url("rename_conversation", conversation.pk), {"title": "Prices"})
    conversation.refresh_from_db()
    assert conversation.title == "Prices"


@pytest.mark.parametrize("title", ["", "   ", "x" * 121])
def test_a_title_that_is_none_changes_nothing(conversation: Conversation, alice_client: Client, title: str) -> None:
    Conversation.objects.update(title="Prices")
    assert alice_client.post(url("rename_conversation", conversation.pk), {"title": title}).status_code == 302
    conversation.refresh_from_db()
    assert conversation.title == "Prices"


def test_a_conversation_is_deleted_with_its_answers(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    alice_client.post(url("delete_conversation", conversation.pk))
    assert not Conversation.objects.exists()
    assert not Episode.objects.exists()


def test_the_list_is_searched_by_title_and_by_question(
    conversation: Conversation, alice: User, alice_client: Client
) -> None:
    answered(conversation, question="How is revenue by month?")
    other = Conversation.objects.create(user=alice, connection=conversation.connection, title="Churn")
    answered(other)
    assert str(other.pk) in text(alice_client, url("conversations") + "?q=churn")
    assert str(conversation.pk) in text(alice_client, url("conversations") + "?q=REVENUE")
    assert str(other.pk) not in text(alice_client, url("conversations") + "?q=REVENUE")


def test_the_list_names_the_database_of_what_is_about_another(
    conversation: Conversation, alice: User, alice_client: Client
) -> None:
    answered(conversation)
    place = {"team": conversation.connection.team, "path": conversation.connection.path}
    other = Connection.objects.create(name="ledger", **place)
    answered(Conversation.objects.create(user=alice, connection=other))
    listed = text(alice_client, url("conversations") + f"?conversation={conversation.pk}")
    assert '<span class="quiet place">ledger</span>' in listed
    assert f'<span class="quiet place">{conversation.connection}</span>' not in listed


def test_the_list_is_by_day(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    Conversation.objects.update(updated_at=timezone.now() - timedelta(days=1))
    assert "Yesterday" in text(alice_client, url("conversations"))


def test_the_list_is_a_fragment_for_htmx_and_a_page_otherwise(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation, question="Revenue?")
    address = url("conversations") + "?q=revenue"
    page = text(alice_client, address)
    assert "<!DOCTYPE html>" in page
    assert 'value="revenue"' in page
    assert str(conversation.pk) in page
    response = alice_client.get(address, headers={"HX-Request": "true"})
    assert response.content.decode().startswith("<nav")
    assert "HX-Request" in response["Vary"]
