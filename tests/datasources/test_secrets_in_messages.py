"""What people are told of a server that lets nobody in: no password in it, and nothing that gives one away."""

import secrets
import struct
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Team
from datasources import audit
from datasources.dsn import ServerAddress
from datasources.engine import ServerDatabase
from datasources.errors import ConnectFailed
from datasources.login_failures import explained
from datasources.models import AuditEntry
from tests.listeners import listening
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

LONG = secrets.token_urlsafe(24)
WRONG_PASSWORDS = ["wrong", "x", "timeout", "password", "user", pytest.param(LONG, id="long")]
A_WRONG_PASSWORD = "qwertz-0815"
READER = ServerAddress("postgres", "127.0.0.1", 5432, "library", "reader", "pa$$word")


def told(said: str, **changes: str) -> str:
    return explained("It failed", said, replace(READER, **changes))  # type: ignore[arg-type]


class TestWhatADriverSays:
    def test_it_stands_in_parentheses(self) -> None:
        assert told("nobody knows why.") == "It failed (nobody knows why)."

    def test_it_is_left_out_when_it_is_nothing(self) -> None:
        assert told("") == "It failed."

    @pytest.mark.parametrize(
        "said",
        ["bad: pa$$word", "bad: 'pa$$word'.", "pa$$word", "at postgres://reader:pa$$word@h/d", "password=pa$$word"],
    )
    def test_it_is_left_out_when_it_tells_the_password(self, said: str) -> None:
        assert told(said) == "It failed."

    def test_also_when_it_ends_with_a_full_stop(self) -> None:
        assert told("bad: secret.", password="secret.") == "It failed."

    def test_also_when_it_tells_it_as_a_dsn_does(self) -> None:
        assert told(f"at mysql://reader:{quote('päss/word', safe='')}@h/d", password="päss/word") == "It failed."

    @pytest.mark.parametrize("password", ["x", "pi", "0", "127", "reader"])
    def test_it_stays_when_the_password_is_a_part_of_another_word(self, password: str) -> None:
        assert told("expired at 127.0.0.1 for readers", password=password).endswith(
            "(expired at 127.0.0.1 for readers)."
        )

    @pytest.mark.parametrize(
        ("said", "password"),
        [
            ("connection timeout expired", "timeout"),
            ('password authentication failed for user "reader"', "password"),
            ('password authentication failed for user "reader"', "reader"),
            ('database "library" does not exist', "library"),
            ("Access denied for user 'reader'@'127.0.0.1' (using password: YES)", "YES"),
            ("Access denied for user 'reader'@'127.0.0.1' (using password: YES)", "127.0.0.1"),
        ],
    )
    def test_it_stays_when_the_server_says_that_to_anybody(self, said: str, password: str) -> None:
        """That it is missing would say which password it was."""
        assert told(said, password=password) == f"It failed ({said})."

    def test_without_a_password_there_is_nothing_to_hide(self) -> None:
        assert (
            told("fe_sendauth: no password supplied", password="") == "It failed (fe_sendauth: no password supplied)."
        )


def postgres_saying(words: str) -> bytes:
    """An answer to whoever logs in."""
    fields = b"".join(f"{kind}{text}\0".encode() for kind, text in (("S", "FATAL"), ("C", "XX000"), ("M", words)))
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"


def mysql_saying(words: str) -> bytes:
    """A greeting that is an error."""
    body = b"\xff" + struct.pack("<H", 1130) + words.encode()
    return struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(("dialect", "saying"), [("postgres", postgres_saying), ("mysql", mysql_saying)])
def test_a_server_that_tells_the_password_is_not_passed_on(dialect: str, saying: Callable[[str], bytes]) -> None:
    def refusal(words: str) -> str:
        with listening(saying(words)) as port, pytest.raises(ConnectFailed) as failure:
            address = ServerAddress(dialect, "127.0.0.1", port, "library", "reader", LONG, tls="disable")
            ServerDatabase(address, ["127.0.0.1"]).probe()
        return failure.value.message

    assert "(get lost)." in refusal("get lost")
    assert refusal(f"{LONG} is bad") == refusal("get lost").replace(" (get lost)", "")


def test_a_dsn_in_any_message_loses_its_password() -> None:
    assert audit.without_secrets("at postgres://u:other@h/d it failed") == "at postgres://u:…@h/d it failed"


def test_a_message_that_is_all_beginnings_of_a_dsn_holds_nothing_up() -> None:
    assert audit.without_secrets("://:" * 1_000_000).startswith("://:")


def what_a_test_says(client: Client, team: Team, address: ServerAddress) -> tuple[str, str]:
    """On its page, and in the audit list."""
    parts = {**address.to_dict(), "kind": "server", "name": "prod", "do": "test"}
    page = client.post(reverse("connect", args=[team.pk]), parts).content.decode()
    _, _, result = page.partition("<strong>Wrong user or password.")
    return result.partition("</div>")[0], AuditEntry.objects.latest("pk").message


@pytest.mark.django_db
@pytest.mark.parametrize("password", WRONG_PASSWORDS)
@pytest.mark.parametrize("server", ["postgres", "mariadb"])
def test_every_wrong_password_is_answered_alike(
    owner_client: Client, team: Team, settings: Settings, request: pytest.FixtureRequest, server: str, password: str
) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    running: PostgresServer | MariadbServer = request.getfixturevalue(server)
    address = running.address("reader" if isinstance(running, PostgresServer) else running.reader)
    page, entry = what_a_test_says(owner_client, team, replace(address, password=password))
    assert (page, entry) == what_a_test_says(owner_client, team, replace(address, password=A_WRONG_PASSWORD))
    assert entry.startswith("The user name or the password is wrong (")
    assert "The user name or the password is wrong (" in page
