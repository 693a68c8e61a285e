"""A real MariaDB for tests: the machine's, or one that is started from what Debian has installed."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pymysql
import pytest

from datasources.dsn import ServerAddress

PORT_OF_THE_MACHINE = 3306
PASSWORD = "pass word'\\é"
SCRIPT = """
CREATE TABLE authors (id int PRIMARY KEY, name varchar(40) NOT NULL, born int) COMMENT 'Who writes';
CREATE TABLE books (id int PRIMARY KEY, author_id int REFERENCES authors (id), title varchar(80),
    `list price` decimal(8, 2));
CREATE TABLE `; drop` (`a "b" ``c`` é` int, `select` text);
INSERT INTO authors VALUES (1, 'Ada', 1815), (2, 'Ben', NULL);
INSERT INTO books VALUES (1, 1, 'Notes', 12.50), (2, 1, 'Letters', NULL), (3, 2, 'Zen', 7.00);
INSERT INTO `; drop` VALUES (1, 'x');
"""


@dataclass(frozen=True)
class MariadbServer:
    """On 127.0.0.1; root has no password. `database` is ours, and so are the accounts `owner` and `reader`."""

    port: int
    database: str

    @property
    def owner(self) -> str:
        return f"{self.database}_o"

    @property
    def reader(self) -> str:
        return f"{self.database}_r"

    def address(self, user: str, **others: Any) -> ServerAddress:
        secret = "" if user == "root" else PASSWORD
        parts = {"database": self.database, "password": secret, **others}
        return ServerAddress("mysql", "127.0.0.1", self.port, user=user, **parts)

    def run(self, sql: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """As root: several statements, each of which ends its line. Gives what the last one gave."""
        with closing(_connected(self.port, database)) as connection, connection.cursor() as cursor:
            for statement in filter(str.strip, sql.split(";\n")):
                cursor.execute(statement.rstrip().removesuffix(";"))
            return list(cursor.fetchall())

    def running(self, sql: str) -> list[tuple[Any, ...]]:
        """The sessions in which a statement with this text runs now."""
        return self.run(
            "SELECT id, info FROM information_schema.processlist"
            f" WHERE id <> connection_id() AND locate('{sql}', info) > 0"
        )


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariadbServer]:
    with _running(tmp_path_factory) as port:
        server = MariadbServer(port, f"test_{secrets.token_hex(4)}")
        server.run(f"CREATE DATABASE {server.database} CHARACTER SET utf8mb4")
        try:
            server.run(SCRIPT, server.database)
            quoted = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
            for user, privileges in ((server.owner, "ALL"), (server.reader, "SELECT")):
                server.run(f"CREATE USER {user}@'%' IDENTIFIED BY '{quoted}'")
                server.run(f"GRANT {privileges} ON {server.database}.* TO {user}@'%'")
            yield server
        finally:
            server.run(f"DROP DATABASE {server.database}")
            server.run(f"DROP USER IF EXISTS {server.owner}@'%', {server.reader}@'%'")


class _running:  # noqa: N801 - used as a function
    """The port of a server: the machine's, else one of our own for as long as it is needed."""

    def __init__(self, directories: pytest.TempPathFactory) -> None:
        self._directories = directories
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> int:
        if _answers(PORT_OF_THE_MACHINE):
            return PORT_OF_THE_MACHINE
        program = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
        if not program:
            _without("MariaDB is neither running on 127.0.0.1:3306 nor installed (Debian's mariadb-server)")
        return self._start(program)

    def __exit__(self, *exception: object) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def _start(self, program: str) -> int:
        directory = self._directories.mktemp("mariadb")
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = shutil.which("mariadb-install-db") or "mariadb-install-db"
        subprocess.run(
            [install, "--no-defaults", f"--datadir={directory}", "--auth-root-authentication-method=normal", *user],
            check=True,
            capture_output=True,
        )
        port = _free_port()
        self._process = subprocess.Popen(
            [
                *(program, "--no-defaults", f"--datadir={directory}", f"--socket={_short(directory)}"),
                *(f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve", *user),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not _answers(port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                _without("MariaDB could not be started")
            time.sleep(0.1)
        return port


def _connected(port: int, database: str | None = None) -> "pymysql.Connection[Any]":
    return pymysql.connect(host="127.0.0.1", port=port, user="root", database=database, autocommit=True)


def _answers(port: int) -> bool:
    with suppress(pymysql.MySQLError):
        _connected(port).close()
        return True
    return False


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _short(directory: Path) -> Path:
    """The path of a Unix socket may have a hundred characters."""
    return directory / "s" if len(str(directory)) < 80 else Path("/tmp") / f"{secrets.token_hex(4)}.sock"
