"""MySQL and MariaDB inside the child process: a session that can only read, and only so much.

Each layer here holds without the guard: a read-only session and a read-only transaction in it, one statement at a time
(the protocol's own rule while the client does not ask for more), time-outs, no file of this machine for the server,
and an account that cannot reach the server's files.
"""

import re
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import pymysql

from datasources import mysql_binding, mysql_roles
from datasources.catalogues import mysql
from datasources.catalogues.sampling import Look, Sample
from datasources.dsn import ServerAddress
from datasources.hosts import resolve
from datasources.login_failures import explained
from datasources.mysql_connecting import Connection, connect
from datasources.mysql_types import converter, type_name
from datasources.taking import Take, take
from datasources.wire import Failure, Limits

# How the guard has read a statement, the server has to read it: modes that change what quotes and backslashes mean
# are switched off.
_LEXICAL_MODES = frozenset(
    {"ANSI", "ANSI_QUOTES", "DB2", "MAXDB", "MSSQL", "NO_BACKSLASH_ESCAPES", "ORACLE", "POSTGRESQL"}
)
_SESSION = (
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5, net_write_timeout = 60, wait_timeout = 600",
)
_NO_LIMIT = 2**64 - 1
# A server that stops a statement late still answers before the connection is given up.
_READ_GRACE = 2.0
_SECONDS_FOR_THE_END = 0.2
_CANCEL_SECONDS = 1.5
_TIMED_OUT = frozenset({1969, 3024})
_REFUSED = frozenset({1290, 1792, 1836})
_BROKEN = frozenset({1053, 1152, 1153, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 2014, 2027, 2055, 4031})
_TROUBLE = (pymysql.MySQLError, OSError, struct.error, RuntimeError)


