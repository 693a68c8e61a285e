"""PostgreSQL inside the child process: a session that can only read, and only so much.

Each layer here holds without the guard: a transaction that is read-only from its first statement, a server-side
cursor (which takes one SELECT and nothing else), no volatile functions, time-outs, and a role that cannot reach the
server's files. Every statement goes by the extended protocol, which takes one at a time.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import psycopg
from psycopg.pq import ConnStatus, Escaping, ExecStatus
from psycopg.pq.abc import PGresult

from datasources import postgres_roles
from datasources.catalogues import postgres
from datasources.catalogues.sampling import Look, Sample
from datasources.dsn import ServerAddress
from datasources.hosts import resolve
from datasources.login_failures import explained
from datasources.postgres_connecting import connect
from datasources.postgres_results import Trouble, failure, loaded
from datasources.taking import Row, Take, take, weight
from datasources.wire import Failure, Limits

_SESSION = b"""
SET default_transaction_read_only = on;
SET standard_conforming_strings = on;
SET bytea_output = hex;
SET statement_timeout = '60s';
SET lock_timeout = '5s';
SET idle_in_transaction_session_timeout = '60s';
SET client_min_messages = error
"""
# A server that can ends statements itself whose client is gone, even when nobody was left to cancel them.
_WATCH_CLIENT = b"SET client_connection_check_interval = '1s'"
# The first query ends what could be changed about the transaction. Sessions that a pooler shares lose what SET said.
_BEGIN = (
    "BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = '5s';"
    " SET LOCAL standard_conforming_strings = on; {first}"
)
_VOLATILE = (
    "SELECT DISTINCT p.proname::text FROM pg_catalog.pg_proc p"
    " WHERE p.provolatile = 'v' AND p.proname OPERATOR(pg_catalog.=) ANY (ARRAY[{names}]::pg_catalog.name[])"
)
# Volatile because they give something else each time, not because they do something.
_HARMLESS = re.compile(
    "bernoulli|system|clock_timestamp|timeofday|random|random_normal|gen_random_uuid|uuidv[47]|uuid_generate_v(1|1mc|4)"
    "|pg_(column|database|indexes|relation|table|total_relation)_size"
)
_EXPLAIN = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*+EXPLAIN\b", re.IGNORECASE | re.DOTALL)
_DECLARE = "DECLARE c NO SCROLL CURSOR FOR "
_FETCH = "FETCH FORWARD {} FROM c"
_FIRST_BATCH = 20
_GROWTH = 8
_BATCH_BYTES = 4_000_000
# By this much a server's clock may be ahead of ours.
_EARLY = 0.05
_CANCEL_SECONDS = 1.5
_Taken: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], list[tuple[Any, ...]], bool]


class PostgresDriver:
    """One session, open as long as the process lives."""

    @classmethod
    def open(cls, allowed_hosts: tuple[str, ...], allow_powerful: bool, **address: Any) -> "PostgresDriver | Failure":
        place = ServerAddress.from_dict(address)
        addresses = resolve(place.host, place.port, allowed_hosts)
        if isinstance(addresses, Failure):
            return addresses
        connection = connect(place, addresses)
        if isinstance(connection, Failure):
            return connection
        driver = cls(connection)
        try:
            problem = driver._prepare()
        except Trouble as trouble:
            message = explained("The server refused the session", trouble.primary, place)
            return Failure("connect", message, trouble.code, True)
        if problem and not allow_powerful:
            return Failure("connect", f"{problem} {postgres_roles.ADVICE}", "ROLE", True)
        return driver

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._types: dict[tuple[int, int], str] = {}
        self._deadline = 0.0
        self._is_running = False
        self._is_ending = False

    def probe(self) -> tuple[str, str] | Failure:
        try:
            self._begin(10)
            [(version,)] = self._ask("SHOW server_version")
            warning = postgres_roles.warning(self._ask)
        except Trouble as trouble:
            return failure(trouble, is_late=self._is_late())
        finally:
            self._end()
        return f"PostgreSQL {version}", warning

    def run(
        self, sql: str, limits: Limits, calls: tuple[str, ...], take: Take = take, bound: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | Failure:
        started = time.monotonic()
        try:
            volatile = self._begin(limits.seconds, calls)
            if volatile:
                return Failure("refused", _refusal(volatile))
            columns, types, rows, truncated = self._read(sql, limits, take, bound)
        except Trouble as trouble:
            return failure(trouble, is_late=self._is_late())
        finally:
            self._end()
        return columns, rows, truncated, time.monotonic() - started, types

    def schema(self, seconds: float) -> list[dict[str, Any]] | Failure:
        try:
            self._begin(seconds)
            tables = postgres.read(self._ask)
        except Trouble as trouble:
            return failure(trouble, is_late=self._is_late())
        finally:
            self._end()
        return tables

    def values(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(postgres.values, tables, seconds)

    def distinct(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(postgres.distinct, tables, seconds)

    def cancel(self) -> None:
        self._is_ending = True
        if self._is_running:
            with suppress(psycopg.Error):
                self._connection.cancel_safe(timeout=_CANCEL_SECONDS)

    def _looked_into(self, look: Look, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        try:
            self._begin(seconds)
            return look(self._ask, tables, seconds)
        except Trouble as trouble:
            return failure(trouble, is_late=self._is_late())
        finally:
            self._end()

    def _prepare(self) -> str:
        """Make the session one that reads. What is too powerful about the role, in words."""
        self._checked(self._pgconn.exec_(_SESSION))
        with suppress(Trouble):
            self._checked(self._pgconn.exec_(_WATCH_CLIENT))
        return postgres_roles.power(self._ask)

    def _begin(self, seconds: float, calls: tuple[str, ...] = ()) -> list[str]:
        """The volatile functions among those that are called."""
        self._is_running = True
        self._deadline = time.monotonic() + seconds
        command = _BEGIN.format(milliseconds=max(1, int(seconds * 1000)), first=self._first_query(calls))
        try:
            result = self._checked(self._pgconn.exec_(command.encode()))
        except Trouble as trouble:
            trouble.lost = trouble.broken
            raise
        return [name for (name,) in loaded(result)]

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline - _EARLY

    def _first_query(self, calls: tuple[str, ...]) -> str:
        escaping = Escaping(self._pgconn)
        names = [
            bytes(escaping.escape_literal(name.encode())).decode() for name in calls if not _HARMLESS.fullmatch(name)
        ]
        return _VOLATILE.format(names=", ".join(names)) if names else "SELECT 1 WHERE false"

    def _end(self) -> None:
        if self._pgconn.status == ConnStatus.OK:
            self._pgconn.exec_(b"ROLLBACK")
        self._is_running = False

    def _read(self, sql: str, limits: Limits, take: Take, bound: tuple[Any, ...]) -> _Taken:
        """EXPLAIN has no cursor, and is short."""
        result: Iterable[Row]
        if _EXPLAIN.match(sql):
            first = self._execute(sql, bound, list(map(_oid, bound)))
            result = loaded(first)
        else:
            self._declare(sql, bound)
            first = self._execute(_FETCH.format(_FIRST_BATCH))
            result = self._rows(first, limits)
        columns = tuple(bytes(first.fname(number) or b"").decode(errors="replace") for number in range(first.nfields))
        types = self._types_of(first)
        rows, truncated = take(columns, types, result, limits)
        return columns, types, rows, truncated

    def _declare(self, sql: str, bound: tuple[Any, ...]) -> None:
        kinds = self._kinds(sql, bound)
        try:
            self._execute(f"{_DECLARE}{sql}", bound, kinds)
        except Trouble as trouble:
            trouble.before = len(_DECLARE)
            raise

    def _kinds(self, sql: str, bound: tuple[Any, ...]) -> list[int]:
        """The types that the values have in the statement: a cursor's are not found out by themselves."""
        if not bound:
            return []
        self._checked(self._pgconn.prepare(b"", sql.encode(), list(map(_oid, bound))))
        prepared = self._checked(self._pgconn.describe_prepared(b""))
        return [prepared.param_type(number) for number in range(prepared.nparams)]

    def _rows(self, batch: PGresult, limits: Limits) -> Iterator[tuple[Any, ...]]:
        """Batches grow while their rows are small: what one weighs is in memory before it can be cut."""
        size = _FIRST_BATCH
        while True:
            rows = loaded(batch)
            yield from rows
            if len(rows) < size:
                return
            heaviest = max(map(weight, rows), default=1)
            most = min(limits.result_bytes, _BATCH_BYTES)
            size = max(1, min(size * _GROWTH, limits.rows + 1, most // max(1, heaviest)))
            batch = self._execute(_FETCH.format(size))

    def _types_of(self, result: PGresult) -> tuple[str, ...]:
        """In the server's own words, which it is asked for once."""
        kinds = [(result.ftype(number), result.fmod(number)) for number in range(result.nfields)]
        unknown = list(dict.fromkeys(kind for kind in kinds if kind not in self._types))
        if unknown:
            names = ", ".join(f"pg_catalog.format_type({oid}, {modifier})" for oid, modifier in unknown)
            [row] = self._ask(f"SELECT {names}")
            self._types.update(zip(unknown, map(str, row), strict=True))
        return tuple(self._types[kind] for kind in kinds)

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        """A statement of ours, of the catalogues."""
        return loaded(self._execute(sql))

    def _execute(self, sql: str, bound: tuple[Any, ...] = (), kinds: Sequence[int] = ()) -> PGresult:
        """One statement: the extended protocol takes no second one, and values beside it."""
        while self._is_ending:
            time.sleep(1)
        return self._checked(self._pgconn.exec_params(sql.encode(), list(map(_sent, bound)) or None, kinds or None))

    def _checked(self, result: PGresult) -> PGresult:
        """Raises Trouble."""
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        raise Trouble(result, broken=self._pgconn.status != ConnStatus.OK)


def _oid(value: Any) -> int:
    """The type that a literal would have; of a text none, so that it becomes what it is compared with."""
    if isinstance(value, bool):
        return 16
    if isinstance(value, int):
        return 23 if abs(value) < 2**31 else 20 if abs(value) < 2**63 else 1700
    if isinstance(value, Decimal | float):
        return 1700
    return 1082 if isinstance(value, date) else 0


def _sent(value: Any) -> bytes | None:
    """As text."""
    return None if value is None else str(value).encode()


def _refusal(volatile: Iterable[str]) -> str:
    names = ", ".join(sorted(volatile))
    return (
        f"Only functions that read may be called, and {names} is marked VOLATILE: it may do more. "
        "If it only reads, its owner can mark it STABLE."
    )
