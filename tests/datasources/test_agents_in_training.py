"""An owner decides whether agents in training teach a connection's bandit."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from datasources.models import AuditEntry, Connection
from tests.datasources.connect_form import text_of

pytestmark = pytest.mark.django_db


def choose(client: Client, connection: Connection, wanted: str) -> int:
    status: int = client.post(reverse("connection_agents", args=[connection.pk]), {"teach": wanted}).status_code
    connection.refresh_from_db()
    return status


def page(client: Client, connection: Connection) -> str:
    return text_of(client.get(reverse("connection", args=[connection.pk])))


def test_they_do_not_unless_an_owner_says_so(owner_client: Client, connection: Connection) -> None:
    assert not connection.environment_trains
    assert "Off: agents teach the bandit nothing." in page(owner_client, connection)


def test_an_owner_lets_them_and_the_page_says_since_when(owner_client: Client, connection: Connection) -> None:
    assert choose(owner_client, connection, "yes") == 302
    assert connection.environment_trains
    assert connection.environment_trains_since
    assert f"since {timezone.now():%-d %B %Y}" in page(owner_client, connection)


def test_an_owner_stops_them(owner_client: Client, connection: Connection) -> None:
    choose(owner_client, connection, "yes")
    choose(owner_client, connection, "no")
    assert (connection.environment_trains, connection.environment_trains_since) == (False, None)
    assert "stays until a curator resets" not in page(owner_client, connection)


def test_only_what_changes_is_on_record(owner_client: Client, connection: Connection, owner: User) -> None:
    for wanted in ("no", "yes", "yes", "no"):
        choose(owner_client, connection, wanted)
    entries = AuditEntry.objects.filter(action="change").order_by("pk").values_list("user_name", "message")
    assert list(entries) == [
        (owner.username, "switched on: agents in training teach its bandit"),
        (owner.username, "switched off: agents in training teach its bandit"),
    ]


def test_since_when_stays_when_it_is_said_twice(owner_client: Client, connection: Connection) -> None:
    choose(owner_client, connection, "yes")
    since = connection.environment_trains_since
    choose(owner_client, connection, "yes")
    assert connection.environment_trains_since == since


@pytest.mark.parametrize("role", ["member", "curator"])
def test_others_see_it_and_cannot_change_it(alice_client: Client, connection: Connection, role: str) -> None:
    connection.team.memberships.update(role=role)
    assert choose(alice_client, connection, "yes") == 403
    assert not connection.environment_trains
    assert "An owner can change that." in page(alice_client, connection)
    assert "Let agents teach it" not in page(alice_client, connection)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass"))
    return client


@pytest.fixture
def hidden(connection: Connection) -> Connection:
    connection.is_environment = True
    connection.save()
    return connection


@pytest.mark.parametrize("which", ["connection", "hidden"])
def test_the_operator_changes_it_in_the_admin(request: pytest.FixtureRequest, operator: Client, which: str) -> None:
    connection: Connection = request.getfixturevalue(which)
    address = reverse("admin:datasources_connection_change", args=[connection.pk])
    form = {"name": connection.name, "notes": "", "is_enabled": "on", "environment_trains": "on"}
    assert operator.post(address, form).status_code == 302
    connection.refresh_from_db()
    assert connection.environment_trains
    assert connection.environment_trains_since
    [entry] = AuditEntry.objects.filter(action="change")
    assert (entry.user_name, entry.message) == ("root", "switched on: agents in training teach its bandit")
