"""Run a statement against a person's database: guarded, limited, and in a process that can be killed."""

import os
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import astuple, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from datasources import binding, guard
from datasources.asked import answer_of, parts_of
from datasources.binding import Bound
from datasources.children import Source
from datasources.dsn import ServerAddress
from datasources.errors import ConnectFailed, QueryCancelled, SQLError
from datasources.introspect import Schema, Table
from datasources.pool import Turn, pool
from datasources.row_stream import RowStream
from datasources.wire import Limits

__all__ = [
    "Cell", "Database", "DuckdbDatabase", "Limits", "Probe", "ResultSet", "RowStream", "ServerDatabase",
    "SqliteDatabase", "StreamingDatabase",
]  # fmt: skip

Cell = None | bool | int | float | Decimal | str | bytes
"""What a database has besides comes as text, the way the database itself writes it: dates, times, JSON, arrays."""

Values = dict[tuple[str, str], tuple[str, ...]]
"""Of a column, by its table's full name and its own."""

# Long ones, of one connection at once. Questions and pages do not wait for them.
_STREAMS = 3
DEFAULT_LIMITS = Limits()
IN_MEMORY = ":memory:"


@dataclass(frozen=True, slots=True)
class ResultSet:
    """What a statement gave. Column names may repeat; `types` are the columns' in the database's own words, empty
    where it says none.

    `truncated`: there were more rows. A cell that was cut ends in an ellipsis. `elapsed` is in seconds.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool
    elapsed: float
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """What a database says it is, and what is unsafe about using it, in words for a person; else empty."""

    version: str
    warning: str = ""


class Database(Protocol):
    """A handle for running statements. Its methods raise SQLError and nothing else."""

    dialect: str
    whose: Hashable
    """The connection whose it is: statements of one wait for each other, and for no other's."""

    def probe(self) -> Probe:
        """Open the database anew and ask what it is."""

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        """Run one statement that only reads. `bound` are the values of its placeholders: see binding.py."""

    def schema(self, seconds: float | None = None) -> Schema:
        """Read what the database holds, in so many seconds or in those of a statement."""

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        """What text columns of few different values hold, as far as the seconds reach. Not of views."""

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        """What the columns of these tables hold, those that were reached: at least one. See catalogues.distinct."""

    def cancel(self) -> None:
        """End what runs on this handle, from another thread: it raises QueryCancelled. What comes later may run."""

    def close(self) -> None:
        """End what runs, for good."""


class StreamingDatabase(Database, Protocol):
    """One whose results may be longer than memory."""

    def stream(self, sql: str, bound: Sequence[Bound] = ()) -> AbstractContextManager[RowStream]:
        """Run one statement that only reads. Who leaves before the end of its rows ends it."""


