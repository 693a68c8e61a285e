"""PostgreSQL: what becomes of sessions, and of statements that are ended."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from datasources.engine import ServerDatabase
from datasources.errors import ConnectFailed, QueryCancelled, QueryFailed, QueryTimeout
from tests.postgres import ENDLESS, OpenPostgres, PostgresServer


@pytest.fixture
def database(open_postgres: OpenPostgres) -> ServerDatabase:
    return open_postgres(seconds=10)


class TestTheServerHearsOfTheEnd:
    """What is ended here does not go on there."""

    def test_a_cancelled_statement(self, open_postgres: OpenPostgres, postgres: PostgresServer) -> None:
        database = open_postgres(seconds=30)
        running = threading.Thread(target=_cancelled, args=(database, ENDLESS))
        running.start()
        assert _begins(postgres)
        started = time.monotonic()
        database.cancel()
        assert time.monotonic() - started < 1
        assert _ends(postgres)
        running.join(3)
        assert not running.is_alive()
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_a_statement_that_takes_too_long(self, open_postgres: OpenPostgres, postgres: PostgresServer) -> None:
        with pytest.raises(QueryTimeout):
            open_postgres(seconds=0.5).execute(ENDLESS)
        assert not postgres.running()

    def test_the_statements_of_a_site_that_was_killed(self, postgres: PostgresServer) -> None:
        script = (
            "import json, sys\n"
            "from datasources.dsn import ServerAddress\n"
            "from datasources.engine import ServerDatabase\n"
            "address = ServerAddress(**json.loads(sys.stdin.readline()))\n"
            "ServerDatabase(address, ['127.0.0.1']).execute(sys.argv[1])\n"
        )
        _dies_with_its_statement(script, postgres)

    def test_it_ends_within_seconds_even_when_nobody_is_left_to_say_so(
        self, open_postgres: OpenPostgres, postgres: PostgresServer
    ) -> None:
        database = open_postgres(seconds=30)
        running = threading.Thread(target=_broken, args=(database, ENDLESS))
        running.start()
        assert _begins(postgres)
        time.sleep(0.3)  # who dies at once was dead before
        [turn] = database._turns
        assert turn._child
        os.kill(turn._child.pid, signal.SIGKILL)
        running.join()
        assert _ends(postgres)


class TestSessions:
    def test_a_session_serves_many_statements(self, database: ServerDatabase, postgres: PostgresServer) -> None:
        database.execute("SELECT 1")
        before = _sessions(postgres)
        for number in range(5):
            database.execute(f"SELECT {number}")
        assert _sessions(postgres) <= before

    def test_a_failed_statement_does_not_spend_the_session(
        self, database: ServerDatabase, postgres: PostgresServer
    ) -> None:
        database.execute("SELECT 1")
        before = _sessions(postgres)
        with pytest.raises(QueryFailed):
            database.execute("SELECT 1 / 0")
        assert database.execute("SELECT 1").rows == ((1,),)
        assert _sessions(postgres) <= before

    def test_no_transaction_is_left_open(self, database: ServerDatabase, postgres: PostgresServer) -> None:
        database.execute("SELECT generate_series(1, 5000)")
        sql = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'sqlagent' AND state <> 'idle'"
        assert postgres.run(sql) == []

    def test_one_that_broke_while_idle_is_replaced_unnoticed(
        self, database: ServerDatabase, postgres: PostgresServer
    ) -> None:
        database.execute("SELECT 1")
        _end_sessions(postgres)
        assert database.execute("SELECT 2").rows == ((2,),)

    def test_one_that_breaks_in_a_statement_is_one_clean_error(
        self, database: ServerDatabase, postgres: PostgresServer
    ) -> None:
        database.execute("SELECT 1")
        ending = threading.Thread(target=_end_what_begins, args=(postgres,))
        ending.start()
        with pytest.raises(ConnectFailed, match="broke while the statement ran"):
            database.execute(ENDLESS)
        ending.join()
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_a_database_that_was_dropped_says_so(self, postgres: PostgresServer) -> None:
        postgres.run("CREATE DATABASE short_lived", "postgres")
        database = ServerDatabase(postgres.address("reader", "short_lived"), ["127.0.0.1"])
        assert database.execute("SELECT 1").rows == ((1,),)
        postgres.run("DROP DATABASE short_lived WITH (FORCE)", "postgres")
        with pytest.raises(ConnectFailed, match="no such database") as failure:
            database.execute("SELECT 1")
        assert failure.value.code == "NO_DATABASE"

    def test_nothing_of_the_machine_is_used(self, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """No environment, no password file."""
        monkeypatch.setenv("PGHOST", "/nowhere")
        monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
        monkeypatch.setenv("PGPASSWORD", postgres.address("reader").password)
        database = ServerDatabase(postgres.address("reader", password=""), ["127.0.0.1"])
        with pytest.raises(ConnectFailed) as failure:
            database.execute("SELECT 1")
        assert failure.value.code == "AUTH"


def _sessions(postgres: PostgresServer) -> set[tuple[object, ...]]:
    return set(postgres.run("SELECT pid FROM pg_stat_activity WHERE application_name = 'sqlagent'"))


def _cancelled(database: ServerDatabase, sql: str) -> None:
    with pytest.raises(QueryCancelled):
        database.execute(sql)


def _broken(database: ServerDatabase, sql: str) -> None:
    with pytest.raises(QueryFailed, match="broke down"):
        database.execute(sql)


def _end_sessions(postgres: PostgresServer) -> None:
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sqlagent'")


def _end_what_begins(postgres: PostgresServer) -> None:
    assert _begins(postgres)
    _end_sessions(postgres)


def _begins(postgres: PostgresServer) -> bool:
    return _within(5, lambda: bool(postgres.running()))


def _ends(postgres: PostgresServer) -> bool:
    return _within(3, lambda: not postgres.running())


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def _dies_with_its_statement(script: str, postgres: PostgresServer) -> None:
    address = json.dumps(postgres.address("reader").to_dict())
    with subprocess.Popen([sys.executable, "-c", script, ENDLESS], stdin=subprocess.PIPE, text=True) as site:
        assert site.stdin
        site.stdin.write(address + "\n")
        site.stdin.flush()
        assert _begins(postgres)
        site.kill()
    assert _ends(postgres)
