import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, Team, User
from datasources.dsn import ServerAddress
from datasources.engine import Limits, SqliteDatabase
from datasources.models import Connection
from datasources.sample import build
from tests.datasources.connect_form import PASSWORD
from tests.shop import SCHEMA as SHOP

SCRIPT = """
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INT);
CREATE TABLE books (
    id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES authors, title VARCHAR(80), "list price" REAL, cover BLOB
);
CREATE TABLE loans (book_id INTEGER, member TEXT, due TEXT, PRIMARY KEY (book_id, due),
    FOREIGN KEY (book_id) REFERENCES books (id));
CREATE VIEW prolific AS SELECT author_id, count(*) AS books FROM books GROUP BY author_id;
INSERT INTO authors VALUES (1, 'Ada', 1815), (2, 'Ben', NULL);
INSERT INTO books VALUES (1, 1, 'Notes', 12.5, x'00ff'), (2, 1, 'Letters', NULL, NULL), (3, 2, 'Zen', 7.0, NULL);
"""

OpenDatabase = Callable[..., SqliteDatabase]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "library 100%?#.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    return path


@pytest.fixture
def open_database(path: Path) -> Iterator[OpenDatabase]:
    """`open_database(seconds=1)`: the library with these limits."""
    opened: list[SqliteDatabase] = []

    def open_(**limits: float) -> SqliteDatabase:
        opened.append(SqliteDatabase(path, Limits(**limits)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database: OpenDatabase) -> SqliteDatabase:
    return open_database(seconds=10)


@pytest.fixture
def duckdb_path(tmp_path: Path) -> Path:
    return make_orders(tmp_path)


def make_orders(directory: Path) -> Path:
    path = directory / "orders 100%?#'.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR, total DECIMAL(10, 2));"
            "INSERT INTO orders VALUES (1, 'Ada', 9.5), (2, '', 12), (3, NULL, NULL);"
            "CREATE MACRO twice(a) AS a * 2; CREATE MACRO pair(a) AS TABLE SELECT a AS column0"
        )
    return path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "shop.db"
    build(path)
    return path


@pytest.fixture
def owner(alice: User) -> User:
    alice.memberships.update(role=Membership.Role.OWNER)
    return alice


@pytest.fixture
def team(owner: User) -> Team:
    return owner.teams.get()


@pytest.fixture
def owner_client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def shop_file(tmp_path: Path) -> bytes:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SHOP)
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
