"""SQLite inside the child process: a connection that can only read, and only so much.

Each layer here holds without the guard: a read-only immutable file, an authorizer that allows nothing but reading,
SQLite's own limits, and a deadline.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from datasources.catalogues import Ask, sqlite
from datasources.catalogues.sampling import Look, Sample
from datasources.taking import Take, take
from datasources.wire import Failure, Limits

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
}
_PRAGMAS = (
    "query_only = 1",
    "trusted_schema = 0",
    "cell_size_check = 1",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "cache_size = -16000",
    "hard_heap_limit = 400000000",
)
# How many of SQLite's steps lie between two looks at the clock: about a tenth of a millisecond.
_STEPS_BETWEEN_CHECKS = 10_000
IN_MEMORY = ":memory:"
_DIRECT_ONLY = 0x80000
_DENIED_FUNCTIONS = frozenset({"fts5", "optimize", "randomblob", "rtreecheck", "zeroblob"})
_DENIED_FUNCTION_PREFIXES = ("fts3_", "load_", "sqlite_compileoption", "sqlite_log")
# Readable without being part of the database: SQLite's own insides.
_DENIED_TABLES = frozenset({"dbstat", "sqlite_dbpage", "sqlite_stmt", "fts3tokenize", "bytecode", "tables_used"})
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
# A full-text index reads this number (and nobody can set it) to see whether it has to be read anew.
_FTS5_ASKS = (sqlite3.SQLITE_PRAGMA, "data_version", None)
_REFUSED_CODES = frozenset({"SQLITE_AUTH", "SQLITE_READONLY"})
_REFUSED_MESSAGE = "not authorized"

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


class SqliteDriver:
    """One database file, open as long as the process lives."""

    @classmethod
    def open(cls, path: str) -> "SqliteDriver | Failure":
        try:
            return cls(path)
        except (sqlite3.Error, sqlite3.Warning) as error:
            return Failure("connect", f"The database could not be opened: {error}.", _code(error), fatal=True)

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection = _connect(path)
        _build_virtual_tables(self._connection)
        self._connection.set_authorizer(_authorizer(_allowed_functions(self._connection)))

    def probe(self) -> tuple[str, str]:
        return f"SQLite {sqlite3.sqlite_version}", ""

    def run(
        self, sql: str, limits: Limits, calls: tuple[str, ...] = (), take: Take = take, bound: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | Failure:
        """Without types: an expression has none here. Which functions are called, the authorizer sees better."""
        started = time.monotonic()
        with _Deadline(self._connection, limits.seconds) as deadline:
            try:
                cursor = self._connection.execute(sql, _by_name(bound))
                columns = [column[0] for column in cursor.description or ()]
                rows, truncated = take(columns, (), cursor, limits)
                cursor.close()
            except (sqlite3.Error, sqlite3.Warning) as error:
                return _failure(error, timed_out=deadline.passed)
        return columns, rows, truncated, time.monotonic() - started, ()

    def schema(self, seconds: float) -> list[dict[str, Any]] | Failure:
        """Read through a connection of its own: the authorizer refuses pragmas on the other."""
        with closing(_connect(self._path)) as connection, _Deadline(connection, seconds) as deadline:
            try:
                return sqlite.read(_asking(connection))
            except (sqlite3.Error, sqlite3.Warning) as error:
                return _failure(error, timed_out=deadline.passed)

    def values(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(sqlite.values, tables, seconds)

    def distinct(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._looked_into(sqlite.distinct, tables, seconds)

    def cancel(self) -> None:
        """It ends with the process."""

    def _looked_into(self, look: Look, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        with _Deadline(self._connection, seconds) as deadline:
            try:
                return look(_asking(self._connection), tables, seconds)
            except (sqlite3.Error, sqlite3.Warning) as error:
                return _failure(error, timed_out=deadline.passed)


class _Deadline:
    """Interrupts what runs on the connection after so many seconds."""

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + seconds
        self.passed = False

    def __enter__(self) -> "_Deadline":
        self._connection.set_progress_handler(self._check, _STEPS_BETWEEN_CHECKS)
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.set_progress_handler(None, 0)

    def _check(self) -> bool:
        self.passed = time.monotonic() > self._end
        return self.passed


def _by_name(bound: Sequence[Any]) -> dict[str, Any]:
    """As binding.py names them. SQLite has neither decimals nor dates."""
    return {f"p{number}": _bindable(value) for number, value in enumerate(bound, 1)}


def _bindable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**63 else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _asking(connection: sqlite3.Connection) -> Ask:
    return lambda sql: connection.execute(sql).fetchall()


def _connect(path: str) -> sqlite3.Connection:
    uri = "file::memory:" if path == IN_MEMORY else f"file:{quote(path)}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    # Real files hold text that is not UTF-8; it is shown with marks in place of the bytes, not refused.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    return connection


def _build_virtual_tables(connection: sqlite3.Connection) -> None:
    """Before the authorizer, which refuses what their constructors do; reading them later it allows."""
    listed = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'virtual'").fetchall()
    for name in ["json_each", "json_tree", *(name for (name,) in listed)]:
        with suppress(sqlite3.Error):
            connection.execute("SELECT 1 FROM pragma_table_info(?)", (name,)).fetchall()


def _allowed_functions(connection: sqlite3.Connection) -> frozenset[str]:
    """Those of this SQLite, without the ones that it keeps from schemas and triggers itself."""
    rows = connection.execute("SELECT name, flags FROM pragma_function_list").fetchall()
    return frozenset(
        name
        for name, flags in rows
        if not flags & _DIRECT_ONLY and name not in _DENIED_FUNCTIONS and not name.startswith(_DENIED_FUNCTION_PREFIXES)
    )


def _authorizer(functions: frozenset[str]) -> Authorizer:
    def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in _READING or (action, first, second) == _FTS5_ASKS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            allowed = (first or "").lower() not in _DENIED_TABLES
        else:
            allowed = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in functions
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return authorize


def _failure(error: Exception, *, timed_out: bool) -> Failure:
    code = _code(error)
    if timed_out or code == "SQLITE_INTERRUPT":
        return Failure("timeout", "")
    if code in _REFUSED_CODES or str(error).startswith(_REFUSED_MESSAGE):
        return Failure("refused", f"The database refused it: {error}.", code)
    return Failure("failed", str(error), code, fatal=code == "SQLITE_NOMEM")


def _code(error: Exception) -> str:
    return str(getattr(error, "sqlite_errorname", ""))