class MysqlDriver:
    """One session, open as long as the process lives."""

    @classmethod
    def open(cls, allowed_hosts: tuple[str, ...], allow_powerful: bool, **address: Any) -> "MysqlDriver | Failure":
        place = ServerAddress.from_dict(address)
        addresses = resolve(place.host, place.port, allowed_hosts)
        if isinstance(addresses, Failure):
            return addresses
        connection = connect(place, addresses)
        if isinstance(connection, Failure):
            return connection
        driver = cls(connection, place, addresses)
        try:
            problem = driver._prepare()
        except _TROUBLE as trouble:
            message = explained("The server refused the session", _words(trouble), place)
            return Failure("connect", message, _number(trouble), True)
        if problem and not allow_powerful:
            return Failure("connect", f"{problem} {mysql_roles.ADVICE}", "ROLE", True)
        return driver

    def __init__(self, connection: "Connection", place: ServerAddress, addresses: list[str]) -> None:
        # Some of what it has is not in its stubs.
        self._connection = cast("Any", connection)
        self._place = place
        self._addresses = addresses
        self._is_mariadb = "mariadb" in str(self._connection.server_version).lower()
        self._limits: tuple[float, int] | None = None
        self._is_running = False
        self._has_begun = False
        self._is_ending = False

    def probe(self) -> tuple[str, str] | Failure:
        try:
            self._begin(10, _NO_LIMIT)
            [(version,)] = self._ask("SELECT version()")
            warning = mysql_roles.warning(self._grants())
        except _TROUBLE as trouble:
            return self._failure(trouble)
        finally:
            self._end()
        return f"{'MariaDB' if self._is_mariadb else 'MySQL'} {version.partition('-')[0]}", warning

    def run(
        self, sql: str, limits: Limits, calls: tuple[str, ...] = (), take: Take = take, bound: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | Failure:
        """MySQL does not say which functions do something; none can in a transaction that is read-only."""
        started = time.monotonic()
        try:
            self._begin(limits.seconds, limits.rows + 1)
            fields = self._query(mysql_binding.bind(self._connection, sql, bound) if bound else sql)
            columns, types = tuple(field.name for field in fields), tuple(map(type_name, fields))
            rows, truncated = take(columns, types, self._rows(), limits)
        except _TROUBLE as trouble:
            return self._failure(trouble)
        finally:
            self._end()
        return columns, rows, truncated, time.monotonic() - started, types

    def schema(self, seconds: float) -> list[dict[str, Any]] | Failure:
        try:
            self._begin(seconds, _NO_LIMIT)
            tables = mysql.read(self._ask)
        except _TROUBLE as trouble:
            return self._failure(trouble)
        finally:
            self._end()
        return tables

    def values(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(mysql.values, tables, seconds)

    def distinct(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(mysql.distinct, tables, seconds)

    def cancel(self) -> None:
        """On a second session: the first is busy."""
        self._is_ending = True
        if not self._is_running:
            return
        with suppress(*_TROUBLE):
            other = connect(self._place, self._addresses, _CANCEL_SECONDS)
            if not isinstance(other, Failure):
                other.query(f"KILL QUERY {self._connection.thread_id()}")

    def _looked_into(self, look: Look, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        try:
            self._begin(seconds, _NO_LIMIT)
            return look(self._ask, tables, seconds)
        except _TROUBLE as trouble:
            return self._failure(trouble)
        finally:
            self._end()

    def _prepare(self) -> str:
        """Make the session one that reads. What is too powerful about the account, in words."""
        for command in _SESSION:
            self._command(command)
        [(modes,)] = self._ask("SELECT @@sql_mode")
        kept = [mode for mode in modes.split(",") if mode not in _LEXICAL_MODES]
        self._command(f"SET SESSION sql_mode = '{','.join(kept)}'")
        return mysql_roles.power(self._grants())

    def _grants(self) -> list[str]:
        """MySQL leaves out what roles give unless they are named; MariaDB knows no naming."""
        command = "SHOW GRANTS FOR CURRENT_USER()"
        if self._is_mariadb:
            command = "SHOW GRANTS"
        else:
            with suppress(pymysql.MySQLError):
                [(roles,)] = self._ask("SELECT CURRENT_ROLE()")
                command += "" if roles == "NONE" else f" USING {roles}"
        return [grant for (grant,) in self._ask(command)]

    def _begin(self, seconds: float, rows: int) -> None:
        """The server stops what takes longer, and what gives more rows; what has its own LIMIT is cut here."""
        self._is_running, self._has_begun = True, False
        self._connection._read_timeout = seconds + _READ_GRACE
        if self._limits != (seconds, rows):
            limit = (
                f"max_statement_time = {seconds:f}"
                if self._is_mariadb
                else f"max_execution_time = {seconds * 1000:.0f}"
            )
            self._command(f"SET SESSION sql_select_limit = {rows}, {limit}")
            self._limits = seconds, rows
        self._command("START TRANSACTION READ ONLY")
        self._has_begun = True

    def _end(self) -> None:
        """A result that was not read to its end makes the session useless."""
        if self._connection.open and not self._is_at_the_end():
            self._connection._result.unbuffered_active = False
            self._connection._force_close()
        if self._connection.open:
            with suppress(*_TROUBLE):
                self._command("ROLLBACK")
        self._is_running = False

    def _is_at_the_end(self) -> bool:
        """Often only the mark of the end is left, which has arrived with the last row."""
        result = self._connection._result
        if result is not None and result.unbuffered_active:
            self._connection._read_timeout = _SECONDS_FOR_THE_END
            with suppress(*_TROUBLE):
                result._read_rowdata_packet_unbuffered()
            return not result.unbuffered_active
        return True

    def _query(self, sql: str) -> list[Any]:
        """The columns; their rows are read one by one, so that what is left out is never in memory."""
        while self._is_ending:
            time.sleep(1)
        self._connection.query(sql, unbuffered=True)
        result = self._connection._result
        if not result.unbuffered_active:
            return []
        result.converters = [(None, converter(field)) for field in result.fields]
        return list(result.fields)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        yield from iter(self._connection._result._read_rowdata_packet_unbuffered, None)

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        """A statement of ours, of the catalogues."""
        self._query(sql)
        return list(self._rows())

    def _command(self, sql: str) -> None:
        """A statement of ours that gives no rows."""
        self._connection.query(sql)

    def _failure(self, trouble: Exception) -> Failure:
        number = trouble.args[0] if trouble.args else 0
        if number in _TIMED_OUT:
            return Failure("timeout", "")
        if not self._connection.open or number in _BROKEN or not isinstance(trouble, pymysql.MySQLError):
            message = f"The connection to the server broke: {_words(trouble)}."
            return Failure("connect" if self._has_begun else "lost", message, "LOST", fatal=True)
        if number in _REFUSED:
            return Failure("refused", f"The database refused it: {_words(trouble)}.", str(number))
        return Failure("failed", _words(trouble), str(number))


def _words(trouble: Exception) -> str:
    said = re.sub(r"\(max_statement_time exceeded\)", "", str(trouble.args[-1] if trouble.args else trouble))
    return said.strip().rstrip(".")


def _number(trouble: Exception) -> str:
    return str(trouble.args[0]) if isinstance(trouble, pymysql.MySQLError) and trouble.args else "LOST"
