import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from datasources.engine import Database, Limits, ServerDatabase, SqliteDatabase
from tests.postgres import PostgresServer

SCRIPT = (Path(__file__).parent / "yard.sql").read_text()


@pytest.fixture(scope="session")
def sqlite_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("yard") / "yard.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    return path


@pytest.fixture(scope="session")
def postgres_yard(postgres: PostgresServer) -> str:
    """The name of the database."""
    postgres.run("CREATE DATABASE yard OWNER owner")
    postgres.run(SCRIPT, "yard", "owner")
    postgres.run('CREATE SCHEMA side; CREATE TABLE side.parts (id int PRIMARY KEY, "unitPrice" int)', "yard", "owner")
    postgres.run("INSERT INTO side.parts VALUES (1, 5); GRANT USAGE ON SCHEMA side TO reader", "yard", "owner")
    for schema in ("public", "side"):
        postgres.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader", "yard", "owner")
    return "yard"


@pytest.fixture
def on_sqlite(sqlite_path: Path) -> Iterator[Database]:
    database = SqliteDatabase(sqlite_path)
    yield database
    database.close()


@pytest.fixture
def on_postgres(postgres: PostgresServer, postgres_yard: str) -> Iterator[Database]:
    database = ServerDatabase(postgres.address("reader", postgres_yard), ["127.0.0.1"], Limits(seconds=10))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def yard(request: pytest.FixtureRequest) -> Database:
    """The same tables and rows in either database."""
    database: Database = request.getfixturevalue(f"on_{request.param}")
    return database
