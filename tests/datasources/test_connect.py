"""Connecting databases: the form, its test, and what is kept and shown of a password."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Membership, Team, User
from datasources.dsn import ServerAddress
from datasources.models import AuditEntry, Connection, Description
from tests.shop import SCHEMA

pytestmark = pytest.mark.django_db

PASSWORD = "s3cret-Pässword"
DSN = "postgres://reader:s3cret@db.example.org:6543/shop?sslmode=require"


@pytest.fixture
def owner(alice: User) -> User:
    alice.memberships.update(role=Membership.Role.OWNER)
    return alice


@pytest.fixture
def team(owner: User) -> Team:
    return owner.teams.get()


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def shop_file(tmp_path: Path) -> bytes:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return path.read_bytes()


@pytest.fixture
def server(team: Team) -> Connection:
    """A saved server, on a host that no policy lets through."""
    connection = Connection(team=team, name="prod", dialect="postgres", origin=Connection.Origin.SERVER)
    connection.address = ServerAddress("postgres", "127.0.0.1", 1, "shop", "reader", PASSWORD, "require")
    connection.save()
    return connection


@pytest.fixture
def uploads(settings: Settings, tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    directory.mkdir()
    settings.DATA_DIR = directory
    return directory


def new(team: Team) -> str:
    return reverse("connect", args=[team.pk])


def upload(name: str, content: bytes) -> dict[str, Any]:
    return {"kind": "upload", "name": name, "uploaded": SimpleUploadedFile(f"{name}.db", content), "do": "save"}


def fields(**changes: Any) -> dict[str, Any]:
    """A server's, as the form sends them."""
    values = {
        "kind": "server", "name": "prod", "dialect": "postgres", "host": "127.0.0.1", "port": "1",
        "database": "shop", "user": "reader", "password": PASSWORD, "tls": "require", "do": "save",
    }  # fmt: skip
    return values | changes


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def files_in(directory: Path) -> list[Path]:
    return [path for path in (directory / "uploads").rglob("*") if path.is_file()]


def test_an_uploaded_sqlite_file_is_connected(client: Client, team: Team, shop_file: bytes, uploads: Path) -> None:
    response = client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    assert response["Location"] == reverse("connection", args=[connection.pk])
    assert (connection.dialect, connection.origin, connection.name) == ("sqlite", "upload", "shop")
    assert connection.database().execute("SELECT count(*) FROM products").rows == ((3,),)


def test_csv_files_become_tables_of_a_duckdb(client: Client, team: Team, uploads: Path) -> None:
    files = [SimpleUploadedFile(f"{name}.csv", b"id,price\n1,2.5\n2,3.5\n") for name in ("products", "orders")]
    client.post(new(team), {"kind": "upload", "name": "tables", "uploaded": files, "do": "save"})
    connection = Connection.objects.get()
    assert connection.dialect == "duckdb"
    assert connection.database().execute("SELECT sum(price) FROM orders").rows == ((6.0,),)


def test_a_file_that_is_no_database_is_refused_and_not_kept(client: Client, team: Team, uploads: Path) -> None:
    response = client.post(new(team), upload("notes", b"\x00\x01 this is no database"))
    assert not Connection.objects.exists()
    assert files_in(uploads) == []
    assert "field-error" in text_of(response)
    refused = AuditEntry.objects.get(verdict="refused")
    assert (refused.action, refused.connection_name, refused.outcome) == ("create", "notes", "refused")


def test_an_empty_file_is_named(client: Client, team: Team, uploads: Path) -> None:
    files = [SimpleUploadedFile("full.csv", b"a\n1\n"), SimpleUploadedFile("empty.csv", b"")]
    page = text_of(client.post(new(team), {"kind": "upload", "name": "tables", "uploaded": files, "do": "save"}))
    assert "The file empty.csv is empty." in page
    assert "Choose a file" not in page


