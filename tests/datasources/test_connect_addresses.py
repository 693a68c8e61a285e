"""Connecting servers by an address: what is refused, and what is kept and shown of a password."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Team, User
from datasources.dsn import ServerAddress
from datasources.models import AuditEntry, Connection
from tests.datasources.connect_form import DSN, PASSWORD, fields, new, text_of

pytestmark = pytest.mark.django_db


def test_both_a_dsn_and_fields_are_one_too_many(owner_client: Client, team: Team) -> None:
    page = text_of(owner_client.post(new(team), fields(dsn=DSN)))
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
def test_a_dsn_that_cannot_be_says_why(owner_client: Client, team: Team, dsn: str, sentence: str) -> None:
    page = text_of(owner_client.post(new(team), {"kind": "server", "name": "x", "dsn": dsn}))
    assert sentence in page
    assert dsn not in page


def test_a_host_that_is_not_allowed_names_the_setting(owner_client: Client, team: Team) -> None:
    page = text_of(owner_client.post(new(team), fields(do="test")))
    assert "ALLOWED_DB_HOSTS" in page
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.verdict) == ("test", "refused")


def test_what_the_policy_refuses_cannot_be_saved_anyway(owner_client: Client, team: Team) -> None:
    page = text_of(owner_client.post(new(team), fields(do="anyway")))
    assert "Save anyway" not in page
    assert not Connection.objects.exists()


def test_a_server_that_is_down_can_be_saved_anyway(owner_client: Client, team: Team, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    assert "Save anyway" in text_of(owner_client.post(new(team), fields()))
    assert not Connection.objects.exists()
    owner_client.post(new(team), fields(do="anyway"))
    saved = Connection.objects.get()
    assert saved.address == ServerAddress("postgres", "127.0.0.1", 1, "shop", "reader", PASSWORD, "require")


def test_the_password_is_kept_when_none_is_typed(owner_client: Client, server: Connection, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    owner_client.post(reverse("connection_edit", args=[server.pk]), fields(name="live", password="", do="anyway"))
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
    owner_client: Client, server: Connection, settings: Settings, change: dict[str, str]
) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.0/8"]
    address = reverse("connection_edit", args=[server.pk])
    for wish in ("test", "save", "anyway"):
        assert "Type it again" in text_of(owner_client.post(address, fields(password="", do=wish, **change)))
    server.refresh_from_db()
    assert server.address is not None
    assert server.address.host == "127.0.0.1"
    assert not AuditEntry.objects.filter(action="test").exists()


def test_a_dsn_without_a_password_does_not_take_the_kept_one_elsewhere(
    owner_client: Client, server: Connection
) -> None:
    dsn = "postgres://reader@evil.example.org/shop?sslmode=require"
    address = reverse("connection_edit", args=[server.pk])
    assert "Type it again" in text_of(owner_client.post(address, {"kind": "server", "name": "prod", "dsn": dsn}))


def test_no_page_shows_a_password_or_its_encrypted_form(
    owner_client: Client, owner: User, team: Team, server: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    edit = reverse("connection_edit", args=[server.pk])
    dsn = f"postgres://reader:{PASSWORD}@127.0.0.1:1/shop"
    answers = [
        owner_client.post(new(team), fields(name="other", host="", do="test")),
        owner_client.post(new(team), fields(name="other", do="test")),
        owner_client.post(new(team), {"kind": "server", "name": "other", "dsn": dsn}),
        owner_client.post(new(team), {"kind": "server", "name": "", "dsn": dsn}),
        owner_client.post(edit, fields(database="", do="save")),
        owner_client.post(reverse("connection_test", args=[server.pk])),
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
    pages = [text_of(answer) for answer in answers] + [text_of(owner_client.get(address)) for address in addresses]
    export = owner_client.get(reverse("audit_export", args=[team.pk]))
    pages.append(b"".join(export).decode())
    assert len(pages) > 14
    for page in [*pages, caplog.text]:
        assert PASSWORD not in page
        assert "s3cret-" not in page
        assert server.encrypted_address not in page
    assert "127.0.0.1" in pages[len(answers)]
