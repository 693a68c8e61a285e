from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.reading import Doubt
from agent.suspicion import doubts
from datasources.engine import Database, ResultSet, ServerDatabase, SqliteDatabase
from datasources.introspect import Schema
from datasources.sample import build
from tests.agent.suspicion.bees import script
from tests.postgres import PostgresServer

Doubting = Callable[[str, str], tuple[Doubt, ...]]
ASKED: list[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "bees.toml").read_text())["asked"]


class Examined:
    """A database of which statements are run and doubted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.schema: Schema = database.schema()

    def result(self, sql: str) -> ResultSet:
        return self.database.execute(sql)

    def doubts(self, question: str, sql: str) -> tuple[Doubt, ...]:
        return doubts(question, sql, self.result(sql), self.database, self.schema)

    def kinds(self, question: str, sql: str) -> list[str]:
        return [doubt.kind.value for doubt in self.doubts(question, sql)]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite3"
    build(path)
    database = SqliteDatabase(path)
    yield Examined(database)
    database.close()


@pytest.fixture(scope="session")
def bees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    path = tmp_path_factory.mktemp("bees") / "bees.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script())
    database = SqliteDatabase(path)
    yield Examined(database)
    database.close()


@pytest.fixture(scope="session")
def postgres_bees(postgres: PostgresServer) -> Iterator[Examined]:
    postgres.run("DROP DATABASE IF EXISTS bees")
    postgres.run("CREATE DATABASE bees")
    postgres.run(f"{script()} GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;", "bees")
    database = ServerDatabase(postgres.address("reader", "bees"), ["127.0.0.1"])
    yield Examined(database)
    database.close()
