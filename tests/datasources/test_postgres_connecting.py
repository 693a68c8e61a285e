"""Why a PostgreSQL server cannot be connected to, in words, and what a role may do too much."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from datasources.dsn import ServerAddress, Tls
from datasources.engine import ServerDatabase
from datasources.errors import ConnectFailed
from tests.listeners import closed_port, listening, postgres_with_tls
from tests.postgres import PASSWORD, PostgresServer

LOCAL = ["127.0.0.1", "localhost"]


def _refusal(address: ServerAddress, allowed: list[str] = LOCAL) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as failure:
        ServerDatabase(address, allowed).probe()
    assert PASSWORD not in failure.value.message
    assert failure.value.message.endswith((".", ")"))
    return failure.value


@pytest.fixture
def address(postgres: PostgresServer) -> ServerAddress:
    return postgres.address("reader")


def test_a_probe_says_what_the_server_is(address: ServerAddress) -> None:
    probe = ServerDatabase(address, LOCAL).probe()
    assert probe.version.startswith("PostgreSQL 18")
    assert probe.warning == ""


def test_a_name_is_looked_up(address: ServerAddress) -> None:
    assert ServerDatabase(replace(address, host="localhost"), LOCAL).execute("SELECT 1").rows == ((1,),)


class TestRefusals:
    def test_an_unknown_host(self, address: ServerAddress) -> None:
        error = _refusal(replace(address, host="nowhere.invalid"))
        assert (error.code, "nowhere.invalid" in error.message) == ("HOST_UNKNOWN", True)

    def test_a_port_where_nothing_listens(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, port=closed_port())).code == "REFUSED"

    def test_a_server_that_accepts_and_then_stalls(self, address: ServerAddress) -> None:
        started = time.monotonic()
        with listening() as port:
            assert _refusal(replace(address, port=port)).code == "TIMEOUT"
        assert time.monotonic() - started < 12

    @pytest.mark.parametrize("greeting", [b"220 mail ESMTP\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 99])
    def test_something_else_that_listens(self, address: ServerAddress, greeting: bytes) -> None:
        with listening(greeting) as port:
            assert _refusal(replace(address, port=port)).code == "NOT_A_DATABASE"

    def test_a_wrong_password(self, address: ServerAddress) -> None:
        error = _refusal(replace(address, password="wrong"))
        assert error.code == "AUTH"
        assert error.message == (
            'The user name or the password is wrong (password authentication failed for user "reader").'
        )

    def test_no_password(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, password="")).code == "AUTH"

    def test_an_unknown_user(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, user="nobody")).code == "AUTH"

    def test_an_unknown_database(self, address: ServerAddress) -> None:
        error = _refusal(replace(address, database="nothing"))
        assert (error.code, '"nothing" does not exist' in error.message) == ("NO_DATABASE", True)

    def test_a_server_that_is_full(self, address: ServerAddress, postgres: PostgresServer) -> None:
        postgres.run("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        quoted = PASSWORD.replace("'", "''")
        postgres.run(f"ALTER ROLE crowded PASSWORD '{quoted}'")
        assert _refusal(replace(address, user="crowded")).code == "TOO_MANY"

    @pytest.mark.parametrize("tls", ["require", "verify"])
    def test_a_server_without_tls(self, address: ServerAddress, tls: Tls) -> None:
        error = _refusal(replace(address, tls=tls))
        assert (error.code, "offers no TLS" in error.message) == ("TLS", True)

    def test_a_certificate_that_nobody_vouches_for(self, address: ServerAddress, tmp_path: Path) -> None:
        with listening(postgres_with_tls(tmp_path)) as port:
            error = _refusal(replace(address, port=port, tls="verify"))
            other = _refusal(replace(address, port=port, tls="require"))
        assert (error.code, "certificate could not be verified" in error.message) == ("TLS", True)
        assert "certificate" not in other.message

    def test_a_host_that_the_operator_has_not_listed(self, address: ServerAddress) -> None:
        error = _refusal(address, [])
        assert error.code == "POLICY"
        assert "set ALLOWED_DB_HOSTS=127.0.0.1 and start the site again" in error.message


class TestRoles:
    def test_a_superuser_is_refused_with_what_to_do(self, address: ServerAddress) -> None:
        error = _refusal(replace(address, user="postgres"))
        assert error.code == "ROLE"
        assert "superuser" in error.message
        assert "CREATE ROLE" in error.message
        assert "ALLOW_POWERFUL_ROLES=true" in error.message

    def test_unless_the_operator_allows_it(self, address: ServerAddress) -> None:
        database = ServerDatabase(replace(address, user="postgres"), LOCAL, allow_powerful=True)
        assert "superuser" in database.probe().warning
        assert database.execute("SELECT 1").rows == ((1,),)

    @pytest.mark.parametrize("role", ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"])
    def test_a_member_of_the_roles_for_files_is_refused(
        self, address: ServerAddress, postgres: PostgresServer, role: str
    ) -> None:
        with _granted(postgres, f"GRANT {role} TO reader", f"REVOKE {role} FROM reader"):
            error = _refusal(address)
        assert (error.code, role in error.message) == ("ROLE", True)

    @pytest.mark.parametrize(
        ("grant", "revoke", "words"),
        [
            ("GRANT INSERT ON books TO reader", "REVOKE INSERT ON books FROM reader", "write, for example into"),
            ("GRANT UPDATE (title) ON books TO reader", "REVOKE UPDATE (title) ON books FROM reader", "public.books"),
            ("GRANT TRUNCATE ON books TO reader", "REVOKE TRUNCATE ON books FROM reader", "public.books"),
            ("GRANT CREATE ON SCHEMA public TO reader", "REVOKE CREATE ON SCHEMA public FROM reader", "create tables"),
            ("GRANT owner TO reader", "REVOKE owner FROM reader", "write, for example into"),
            ("GRANT pg_write_all_data TO reader", "REVOKE pg_write_all_data FROM reader", "write, for example into"),
            ("GRANT pg_read_all_data TO reader", "REVOKE pg_read_all_data FROM reader", "read everything"),
        ],
    )
    def test_one_that_could_do_more_than_read_is_warned_of(
        self, address: ServerAddress, postgres: PostgresServer, grant: str, revoke: str, words: str
    ) -> None:
        with _granted(postgres, grant, revoke):
            assert words in ServerDatabase(address, LOCAL).probe().warning


@contextmanager
def _granted(postgres: PostgresServer, grant: str, revoke: str) -> Iterator[None]:
    postgres.run(grant)
    try:
        yield
    finally:
        postgres.run(revoke)
