"""Connecting real servers: what works, what is wrong in words, and what is never saved."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Team
from datasources.dsn import ServerAddress
from datasources.models import AuditEntry, Connection
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner_client: Client, settings: Settings) -> Client:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    return owner_client


@pytest.fixture
def silence() -> Iterator[int]:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def send(client: Client, team: Team, address: ServerAddress, wish: str, **changes: str) -> str:
    parts = {**address.to_dict(), "kind": "server", "name": "prod", "do": wish, **changes}
    page: str = client.post(reverse("connect", args=[team.pk]), parts, follow=True).content.decode()
    return page


def saved() -> Connection | None:
    return Connection.objects.first()


def test_a_postgres_is_tested_and_saved(client: Client, team: Team, postgres: PostgresServer) -> None:
    address = postgres.address("reader")
    assert "It works: PostgreSQL" in send(client, team, address, "test")
    assert saved() is None
    send(client, team, address, "save")
    connection = Connection.objects.get()
    assert (connection.dialect, connection.address) == ("postgres", address)
    assert connection.database().execute("SELECT count(*) FROM books").rows == ((3,),)
    assert connection.warning == ""


def test_it_is_saved_from_a_dsn_just_as_well(client: Client, team: Team, postgres: PostgresServer) -> None:
    address = postgres.address("reader")
    form = {"kind": "server", "name": "prod", "do": "save", "dsn": address.to_dsn(), "tls": "prefer"}
    client.post(reverse("connect", args=[team.pk]), form)
    assert Connection.objects.get().address == address


def test_a_mariadb_is_tested_and_saved(client: Client, team: Team, mariadb: MariadbServer) -> None:
    address = mariadb.address(mariadb.reader)
    assert "It works" in send(client, team, address, "test")
    send(client, team, address, "save")
    assert Connection.objects.get().dialect == "mysql"


def test_a_role_that_could_write_is_saved_with_a_warning(client: Client, team: Team, postgres: PostgresServer) -> None:
    send(client, team, postgres.address("owner"), "save")
    connection = Connection.objects.get()
    assert connection.warning
    page = client.get(reverse("connection", args=[connection.pk])).content.decode()
    assert "message warning" in page


def test_a_role_that_may_do_everything_is_never_saved(client: Client, team: Team, postgres: PostgresServer) -> None:
    for wish in ("test", "save", "anyway"):
        page = send(client, team, postgres.address("postgres"), wish)
        assert "The role may do too much" in page
        assert "GRANT SELECT ON ALL TABLES" in page
        assert "ALLOW_POWERFUL_ROLES" in page
    assert saved() is None
    assert set(AuditEntry.objects.values_list("verdict", flat=True)) == {"refused"}


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"password": "wrong"}, "Wrong user or password"),
        ({"database": "nothing"}, "No such database"),
        ({"user": "nobody"}, "Wrong user or password"),
        ({"tls": "require"}, "TLS"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_a_postgres_is_said_in_words(
    client: Client, team: Team, postgres: PostgresServer, change: dict[str, Any], title: str
) -> None:
    page = send(client, team, replace(postgres.address("reader"), **change), "test")
    assert f"<strong>{title}." in page
    assert saved() is None


@pytest.mark.parametrize(
    ("change", "title"), [({"password": "wrong"}, "Wrong user or password"), ({"database": "no"}, "")]
)
def test_what_is_wrong_with_a_mariadb_is_said_in_words(
    client: Client, team: Team, mariadb: MariadbServer, change: dict[str, Any], title: str
) -> None:
    page = send(client, team, replace(mariadb.address(mariadb.reader), **change), "test")
    assert f"<strong>{title}" in page
    assert "It works" not in page


def test_a_port_where_nothing_listens_is_refused(client: Client, team: Team, silence: int) -> None:
    address = ServerAddress("postgres", "127.0.0.1", silence, "d", "u", "p")
    assert "<strong>Refused." in send(client, team, address, "test")


def test_a_host_that_is_not_allowed_says_which_setting_opens_it(
    client: Client, team: Team, silence: int, settings: Settings
) -> None:
    settings.ALLOWED_DB_HOSTS = []
    address = ServerAddress("mysql", "127.0.0.1", silence, "d", "u", "p")
    page = send(client, team, address, "anyway")
    assert "<strong>Not allowed here." in page
    assert "ALLOWED_DB_HOSTS" in page
    assert saved() is None


def test_no_answer_of_a_server_tells_the_password(
    client: Client, team: Team, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "t0psecret"
    page = send(client, team, replace(postgres.address("reader"), password=secret), "save")
    assert "Wrong user or password" in page
    assert secret not in page
    assert secret not in caplog.text
    assert not AuditEntry.objects.filter(message__contains=secret).exists()


def test_another_database_of_the_server_is_read_anew(client: Client, team: Team, postgres: PostgresServer) -> None:
    send(client, team, postgres.address("reader"), "save")
    Connection.objects.update(schema_snapshot={"tables": []}, schema_fingerprint="of library", schema_state="ready")
    connection = Connection.objects.get()
    parts = postgres.address("reader", "postgres", password="").to_dict()
    form = {**parts, "kind": "server", "name": "prod", "do": "save"}
    client.post(reverse("connection_edit", args=[connection.pk]), form)
    connection.refresh_from_db()
    assert connection.address == postgres.address("reader", "postgres")
    assert (connection.schema_snapshot, connection.schema_fingerprint) == (None, "")
