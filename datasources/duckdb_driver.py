"""DuckDB inside the child process: a file that is only read, by an instance that reaches nothing else.

Each layer here holds without the guard: a read-only database, a configuration without access to anything outside it
that can no longer be changed, one statement of a kind that reads, and DuckDB's own limits of memory and time.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

import duckdb

from datasources.catalogues import Ask
from datasources.catalogues import duckdb as catalogue
from datasources.catalogues.sampling import Sample
from datasources.duckdb_failures import ERRORS, connect_failure, failure
from datasources.taking import Take, take
from datasources.wire import Failure, Limits

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # One thread, this one: the process may start no others.
    "threads": 1,
    "async_threads": 0,
    "memory_limit": "512MB",
    "temp_directory": "",
    "max_temp_directory_size": "0B",
    "home_directory": "/",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    # What models and people have learned still runs: x -> x + 1.
    "lambda_syntax": "ENABLE_SINGLE_ARROW",
}
# In this order: without access to anything outside, fewer settings can be made; with the lock, only the time limit.
_LOCKS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET allowed_configs = ['max_execution_time']",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
# A PIVOT without its values: DuckDB first makes a temporary type of them, and drops it again.
_PIVOTING = frozenset({"FROM", "PIVOT", "SELECT", "WITH", "("})
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_FIRST_WORDS = re.compile(r"\s*(?P<first>\w+|\()\s*(?P<next>\([^)]*\)|\w*)")
_CELLS_PER_BATCH = 10_000
_TYPE_CHARS = 200
# Come from Python as they are; blobs and texts are cut before.
_NATIVE = frozenset(
    {"boolean", "float", "double", "decimal", "hugeint", "uhugeint"}
    | {f"{sign}{size}int" for sign in ("", "u") for size in ("tiny", "small", "big")}
    | {"integer", "uinteger"}
)
_T = TypeVar("_T")
_NESTED = frozenset({"list", "array", "struct", "map", "union", "tuple", "variant"})


class DuckdbDriver:
    """One database file, open as long as the process lives."""

    @classmethod
    def open(cls, path: str) -> "DuckdbDriver | Failure":
        try:
            return cls(path)
        except ERRORS as error:
            return connect_failure(error, path)

    def __init__(self, path: str) -> None:
        self._connection = duckdb.connect(path, read_only=True, config=_CONFIG)
        for lock in _LOCKS:
            self._connection.execute(lock)
        # Reads the catalogue: a file can be damaged there.
        self._connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
        self._seconds = 0.0

    def probe(self) -> tuple[str, str]:
        return f"DuckDB {duckdb.__version__}", ""

    def run(
        self, sql: str, limits: Limits, calls: tuple[str, ...] = (), take: Take = take, bound: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | Failure:
        """Which functions are called does not matter here: none of them reaches anything."""
        started = time.monotonic()
        try:
            with self._cursor(limits.seconds) as cursor:
                kind = _kind(cursor, sql)
                if kind is None:
                    return Failure("refused", "The database refused it: only one statement that reads can run.")
                if bound and kind == duckdb.StatementType.MULTI:
                    return Failure(
                        "failed", "A PIVOT that finds its values itself takes no parameters: name its values."
                    )
                columns, types, text = _prepared(cursor, kind, sql, limits, bound)
                found = cursor.execute(text, list(bound))
                rows, truncated = take(columns, types, _batches(found, len(columns)), limits)
        except ERRORS as error:
            return failure(error, sql)
        return columns, rows, truncated, time.monotonic() - started, types

    def schema(self, seconds: float) -> list[dict[str, Any]] | Failure:
        return self._described(seconds, catalogue.read)

    def values(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._described(seconds, lambda ask: catalogue.values(ask, tables, seconds))

    def distinct(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[Sample] | Failure:
        return self._described(seconds, lambda ask: catalogue.distinct(ask, tables, seconds))

    def cancel(self) -> None:
        """It ends with the process."""

    def _described(self, seconds: float, read: Callable[[Ask], _T]) -> _T | Failure:
        try:
            with self._cursor(seconds) as cursor:
                return read(lambda sql: cursor.execute(sql).fetchall())
        except ERRORS as error:
            return failure(error)

    def _cursor(self, seconds: float) -> "closing[duckdb.DuckDBPyConnection]":
        """What is left unread of a result goes with it. The limit is for each statement."""
        if seconds != self._seconds:
            self._connection.execute(f"SET max_execution_time = {max(1, round(seconds * 1000))}")
            self._seconds = seconds
        return closing(self._connection.cursor())


def _kind(cursor: duckdb.DuckDBPyConnection, sql: str) -> duckdb.StatementType | None:
    """None for all but one statement that reads, in DuckDB's own judgement."""
    statements = cursor.extract_statements(sql)
    words = _FIRST_WORDS.match(_COMMENTS.sub(" ", sql).upper())
    if len(statements) != 1 or not words:
        return None
    kind: duckdb.StatementType = statements[0].type
    if words["first"] == "EXPLAIN":
        return None if "ANALY" in words["next"] else duckdb.StatementType.EXPLAIN
    if kind == duckdb.StatementType.MULTI:
        return kind if words["first"] in _PIVOTING else None
    return kind if kind == duckdb.StatementType.SELECT else None


def _prepared(
    cursor: duckdb.DuckDBPyConnection,
    kind: duckdb.StatementType,
    sql: str,
    limits: Limits,
    bound: tuple[Any, ...],
) -> tuple[list[str], list[str], str]:
    """The columns, their types, and the statement to run: around the person's one, so that DuckDB itself writes what
    Python could not hold (an infinite date, an interval in months), and cuts what is too long."""
    if kind == duckdb.StatementType.EXPLAIN:
        return ["explain_key", "explain_value"], ["VARCHAR", "VARCHAR"], sql
    if kind == duckdb.StatementType.MULTI:
        described = cursor.execute(f"SELECT * FROM (\n{sql}\n) LIMIT 0")  # noqa: S608
        columns = [(name, type_) for name, type_, *_ in described.description]
    else:
        relation = cursor.sql(sql, params=list(bound))
        columns = list(zip(relation.columns, relation.types, strict=True))
    names = [f"c{number}" for number in range(len(columns))]
    values = ", ".join(_value(name, type_, limits) for name, (_, type_) in zip(names, columns, strict=True))
    # One line more than the limits take tells whether there were more.
    text = f"SELECT {values} FROM (\n{sql}\n) AS t({', '.join(names)}) LIMIT {limits.rows + 1}"  # noqa: S608
    return [name for name, _ in columns], [_short(str(type_)) for _, type_ in columns], text


def _value(name: str, type_: Any, limits: Limits) -> str:
    """`name` as the statement has to give it: as it is, or as text."""
    kind = type_.id
    if kind in _NATIVE:
        return name
    if kind == "blob":
        return f"{name}[1:{limits.cell_chars + 1}]"
    text = f"to_json({name})::VARCHAR" if kind in _NESTED else f"{name}::VARCHAR"
    return f"left({text}, {limits.cell_chars + 1})"


def _short(type_: str) -> str:
    """The type of an enum names all that it may hold; that of NULL alone comes in quotes."""
    type_ = type_.strip('"')
    return type_ if len(type_) <= _TYPE_CHARS else type_[:_TYPE_CHARS] + "…"


def _batches(cursor: duckdb.DuckDBPyConnection, columns: int) -> Iterator[tuple[Any, ...]]:
    size = max(1, _CELLS_PER_BATCH // max(1, columns))
    while rows := cursor.fetchmany(size):
        yield from rows
