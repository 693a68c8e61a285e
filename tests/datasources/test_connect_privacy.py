"""A curator makes columns private where they are described."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.index_reading import Reading
from datasources.kept_values import keep, kept_values
from datasources.models import AuditEntry, ColumnPrivacy, Connection
from tests.datasources.test_connect_descriptions import table_address

pytestmark = pytest.mark.django_db
SAID = "private: values are not read"


@pytest.fixture
def curator(alice: User, connection: Connection) -> Client:
    alice.memberships.update(role="curator")
    connection.refresh_schema()
    client = Client()
    client.force_login(alice)
    return client


def post(client: Client, connection: Connection, **fields: str) -> str:
    data = {name.replace("__", ":"): value for name, value in fields.items()}
    response = client.post(table_address(connection, "orders"), data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def test_a_column_is_made_private_and_what_was_kept_of_it_deleted(curator: Client, connection: Connection) -> None:
    keep(connection, connection.schema(), Reading({("orders", "status"): ("paid",)}))
    page = post(curator, connection, values__status="private")
    assert "1 column made private: what was kept of the values is deleted." in page
    assert kept_values(connection) == {}
    assert ColumnPrivacy.of(connection).is_private("orders", "status")


def test_the_page_shows_what_is_chosen(curator: Client, connection: Connection) -> None:
    page = post(curator, connection, values__status="private")
    field = page.partition('name="values:status"')[2].partition("</select>")[0]
    assert '<option value="private" selected>' in field
    assert '<option value="read" >' in field


def test_it_is_audited(curator: Client, connection: Connection) -> None:
    post(curator, connection, values__status="private")
    messages = AuditEntry.objects.filter(action="change").values_list("message", flat=True)
    assert "values of orders.status: made private, and what was kept of them deleted" in messages


def test_making_it_readable_has_the_schema_read_again(curator: Client, connection: Connection) -> None:
    post(curator, connection, values__status="private")
    page = post(curator, connection, values__status="read")
    assert "The values of 1 column may be read: the schema is being read again." in page
    connection.refresh_from_db()
    assert connection.schema_state == Connection.SchemaState.READING
    assert "values of orders.status: may be read" in AuditEntry.objects.latest("pk").message


def test_saving_texts_alone_changes_no_privacy(curator: Client, connection: Connection) -> None:
    post(curator, connection, values__status="private")
    page = post(curator, connection, column__status="How far it is")
    assert "Saved: 1 text changed.<" in page
    assert ColumnPrivacy.of(connection).is_private("orders", "status")


def test_members_see_that_it_is_private(curator: Client, connection: Connection, alice: User) -> None:
    post(curator, connection, values__status="private")
    alice.memberships.update(role="member")
    page = curator.get(table_address(connection, "orders")).content.decode()
    assert page.count(SAID) == 1
    assert "<select" not in page.partition('class="lines"')[2]


def test_members_may_not_change_it(curator: Client, connection: Connection, alice: User) -> None:
    alice.memberships.update(role="member")
    address = reverse("connection_table", args=[connection.pk], query={"table": "orders"})
    assert curator.post(address, {"values:status": "private"}).status_code == 403
    assert not ColumnPrivacy.objects.exists()
