"""Connecting databases: the form, its test, and what is kept of files."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Team, User
from datasources.models import AuditEntry, Connection
from tests.datasources.connect_form import files_in, new, text_of, upload

pytestmark = pytest.mark.django_db


def test_an_uploaded_sqlite_file_is_connected(
    owner_client: Client, team: Team, shop_file: bytes, uploads: Path
) -> None:
    response = owner_client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    assert response["Location"] == reverse("connection", args=[connection.pk])
    assert (connection.dialect, connection.origin, connection.name) == ("sqlite", "upload", "shop")
    assert connection.database().execute("SELECT count(*) FROM products").rows == ((3,),)


def test_csv_files_become_tables_of_a_duckdb(owner_client: Client, team: Team, uploads: Path) -> None:
    files = [SimpleUploadedFile(f"{name}.csv", b"id,price\n1,2.5\n2,3.5\n") for name in ("products", "orders")]
    owner_client.post(new(team), {"kind": "upload", "name": "tables", "uploaded": files, "do": "save"})
    connection = Connection.objects.get()
    assert connection.dialect == "duckdb"
    assert connection.database().execute("SELECT sum(price) FROM orders").rows == ((6.0,),)


def test_a_file_that_is_no_database_is_refused_and_not_kept(owner_client: Client, team: Team, uploads: Path) -> None:
    response = owner_client.post(new(team), upload("notes", b"\x00\x01 this is no database"))
    assert not Connection.objects.exists()
    assert files_in(uploads) == []
    assert "field-error" in text_of(response)
    refused = AuditEntry.objects.get(verdict="refused")
    assert (refused.action, refused.connection_name, refused.outcome) == ("create", "notes", "refused")


def test_an_empty_file_is_named(owner_client: Client, team: Team, uploads: Path) -> None:
    files = [SimpleUploadedFile("full.csv", b"a\n1\n"), SimpleUploadedFile("empty.csv", b"")]
    page = text_of(owner_client.post(new(team), {"kind": "upload", "name": "tables", "uploaded": files, "do": "save"}))
    assert "The file empty.csv is empty." in page
    assert "Choose a file" not in page


def test_testing_an_upload_keeps_nothing(owner_client: Client, team: Team, shop_file: bytes, uploads: Path) -> None:
    response = owner_client.post(new(team), upload("shop", shop_file) | {"do": "test"}, headers={"HX-Request": "true"})
    assert "It works" in text_of(response)
    assert not Connection.objects.exists()
    assert files_in(uploads) == []
    assert AuditEntry.objects.get().action == "test"


def test_the_answer_to_htmx_is_what_came_of_it_and_not_the_form(owner_client: Client, team: Team) -> None:
    """So that nothing that was typed is lost."""
    page = text_of(owner_client.post(new(team), {"kind": "server", "name": "x"}, headers={"HX-Request": "true"}))
    assert "The host is missing." in page
    assert "<form" not in page


def test_the_sample_is_one_press_away(owner_client: Client, team: Team, uploads: Path) -> None:
    owner_client.post(new(team), {"kind": "sample", "name": "sample"})
    connection = Connection.objects.get()
    assert connection.is_sample
    assert Path(connection.path) == uploads / "sample.sqlite3"
    assert connection.database().execute("SELECT count(*) FROM products").rows != ((0,),)


def test_an_empty_scratch_database_answers(owner_client: Client, team: Team) -> None:
    owner_client.post(new(team), {"kind": "memory", "name": "scratch"})
    assert Connection.objects.get().database().execute("SELECT 1 + 1").rows == ((2,),)


def test_a_path_names_the_setting_that_opens_it(owner_client: Client, team: Team, settings: Settings) -> None:
    settings.ALLOWED_DB_DIRS = []
    assert "ALLOWED_DB_DIRS" in text_of(owner_client.get(new(team)))
    response = owner_client.post(new(team), {"kind": "path", "name": "x", "path": "/etc/passwd"})
    assert "ALLOWED_DB_DIRS" in text_of(response)
    assert not Connection.objects.exists()


def test_a_path_in_an_allowed_directory_is_connected(
    owner_client: Client, team: Team, shop_path: Path, settings: Settings
) -> None:
    settings.ALLOWED_DB_DIRS = [shop_path.parent]
    owner_client.post(new(team), {"kind": "path", "name": "shop", "path": str(shop_path)})
    assert Connection.objects.get().database().execute("SELECT count(*) FROM products").rows == ((3,),)


def test_a_path_outside_is_refused_and_audited(
    owner_client: Client, team: Team, shop_path: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLOWED_DB_DIRS = [tmp_path]
    owner_client.post(new(team), {"kind": "path", "name": "shop", "path": str(shop_path)})
    assert not Connection.objects.exists()
    assert AuditEntry.objects.get().verdict == "refused"


@pytest.mark.parametrize("name", ["prod", "PROD", " prod "])
def test_a_name_is_given_once_in_a_team(owner_client: Client, team: Team, server: Connection, name: str) -> None:
    page = text_of(owner_client.post(new(team), {"kind": "memory", "name": name}))
    assert "already" in page
    assert Connection.objects.count() == 1


def test_another_team_may_use_the_same_name(owner_client: Client, team: Team, bob: User) -> None:
    Connection.objects.create(team=bob.teams.get(), name="scratch")
    owner_client.post(new(team), {"kind": "memory", "name": "scratch"})
    assert Connection.objects.filter(team=team, name="scratch").exists()


def test_a_name_has_at_most_60_characters(owner_client: Client, team: Team) -> None:
    assert "At most 60 characters" in text_of(owner_client.post(new(team), {"kind": "memory", "name": "n" * 61}))
    assert not Connection.objects.exists()


def test_a_body_that_is_too_long_is_refused_before_it_is_read(
    owner_client: Client, team: Team, settings: Settings
) -> None:
    settings.MAX_UPLOAD_MB = 1
    response = owner_client.generic("POST", new(team), b"x" * 2_100_000, "multipart/form-data; boundary=b")
    assert response.status_code == 413
    assert "MAX_UPLOAD_MB" in text_of(response)
    assert AuditEntry.objects.get().verdict == "refused"


def test_a_body_that_is_no_form_is_a_400_page(owner_client: Client, team: Team) -> None:
    response = owner_client.generic("POST", new(team), b"nothing", "multipart/form-data")
    assert response.status_code == 400
    assert "Nothing was changed" in text_of(response)


def test_a_forged_form_is_refused(owner: User, team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(new(team), {"kind": "memory", "name": "x"}).status_code == 403
    assert not Connection.objects.exists()
