"""The example questions of an empty conversation."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from datasources import snapshots
from datasources.models import Connection
from datasources.sample import EXAMPLE_QUESTIONS
from learning.models import ExampleSet

pytestmark = pytest.mark.django_db(transaction=True)

WRITING = "The model is writing example questions"


@pytest.fixture
def page(conversation: Conversation, connection: Connection, model: ServerHandle) -> str:
    """The address of an empty conversation on a database whose schema has been read."""
    connection.refresh_schema()
    return reverse("conversation", args=[conversation.pk])


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def make_curator(user: User) -> None:
    Membership.objects.filter(user=user).update(role=Membership.Role.CURATOR)


def offer(connection: Connection, *questions: str) -> None:
    checked = [[question, "SELECT 1"] for question in questions]
    values = {"state": "ready", "checked": checked, "schema": connection.schema_fingerprint}
    ExampleSet.objects.update_or_create(connection=connection, defaults=values)


def test_opening_a_conversation_has_them_written(page: str, alice_client: Client, connection: Connection) -> None:
    text = text_of(alice_client, page)
    assert WRITING in text
    assert f'hx-get="{reverse("examples", args=[connection.pk])}"' in text
    assert ExampleSet.objects.get().state == ExampleSet.State.WRITING


def test_the_fragment_asks_on_until_they_are_written(page: str, alice_client: Client, connection: Connection) -> None:
    text_of(alice_client, page)
    fragment = reverse("examples", args=[connection.pk])
    assert 'hx-trigger="every 3s"' in text_of(alice_client, fragment)

    offer(connection, "How many <b>tents</b>?")
    text = text_of(alice_client, fragment)
    assert "hx-trigger" not in text
    assert "How many &lt;b&gt;tents&lt;/b&gt;?" in text


def test_the_sample_shows_its_own(page: str, alice_client: Client, connection: Connection) -> None:
    Connection.objects.update(is_sample=True)
    text = text_of(alice_client, page)
    assert EXAMPLE_QUESTIONS[0] in text
    assert WRITING not in text


def test_a_database_that_was_not_read_yet_shows_none(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    assert WRITING not in text_of(alice_client, reverse("conversation", args=[conversation.pk]))


def test_they_are_written_as_soon_as_the_schema_has_been_read(
    conversation: Conversation, alice_client: Client, connection: Connection, model: ServerHandle
) -> None:
    snapshots.enqueue(connection)
    fragment = reverse("examples", args=[connection.pk])
    page = text_of(alice_client, reverse("conversation", args=[conversation.pk]))
    assert "The database is being read" in page
    assert f'hx-get="{fragment}"' in page

    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert WRITING in text_of(alice_client, fragment)


def test_a_curator_asks_for_others(page: str, alice: User, alice_client: Client, connection: Connection) -> None:
    make_curator(alice)
    offer(connection, "How many tents?")
    again = reverse("new_examples", args=[connection.pk])
    assert again in text_of(alice_client, reverse("examples", args=[connection.pk]))

    response = alice_client.post(again, headers={"HX-Request": "true"})
    assert WRITING in response.content.decode()


def test_without_htmx_the_conversation_is_shown_again(
    page: str, alice: User, alice_client: Client, connection: Connection
) -> None:
    make_curator(alice)
    assert alice_client.post(reverse("new_examples", args=[connection.pk])).url == page  # type: ignore[attr-defined]


def test_a_member_may_not(page: str, alice_client: Client, connection: Connection) -> None:
    offer(connection, "How many tents?")
    again = reverse("new_examples", args=[connection.pk])
    assert again not in text_of(alice_client, reverse("examples", args=[connection.pk]))
    assert alice_client.post(again).status_code == 403
    assert ExampleSet.objects.get().state == ExampleSet.State.READY


def test_the_prompt_s_column_shows_the_notes(page: str, alice_client: Client, connection: Connection) -> None:
    assert "<h2>Notes</h2>" not in text_of(alice_client, page)
    Connection.objects.update(notes="Revenue means <paid> orders.")
    text = text_of(alice_client, page)
    assert "<h2>Notes</h2>" in text
    assert "Revenue means &lt;paid&gt; orders." in text
