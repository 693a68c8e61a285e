"""What a saved connection opens."""

import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Team
from datasources.errors import ConnectFailed
from datasources.models import Connection
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    team = Team.objects.create(name="Librarians")
    return Connection(team=team, name="library", origin=Connection.Origin.SERVER)


def _ask(connection: Connection) -> object:
    database = connection.database()
    try:
        return database.execute("SELECT count(*) FROM books").rows
    finally:
        database.close()


def test_a_postgres_server(connection: Connection, postgres: PostgresServer, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    connection.dialect, connection.address = "postgres", postgres.address("reader")
    assert _ask(connection) == ((3,),)


def test_a_mysql_server(connection: Connection, mariadb: MariadbServer, settings: Settings) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.0/8"]
    connection.dialect, connection.address = "mysql", mariadb.address(mariadb.reader)
    assert _ask(connection) == ((3,),)


def test_only_hosts_that_the_operator_lists(connection: Connection, postgres: PostgresServer) -> None:
    connection.dialect, connection.address = "postgres", postgres.address("reader")
    with pytest.raises(ConnectFailed) as failure:
        _ask(connection)
    assert failure.value.code == "POLICY"


def test_superusers_only_where_the_operator_says_so(
    connection: Connection, postgres: PostgresServer, settings: Settings
) -> None:
    settings.ALLOWED_DB_HOSTS = ["127.0.0.1"]
    connection.dialect, connection.address = "postgres", postgres.address("postgres")
    with pytest.raises(ConnectFailed) as failure:
        _ask(connection)
    settings.ALLOW_POWERFUL_ROLES = True
    assert failure.value.code == "ROLE"
    assert _ask(connection) == ((3,),)


def test_credentials_of_another_key_cannot_be_read(
    connection: Connection, postgres: PostgresServer, settings: Settings
) -> None:
    connection.dialect, connection.address = "postgres", postgres.address("reader")
    settings.FIELD_ENCRYPTION_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    with pytest.raises(ConnectFailed, match="Save them again") as failure:
        connection.database()
    assert failure.value.code == "UNREADABLE"


def test_a_scratch_database_in_memory(connection: Connection) -> None:
    connection.origin = Connection.Origin.MEMORY
    assert connection.database().execute("SELECT 1").rows == ((1,),)


def test_one_that_is_switched_off_opens_nothing(connection: Connection) -> None:
    connection.is_enabled = False
    with pytest.raises(ConnectFailed, match="switched off"):
        connection.database()


@pytest.fixture
def on_the_server(connection: Connection, shop_path: Path, tmp_path: Path, settings: Settings) -> Path:
    """A file that was allowed when it was connected."""
    path = tmp_path / "allowed" / "shop.sqlite3"
    path.parent.mkdir()
    settings.ALLOWED_DB_DIRS = [path.parent]
    shutil.copy(shop_path, path)
    connection.origin, connection.path = Connection.Origin.PATH, str(path)
    return path


def test_a_file_that_has_become_a_link_to_elsewhere_is_not_followed(
    connection: Connection, on_the_server: Path, shop_path: Path
) -> None:
    assert connection.database().execute("SELECT count(*) FROM products").rows == ((3,),)
    on_the_server.unlink()
    on_the_server.symlink_to(shop_path)
    with pytest.raises(ConnectFailed, match="not in a directory") as failure:
        connection.database()
    assert failure.value.code == "POLICY"


def test_a_directory_that_is_allowed_no_more_is_closed(
    connection: Connection, on_the_server: Path, settings: Settings
) -> None:
    settings.ALLOWED_DB_DIRS = []
    with pytest.raises(ConnectFailed, match="ALLOWED_DB_DIRS"):
        connection.database()
