"""The operator's view: no secrets of connections, an audit list that nobody changes."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection as app_database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from datasources.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass"))
    return client


@pytest.fixture
def entry(connection: Connection) -> AuditEntry:
    return AuditEntry.objects.create(team=connection.team, connection=connection, action="query", sql="SELECT 42")


def test_every_team_s_entries_are_listed_and_searched(operator: Client, entry: AuditEntry) -> None:
    address = reverse("admin:datasources_auditentry_changelist")
    assert "SELECT 42" in operator.get(address, {"q": "42", "action__exact": "query"}).content.decode()
    assert "SELECT 42" not in operator.get(address, {"q": "43"}).content.decode()


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_nobody_changes_an_entry(operator: Client, entry: AuditEntry, action: str) -> None:
    arguments: list[Any] = [] if action == "add" else [entry.pk]
    address = reverse(f"admin:datasources_auditentry_{action}", args=arguments)
    assert operator.post(address, {"sql": "SELECT 1", "post": "yes"}).status_code == 403
    assert AuditEntry.objects.get().sql == "SELECT 42"


def test_chosen_entries_are_exported_and_that_is_audited(operator: Client, entry: AuditEntry) -> None:
    form = {"action": "export", "_selected_action": [entry.pk]}
    response = operator.post(reverse("admin:datasources_auditentry_changelist"), form)
    assert b"SELECT 42" in b"".join(response)
    assert AuditEntry.objects.get(action="export").user_name == "root"


def test_staff_without_being_superuser_do_not_see_the_list(entry: AuditEntry, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.set(Permission.objects.filter(content_type__app_label="datasources"))
    client = Client()
    client.force_login(alice)
    assert client.get(reverse("admin:datasources_auditentry_changelist")).status_code == 403


def test_a_connection_s_place_cannot_be_changed_there(operator: Client, connection: Connection) -> None:
    address = reverse("admin:datasources_connection_change", args=[connection.pk])
    form = {"name": "store", "is_enabled": "on", "notes": "", "path": "/etc/passwd", "encrypted_address": "x"}
    assert operator.post(address, form).status_code == 302
    connection.refresh_from_db()
    assert connection.name == "store"
    assert connection.path != "/etc/passwd"
    assert connection.encrypted_address == ""
    assert AuditEntry.objects.get(action="change").message == "in the admin: name"


def test_switching_one_off_there_writes_nothing_else(operator: Client, connection: Connection) -> None:
    """The worker may be reading its schema into the same row."""
    address = reverse("admin:datasources_connection_change", args=[connection.pk])
    with CaptureQueriesContext(app_database) as captured:
        operator.post(address, {"name": connection.name, "notes": ""})
    [update] = [one["sql"] for one in captured if one["sql"].startswith('UPDATE "datasources_connection"')]
    assert "is_enabled" in update
    assert "schema_state" not in update


def test_one_deleted_there_is_in_the_list(operator: Client, connection: Connection) -> None:
    operator.post(reverse("admin:datasources_connection_delete", args=[connection.pk]), {"post": "yes"})
    assert not Connection.objects.exists()
    assert AuditEntry.objects.get(action="delete").user_name == "root"


def test_descriptions_are_listed(operator: Client, connection: Connection) -> None:
    connection.descriptions.create(table="products", text="What is sold")
    with CaptureQueriesContext(app_database) as captured:
        page = operator.get(reverse("admin:datasources_description_changelist")).content.decode()
    assert "What is sold" in page
    assert not [one["sql"] for one in captured if "schema_snapshot" in one["sql"]]
