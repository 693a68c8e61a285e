"""Connections that are edited, switched off and deleted."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Team
from datasources.models import AuditEntry, Connection, Description
from tests.datasources.connect_form import files_in, new, text_of, upload

pytestmark = pytest.mark.django_db


def test_a_file_is_replaced_by_a_new_upload(
    owner_client: Client,
    team: Team,
    shop_file: bytes,
    uploads: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    owner_client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    [before] = files_in(uploads)
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(reverse("connection_edit", args=[connection.pk]), upload("shop", shop_file))
    connection.refresh_from_db()
    assert files_in(uploads) == [Path(connection.path)]
    assert not before.exists()


def test_an_edit_without_a_new_file_keeps_the_file(
    owner_client: Client, team: Team, shop_file: bytes, uploads: Path
) -> None:
    owner_client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    owner_client.post(
        reverse("connection_edit", args=[connection.pk]), {"kind": "upload", "name": "store", "do": "save"}
    )
    connection.refresh_from_db()
    assert connection.name == "store"
    assert Path(connection.path).exists()


def test_an_edit_leaves_the_schema_alone_that_is_read_meanwhile(owner_client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    Connection.objects.update(origin="memory", path=":memory:", schema_fingerprint="now")
    owner_client.post(reverse("connection_edit", args=[connection.pk]), {"kind": "memory", "name": "other"})
    connection.refresh_from_db()
    assert (connection.name, connection.schema_fingerprint) == ("other", "now")


def test_one_that_is_switched_off_says_so_and_can_be_tried(owner_client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    owner_client.post(reverse("connection_switch", args=[connection.pk]), {"enabled": "no"})
    page = text_of(owner_client.get(reverse("connection", args=[connection.pk])))
    assert "switched off" in page
    assert "It works" in text_of(owner_client.post(reverse("connection_test", args=[connection.pk])))
    owner_client.post(reverse("connection_switch", args=[connection.pk]), {"enabled": "yes"})
    connection.refresh_from_db()
    assert connection.is_enabled


def test_deleting_says_what_goes_with_it_and_needs_the_name(owner_client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    Description.objects.create(connection=connection, table="products", text="What is sold")
    address = reverse("connection_delete", args=[connection.pk])
    assert "1 description" in text_of(owner_client.get(address))
    assert "Nothing was deleted" in text_of(owner_client.post(address, {"name": "sho"}))
    assert Connection.objects.exists()
    owner_client.post(address, {"name": "shop"})
    assert not Connection.objects.exists()
    entry = AuditEntry.objects.get(action="delete")
    assert (entry.connection_name, entry.message) == ("shop", "with 1 description")


@pytest.mark.parametrize("way", ["connection", "team"])
def test_its_uploaded_file_goes_with_it_once_that_is_committed(
    owner_client: Client,
    team: Team,
    shop_file: bytes,
    uploads: Path,
    way: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    owner_client.post(new(team), upload("shop", shop_file))
    with django_capture_on_commit_callbacks(execute=True):
        (Connection.objects.get() if way == "connection" else team).delete()
        assert len(files_in(uploads)) == 1
    assert files_in(uploads) == []


def test_the_file_of_a_connection_by_path_stays(
    connection: Connection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        connection.delete()
    assert Path(connection.path).exists()