def test_testing_an_upload_keeps_nothing(client: Client, team: Team, shop_file: bytes, uploads: Path) -> None:
    response = client.post(new(team), upload("shop", shop_file) | {"do": "test"}, headers={"HX-Request": "true"})
    assert "It works" in text_of(response)
    assert not Connection.objects.exists()
    assert files_in(uploads) == []
    assert AuditEntry.objects.get().action == "test"


def test_the_answer_to_htmx_is_what_came_of_it_and_not_the_form(client: Client, team: Team) -> None:
    """So that nothing that was typed is lost."""
    page = text_of(client.post(new(team), {"kind": "server", "name": "x"}, headers={"HX-Request": "true"}))
    assert "The host is missing." in page
    assert "<form" not in page


def test_the_sample_is_one_press_away(client: Client, team: Team, uploads: Path) -> None:
    client.post(new(team), {"kind": "sample", "name": "sample"})
    connection = Connection.objects.get()
    assert connection.is_sample
    assert Path(connection.path) == uploads / "sample.sqlite3"
    assert connection.database().execute("SELECT count(*) FROM products").rows != ((0,),)


def test_an_empty_scratch_database_answers(client: Client, team: Team) -> None:
    client.post(new(team), {"kind": "memory", "name": "scratch"})
    assert Connection.objects.get().database().execute("SELECT 1 + 1").rows == ((2,),)


def test_a_path_names_the_setting_that_opens_it(client: Client, team: Team, settings: Settings) -> None:
    settings.ALLOWED_DB_DIRS = []
    assert "ALLOWED_DB_DIRS" in text_of(client.get(new(team)))
    response = client.post(new(team), {"kind": "path", "name": "x", "path": "/etc/passwd"})
    assert "ALLOWED_DB_DIRS" in text_of(response)
    assert not Connection.objects.exists()


def test_a_path_in_an_allowed_directory_is_connected(
    client: Client, team: Team, shop_path: Path, settings: Settings
) -> None:
    settings.ALLOWED_DB_DIRS = [shop_path.parent]
    client.post(new(team), {"kind": "path", "name": "shop", "path": str(shop_path)})
    assert Connection.objects.get().database().execute("SELECT count(*) FROM products").rows == ((3,),)


def test_a_path_outside_is_refused_and_audited(
    client: Client, team: Team, shop_path: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLOWED_DB_DIRS = [tmp_path]
    client.post(new(team), {"kind": "path", "name": "shop", "path": str(shop_path)})
    assert not Connection.objects.exists()
    assert AuditEntry.objects.get().verdict == "refused"


@pytest.mark.parametrize("name", ["prod", "PROD", " prod "])
def test_a_name_is_given_once_in_a_team(client: Client, team: Team, server: Connection, name: str) -> None:
    page = text_of(client.post(new(team), {"kind": "memory", "name": name}))
    assert "already" in page
    assert Connection.objects.count() == 1


def test_another_team_may_use_the_same_name(client: Client, team: Team, bob: User) -> None:
    Connection.objects.create(team=bob.teams.get(), name="scratch")
    client.post(new(team), {"kind": "memory", "name": "scratch"})
    assert Connection.objects.filter(team=team, name="scratch").exists()


def test_a_name_has_at_most_60_characters(client: Client, team: Team) -> None:
    assert "At most 60 characters" in text_of(client.post(new(team), {"kind": "memory", "name": "n" * 61}))
    assert not Connection.objects.exists()


def test_both_a_dsn_and_fields_are_one_too_many(client: Client, team: Team) -> None:
    page = text_of(client.post(new(team), fields(dsn=DSN)))
    assert "Fill in either the DSN or the fields" in page
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("shop.db", "A DSN starts with"),
        ("postgres://u:p@h/d?host=/tmp", "option host is not allowed"),
        ("mysql://u:p@h", "The database is missing."),
        ("postgres://u:p@h:99999/d", "cannot be read"),
    ],
)
def test_a_dsn_that_cannot_be_says_why(client: Client, team: Team, dsn: str, sentence: str) -> None:
    page = text_of(client.post(new(team), {"kind": "server", "name": "x", "dsn": dsn}))
    assert sentence in page
    assert dsn not in page