class _Guarded(ABC):
    """What every kind of database shares: the guard before it, and children that run what passes."""

    def __init__(self, dialect: str, limits: Limits, whose: Hashable) -> None:
        self.dialect = dialect
        self.whose = whose
        self.limits = limits
        self._turns: set[Turn] = set()
        self._is_closed = False

    def probe(self) -> Probe:
        version, warning = self._ask(("probe",), fresh=True)
        return Probe(version, warning)

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        binding.require_sendable(bound)
        statement = guard.inspect(sql, self.dialect, len(bound))
        request: tuple[object, ...] = ("run", statement.sql, statement.calls, *astuple(self.limits))
        if bound:
            request = ("bind", statement.sql, statement.calls, tuple(bound), *astuple(self.limits))
        try:
            columns, rows, truncated, elapsed, types = self._ask(request)
        except SQLError as error:
            if error.position is not None:  # the guard takes away what stands before the statement
                error.position += len(sql) - len(sql.lstrip())
            raise
        heads = tuple(_as_written(name, sql, statement.sql) for name in columns)
        return ResultSet(heads, rows, truncated, elapsed, types)

    @contextmanager
    def stream(self, sql: str, bound: Sequence[Bound] = ()) -> Iterator[RowStream]:
        """The same guard, session and limits; the time is for all of it, also while nobody takes what is there."""
        binding.require_sendable(bound)
        statement = guard.inspect(sql, self.dialect, len(bound))
        request = ("stream", statement.sql, statement.calls, tuple(bound), *astuple(self.limits))
        self._require_open()
        turn = Turn((self.whose, "stream"), _STREAMS)
        self._turns.add(turn)
        try:
            with closing(parts_of(self._source(), request, turn, self.limits.seconds)) as parts:
                _, (columns, types) = next(parts)
                yield RowStream(tuple(_as_written(name, sql, statement.sql) for name in columns), types, parts)
        finally:
            self._turns.discard(turn)

    def schema(self, seconds: float | None = None) -> Schema:
        seconds = seconds or self.limits.seconds
        [tables] = self._ask(("schema", seconds), seconds=seconds)
        return Schema.from_dict({"tables": tables})

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return self._look("values", tables, seconds)

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return self._look("distinct", tables, seconds)

    def _look(self, what: str, tables: Sequence[Table], seconds: float | None) -> Values:
        seconds = seconds or self.limits.seconds
        full_names = {(table.schema, table.name): table.full_name for table in tables}
        request = (what, [_to_look_into(table) for table in tables], seconds)
        [found] = self._ask(request, seconds=seconds)
        return {(full_names[schema, name], column): values for schema, name, column, values in found}

    def cancel(self) -> None:
        turns = self._turns.copy()
        for turn in turns:
            turn.end()
        if turns:
            pool.wake()

    def close(self) -> None:
        self._is_closed = True
        self.cancel()

    def _ask(
        self, request: tuple[object, ...], *, seconds: float | None = None, fresh: bool = False
    ) -> tuple[Any, ...]:
        self._require_open()
        turn = Turn(self.whose)
        self._turns.add(turn)
        try:
            return answer_of(self._source(), request, turn, seconds or self.limits.seconds, fresh=fresh)
        except SQLError:
            if turn.has_ended:
                raise QueryCancelled("The query was cancelled.") from None
            raise
        finally:
            self._turns.discard(turn)

    def _require_open(self) -> None:
        if self._is_closed:
            raise ConnectFailed("The connection to the database is closed.")

    @abstractmethod
    def _source(self) -> Source:
        """What a child has to open. Raises ConnectFailed."""


class SqliteDatabase(_Guarded):
    """A file, or ":memory:", which is empty. A file may be replaced between two statements, but is never written
    while one runs."""

    def __init__(self, path: str | Path, limits: Limits = DEFAULT_LIMITS, whose: Hashable = None) -> None:
        super().__init__("sqlite", limits, whose)
        self._path = path if path == IN_MEMORY else Path(path).absolute()

    def _source(self) -> Source:
        version = () if self._path == IN_MEMORY else _version(Path(self._path))
        return Source("sqlite", (("path", str(self._path)),), version)


class DuckdbDatabase(_Guarded):
    """A file, which may be replaced between two statements."""

    def __init__(self, path: str | Path, limits: Limits = DEFAULT_LIMITS, whose: Hashable = None) -> None:
        super().__init__("duckdb", limits, whose)
        self._path = Path(path).absolute()

    def _source(self) -> Source:
        return Source("duckdb", (("path", str(self._path)),), _version(self._path))


class ServerDatabase(_Guarded):
    """A database on a server. `allowed_hosts` are the private ones that may be reached (see hosts.py);
    `allow_powerful` lets a role in that could do more than use databases."""

    def __init__(
        self,
        address: ServerAddress,
        allowed_hosts: Sequence[str] = (),
        limits: Limits = DEFAULT_LIMITS,
        whose: Hashable = None,
        *,
        allow_powerful: bool = False,
    ) -> None:
        super().__init__(address.dialect, limits, whose)
        policy = {"allowed_hosts": tuple(allowed_hosts), "allow_powerful": allow_powerful}
        self._opened = Source(address.dialect, tuple((address.to_dict() | policy).items()), is_remote=True)

    def _source(self) -> Source:
        return self._opened


def _version(path: Path) -> tuple[int, ...]:
    """Changes when the file is replaced. Raises ConnectFailed."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise ConnectFailed(f"The database file could not be opened: {error.strerror}.", "NO_DATABASE") from error
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _to_look_into(table: Table) -> dict[str, object]:
    columns = [{"name": column.name, "type": column.type} for column in table.columns]
    described = {"schema": table.schema, "name": table.name, "columns": columns, "is_view": table.is_view}
    return described | {"primary_key": table.primary_key}


def _as_written(header: str, sql: str, statement: str) -> str:
    """An expression without a name is called by its own text, in which the guard has changed the quotes."""
    return header.replace("`", '"') if header in statement and "`" not in sql else header
