"""Keys: a fresh one, and every credential encrypted with the newest."""

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import Team
from datasources import encryption
from datasources.dsn import ServerAddress
from datasources.models import Connection

pytestmark = pytest.mark.django_db

ADDRESS = ServerAddress("postgres", "db.example.org", 5432, "shop", "reader", "s3cret")


@pytest.fixture
def keys() -> list[str]:
    return [Fernet.generate_key().decode() for _ in range(2)]


@pytest.fixture
def server(settings: Settings, keys: list[str]) -> Connection:
    """Saved with the old key, the first of the two."""
    settings.FIELD_ENCRYPTION_KEYS = keys[:1]
    connection = Connection(team=Team.objects.create(name="Team"), name="prod", dialect="postgres", origin="server")
    connection.address = ADDRESS
    connection.save()
    return connection


def rotated() -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    call_command("rotatekeys", stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def test_newkey_prints_a_key() -> None:
    output = io.StringIO()
    call_command("newkey", stdout=output)
    assert Fernet(output.getvalue().strip())


def test_credentials_are_readable_with_the_newest_key_alone(
    server: Connection, settings: Settings, keys: list[str]
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    assert rotated() == ("1 encrypted with the newest key, 0 were already.\n", "")
    settings.FIELD_ENCRYPTION_KEYS = [keys[1]]
    server.refresh_from_db()
    assert server.address == ADDRESS


def test_a_second_rotation_changes_nothing(server: Connection, settings: Settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    rotated()
    before = Connection.objects.get().encrypted_address
    assert rotated()[0] == "0 encrypted with the newest key, 1 were already.\n"
    assert Connection.objects.get().encrypted_address == before


def test_more_than_one_batch_is_rotated(server: Connection, settings: Settings, keys: list[str]) -> None:
    more = (Connection(team=server.team, name=f"c{n}", encrypted_address=server.encrypted_address) for n in range(250))
    Connection.objects.bulk_create(more)
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    assert rotated()[0].startswith("251 encrypted")
    assert all(map(encryption.is_current, Connection.objects.values_list("encrypted_address", flat=True)))


def test_those_that_no_key_reads_are_named_and_left(server: Connection, settings: Settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [keys[1]]
    before = server.encrypted_address
    errors = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("rotatekeys", stdout=io.StringIO(), stderr=errors)
    assert f"Connection {server.pk} (Team: prod)" in errors.getvalue()
    assert Connection.objects.get().encrypted_address == before


def test_what_is_no_longer_readable_says_so_and_can_be_typed_again(
    server: Connection, settings: Settings, keys: list[str]
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [keys[1]]
    with pytest.raises(encryption.Unreadable, match="FIELD_ENCRYPTION_KEYS"):
        assert server.address
