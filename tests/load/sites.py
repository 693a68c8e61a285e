"""Installations to put under load: one web process on SQLite, or two on PostgreSQL and Redis."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import django

from tests.bench.workplace import environment, web
from tests.postgres import PASSWORD, running_postgres
from tests.redis import RedisServer

POSTGRES = "postgres"
SQLITE = "sqlite"


@dataclass(frozen=True)
class Place:
    """A data directory, in which this process's Django works, too, and the settings that name its servers."""

    directory: Path
    settings: dict[str, str]


@contextmanager
def place(database: str, *, redis: bool = False) -> Iterator[Place]:
    """Empty, but for the first team and its sample. Once for each process: Django is set up only once."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqlagent-load-")))
        settings: dict[str, str] = {}
        if database == POSTGRES:
            settings["DATABASE_URL"] = stack.enter_context(_postgres())
        if redis:
            settings["REDIS_URL"] = stack.enter_context(_redis())
        os.environ.update(environment(directory, settings))
        django.setup()
        from sqlagent_site import first_start

        first_start.set_up()
        yield Place(directory, settings)


@contextmanager
def webs(where: Place, processes: int, settings: dict[str, str]) -> Iterator[list[tuple[str, int]]]:
    """Web processes: the address and the process id of each."""
    with ExitStack() as stack:
        yield [stack.enter_context(web(where.directory, where.settings | settings)) for _ in range(processes)]


@contextmanager
def _postgres() -> Iterator[str]:
    with running_postgres() as server:
        server.run("CREATE DATABASE app OWNER owner")
        yield f"postgres://owner:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/app"


@contextmanager
def _redis() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="redis-") as directory:
        server = RedisServer(Path(directory))
        server.start()
        try:
            yield server.url
        finally:
            server.stop()
