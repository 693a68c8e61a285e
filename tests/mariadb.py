"""A real MariaDB for tests: the machine's, or one that is started from what Debian has installed."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

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


class NoServer(Exception):
    """There is none, and none can be started; the message says why."""


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariadbServer]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_mariadb())
        except NoServer as error:
            if os.environ.get("CI"):
                pytest.fail(str(error))
            pytest.skip(str(error))
        yield server


@contextmanager
def running_mariadb() -> Iterator[MariadbServer]:
    """The machine's, else one of our own for as long as it is needed. Raises NoServer."""
    with nullcontext(PORT_OF_THE_MACHINE) if _answers(PORT_OF_THE_MACHINE) else _started() as port:
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


@contextmanager
def _started() -> Iterator[int]:
    program, install = _program("mariadbd"), _program("mariadb-install-db")
    user = ["--user=root"] if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="mariadb-") as directory:
        common = ["--no-defaults", f"--datadir={directory}", *user]
        subprocess.run([install, *common, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        port = _free_port()
        places = [f"--socket={directory}/s", f"--port={port}", "--bind-address=127.0.0.1"]
        with subprocess.Popen(
            [program, *common, *places], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                _wait_for(server, port)
                yield port
            finally:
                server.terminate()


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoServer("MariaDB could not be started")
        time.sleep(0.1)


def _program(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        raise NoServer("MariaDB is neither running on 127.0.0.1:3306 nor installed (Debian's mariadb-server)")
    return path


def _connected(port: int, database: str | None = None) -> "pymysql.Connection[Any]":
    return pymysql.connect(host="127.0.0.1", port=port, user="root", database=database, autocommit=True)


def _answers(port: int) -> bool:
    with suppress(pymysql.MySQLError):
        _connected(port).close()
        return True
    return False


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