def test_a_host_that_is_not_allowed_names_the_setting(client: Client, team: Team) -> None:
    page = text_of(client.post(new(team), fields(do="test")))
    assert "ALLOWED_DB_HOSTS" in page
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.verdict) == ("test", "refused")


def test_what_the_policy_refuses_cannot_be_saved_anyway(client: Client, team: Team) -> None:
    page = text_of(client.post(new(team), fields(do="anyway")))
    assert "Save anyway" not in page
    assert not Connection.objects.exists()


def test_a_server_that_is_down_can_be_saved_anyway(client: Client, team: Team, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    assert "Save anyway" in text_of(client.post(new(team), fields()))
    assert not Connection.objects.exists()
    client.post(new(team), fields(do="anyway"))
    saved = Connection.objects.get()
    assert saved.address == ServerAddress("postgres", "127.0.0.1", 1, "shop", "reader", PASSWORD, "require")


def test_the_password_is_kept_when_none_is_typed(client: Client, server: Connection, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    client.post(reverse("connection_edit", args=[server.pk]), fields(name="live", password="", do="anyway"))
    server.refresh_from_db()
    assert server.name == "live"
    assert server.address is not None
    assert server.address.password == PASSWORD


@pytest.mark.parametrize(
    "change",
    [{"host": "127.0.0.2"}, {"port": "2"}, {"user": "root"}, {"dialect": "mysql"}, {"tls": "disable"}],
    ids=lambda change: next(iter(change)),
)
def test_a_kept_password_goes_to_no_other_server_or_user(
    client: Client, server: Connection, settings: Settings, change: dict[str, str]
) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.0/8"]
    address = reverse("connection_edit", args=[server.pk])
    for wish in ("test", "save", "anyway"):
        assert "Type it again" in text_of(client.post(address, fields(password="", do=wish, **change)))
    server.refresh_from_db()
    assert server.address is not None
    assert server.address.host == "127.0.0.1"
    assert not AuditEntry.objects.filter(action="test").exists()


def test_a_dsn_without_a_password_does_not_take_the_kept_one_elsewhere(client: Client, server: Connection) -> None:
    dsn = "postgres://reader@evil.example.org/shop?sslmode=require"
    address = reverse("connection_edit", args=[server.pk])
    assert "Type it again" in text_of(client.post(address, {"kind": "server", "name": "prod", "dsn": dsn}))


def test_a_file_is_replaced_by_a_new_upload(
    client: Client,
    team: Team,
    shop_file: bytes,
    uploads: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    [before] = files_in(uploads)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("connection_edit", args=[connection.pk]), upload("shop", shop_file))
    connection.refresh_from_db()
    assert files_in(uploads) == [Path(connection.path)]
    assert not before.exists()


def test_an_edit_without_a_new_file_keeps_the_file(client: Client, team: Team, shop_file: bytes, uploads: Path) -> None:
    client.post(new(team), upload("shop", shop_file))
    connection = Connection.objects.get()
    client.post(reverse("connection_edit", args=[connection.pk]), {"kind": "upload", "name": "store", "do": "save"})
    connection.refresh_from_db()
    assert connection.name == "store"
    assert Path(connection.path).exists()


def test_an_edit_leaves_the_schema_alone_that_is_read_meanwhile(client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    Connection.objects.update(origin="memory", path=":memory:", schema_fingerprint="now")
    client.post(reverse("connection_edit", args=[connection.pk]), {"kind": "memory", "name": "other"})
    connection.refresh_from_db()
    assert (connection.name, connection.schema_fingerprint) == ("other", "now")


def test_a_body_that_is_too_long_is_refused_before_it_is_read(client: Client, team: Team, settings: Settings) -> None:
    settings.MAX_UPLOAD_MB = 1
    response = client.generic("POST", new(team), b"x" * 2_100_000, "multipart/form-data; boundary=b")
    assert response.status_code == 413
    assert "MAX_UPLOAD_MB" in text_of(response)
    assert AuditEntry.objects.get().verdict == "refused"


def test_a_body_that_is_no_form_is_a_400_page(client: Client, team: Team) -> None:
    response = client.generic("POST", new(team), b"nothing", "multipart/form-data")
    assert response.status_code == 400
    assert "Nothing was changed" in text_of(response)


def test_a_forged_form_is_refused(owner: User, team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(new(team), {"kind": "memory", "name": "x"}).status_code == 403
    assert not Connection.objects.exists()


def test_one_that_is_switched_off_says_so_and_can_be_tried(client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    client.post(reverse("connection_switch", args=[connection.pk]), {"enabled": "no"})
    page = text_of(client.get(reverse("connection", args=[connection.pk])))
    assert "switched off" in page
    assert "It works" in text_of(client.post(reverse("connection_test", args=[connection.pk])))
    client.post(reverse("connection_switch", args=[connection.pk]), {"enabled": "yes"})
    connection.refresh_from_db()
    assert connection.is_enabled


def test_deleting_says_what_goes_with_it_and_needs_the_name(client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    Description.objects.create(connection=connection, table="products", text="What is sold")
    address = reverse("connection_delete", args=[connection.pk])
    assert "1 description" in text_of(client.get(address))
    assert "Nothing was deleted" in text_of(client.post(address, {"name": "sho"}))
    assert Connection.objects.exists()
    client.post(address, {"name": "shop"})
    assert not Connection.objects.exists()
    entry = AuditEntry.objects.get(action="delete")
    assert (entry.connection_name, entry.message) == ("shop", "with 1 description")


@pytest.mark.parametrize("way", ["connection", "team"])
def test_its_uploaded_file_goes_with_it_once_that_is_committed(
    client: Client,
    team: Team,
    shop_file: bytes,
    uploads: Path,
    way: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.post(new(team), upload("shop", shop_file))
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


def test_no_page_shows_a_password_or_its_encrypted_form(
    client: Client, owner: User, team: Team, server: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    edit = reverse("connection_edit", args=[server.pk])
    dsn = f"postgres://reader:{PASSWORD}@127.0.0.1:1/shop"
    answers = [
        client.post(new(team), fields(name="other", host="", do="test")),
        client.post(new(team), fields(name="other", do="test")),
        client.post(new(team), {"kind": "server", "name": "other", "dsn": dsn}),
        client.post(new(team), {"kind": "server", "name": "", "dsn": dsn}),
        client.post(edit, fields(database="", do="save")),
        client.post(reverse("connection_test", args=[server.pk])),
    ]
    addresses = [
        edit,
        reverse("connection", args=[server.pk]),
        reverse("connections", args=[team.pk]),
        reverse("connection_delete", args=[server.pk]),
        reverse("audit", args=[team.pk]),
        *(reverse("audit_entry", args=[team.pk, entry.pk]) for entry in AuditEntry.objects.all()),
        reverse("admin:datasources_connection_changelist"),
        reverse("admin:datasources_connection_change", args=[server.pk]),
        reverse("admin:datasources_auditentry_changelist"),
    ]
    pages = [text_of(answer) for answer in answers] + [text_of(client.get(address)) for address in addresses]
    export = client.get(reverse("audit_export", args=[team.pk]))
    pages.append(b"".join(export).decode())
    assert len(pages) > 14
    for page in [*pages, caplog.text]:
        assert PASSWORD not in page
        assert "s3cret-" not in page
        assert server.encrypted_address not in page
    assert "127.0.0.1" in pages[len(answers)]
