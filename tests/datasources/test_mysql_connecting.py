"""Why a MySQL or MariaDB server cannot be connected to, in words, and what an account may do too much."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from datasources.dsn import ServerAddress, Tls
from datasources.engine import ServerDatabase
from datasources.errors import ConnectFailed
from tests.listeners import closed_port, listening, mysql_with_tls
from tests.mariadb import PASSWORD, MariadbServer

LOCAL = ["127.0.0.1", "localhost"]


def _refusal(address: ServerAddress, allowed: list[str] = LOCAL) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as failure:
        ServerDatabase(address, allowed).probe()
    assert PASSWORD not in failure.value.message
    assert failure.value.message.endswith((".", ")"))
    return failure.value


@pytest.fixture
def address(mariadb: MariadbServer) -> ServerAddress:
    return mariadb.address(mariadb.reader)


def test_a_probe_says_what_the_server_is(address: ServerAddress) -> None:
    probe = ServerDatabase(address, LOCAL).probe()
    assert probe.version.startswith("MariaDB 1")
    assert probe.warning == ""


def test_a_name_is_looked_up(address: ServerAddress) -> None:
    assert ServerDatabase(replace(address, host="localhost"), LOCAL).execute("SELECT 1").rows == ((1,),)


class TestRefusals:
    def test_an_unknown_host(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, host="nowhere.invalid")).code == "HOST_UNKNOWN"

    def test_a_port_where_nothing_listens(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, port=closed_port())).code == "REFUSED"

    def test_a_server_that_accepts_and_then_stalls(self, address: ServerAddress) -> None:
        started = time.monotonic()
        with listening() as port:
            assert _refusal(replace(address, port=port)).code == "TIMEOUT"
        assert time.monotonic() - started < 12

    @pytest.mark.parametrize(
        "greeting", [b"\x05\x00\x00\x00hello", b"\x01\x00\x00\x00\x0a", b"\x04\x00\x00\x09\x0a8\x00x", b"\x00" * 99]
    )
    def test_something_else_that_listens(self, address: ServerAddress, greeting: bytes) -> None:
        with listening(greeting) as port:
            assert _refusal(replace(address, port=port)).code == "NOT_A_DATABASE"

    def test_a_wrong_password(self, address: ServerAddress) -> None:
        error = _refusal(replace(address, password="wrong"))
        assert error.code == "AUTH"
        assert error.message.startswith("The user name or the password is wrong (Access denied for user ")

    def test_an_unknown_user(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, user="nobody")).code == "AUTH"

    def test_an_unknown_database(self, address: ServerAddress) -> None:
        assert _refusal(replace(address, database="nothing")).code == "NO_DATABASE"

    @pytest.mark.parametrize("database", ["mysql", "MySQL", "performance_schema", "sys", "information_schema"])
    def test_a_database_of_the_server_itself(self, address: ServerAddress, database: str) -> None:
        assert _refusal(replace(address, database=database)).code == "POLICY"

    @pytest.mark.parametrize("tls", ["require", "verify"])
    def test_a_server_without_tls(self, address: ServerAddress, mariadb: MariadbServer, tls: Tls) -> None:
        if mariadb.run("SELECT @@have_ssl") != [("DISABLED",)]:
            pytest.skip("this server has TLS")
        error = _refusal(replace(address, tls=tls))
        assert (error.code, "offers no TLS" in error.message) == ("TLS", True)

    def test_a_certificate_that_nobody_vouches_for(self, address: ServerAddress, tmp_path: Path) -> None:
        with listening(mysql_with_tls(tmp_path)) as port:
            error = _refusal(replace(address, port=port, tls="verify"))
            other = _refusal(replace(address, port=port, tls="require"))
        assert (error.code, "certificate could not be verified" in error.message) == ("TLS", True)
        assert other.code == "NOT_A_DATABASE"

    def test_a_host_that_the_operator_has_not_listed(self, address: ServerAddress) -> None:
        error = _refusal(address, [])
        assert error.code == "POLICY"
        assert "set ALLOWED_DB_HOSTS=127.0.0.1 and start the site again" in error.message


class TestAccounts:
    @pytest.mark.parametrize("privilege", ["FILE", "SUPER"])
    def test_one_that_reaches_files_or_the_server_is_refused(
        self, address: ServerAddress, mariadb: MariadbServer, privilege: str
    ) -> None:
        with _granted(mariadb, f"{privilege} ON *.*"):
            error = _refusal(address)
        assert (error.code, privilege in error.message) == ("ROLE", True)
        assert "CREATE USER" in error.message

    def test_so_is_one_that_may_do_everything(self, address: ServerAddress, mariadb: MariadbServer) -> None:
        assert _refusal(mariadb.address("root")).code == "ROLE"

    def test_unless_the_operator_allows_it(self, mariadb: MariadbServer) -> None:
        database = ServerDatabase(mariadb.address("root"), LOCAL, allow_powerful=True)
        assert "ALL PRIVILEGES" in database.probe().warning
        assert database.execute("SELECT 1").rows == ((1,),)

    @pytest.mark.parametrize("privilege", ["INSERT", "DELETE", "CREATE", "UPDATE (title)", "TRIGGER"])
    def test_one_that_could_do_more_than_read_is_warned_of(
        self, address: ServerAddress, mariadb: MariadbServer, privilege: str
    ) -> None:
        where = f"{mariadb.database}.books" if "(" in privilege else f"{mariadb.database}.*"
        with _granted(mariadb, f"{privilege} ON {where}"):
            assert privilege.split()[0] in ServerDatabase(address, LOCAL).probe().warning


@contextmanager
def _granted(mariadb: MariadbServer, privilege: str) -> Iterator[None]:
    mariadb.run(f"GRANT {privilege} TO {mariadb.reader}@'%'")
    try:
        yield
    finally:
        mariadb.run(f"REVOKE {privilege} FROM {mariadb.reader}@'%'")
