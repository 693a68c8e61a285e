"""Run a statement against a person's database: guarded, limited, and in a process that can be killed."""

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, Protocol

from datasources import binding, guard
from datasources.binding import Bound
from datasources.children import ChildGone, DeadlinePassed, Refused, Source
from datasources.dsn import ServerAddress
from datasources.errors import (
    ConnectFailed,
    DatabaseBusy,
    NotReadOnly,
    QueryCancelled,
    QueryFailed,
    QueryTimeout,
    SQLError,
)
from datasources.introspect import Schema, Table
from datasources.pool import AllBusy, Turn, pool
from datasources.wire import Failure, Limits

__all__ = ["Cell", "Database", "DuckdbDatabase", "Limits", "Probe", "ResultSet", "ServerDatabase", "SqliteDatabase"]

Cell = None | bool | int | float | Decimal | str | bytes
"""What a database has besides comes as text, the way the database itself writes it: dates, times, JSON, arrays."""

Values = dict[tuple[str, str], tuple[str, ...]]
"""Of a column, by its table's full name and its own."""

# The database stops itself at the limit; what it cannot interrupt is killed this much later.
_GRACE_SECONDS = 0.25
DEFAULT_LIMITS = Limits()
IN_MEMORY = ":memory:"
_ERRORS: dict[str, type[SQLError]] = {
    "connect": ConnectFailed,
    "failed": QueryFailed,
    "lost": ConnectFailed,
    "refused": NotReadOnly,
}


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
        columns, rows, truncated, elapsed, types = self._ask(request)
        heads = tuple(_as_written(name, sql, statement.sql) for name in columns)
        return ResultSet(heads, rows, truncated, elapsed, types)

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
        if self._is_closed:
            raise ConnectFailed("The connection to the database is closed.")
        turn = Turn(self.whose)
        self._turns.add(turn)
        try:
            return _answer(self._source(), request, turn, seconds or self.limits.seconds, fresh=fresh)
        except SQLError:
            if turn.has_ended:
                raise QueryCancelled("The query was cancelled.") from None
            raise
        finally:
            self._turns.discard(turn)

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


def _answer(source: Source, request: tuple[object, ...], turn: Turn, seconds: float, *, fresh: bool) -> tuple[Any, ...]:
    try:
        answer = _ask_a_child(source, request, turn, seconds, fresh=fresh)
    except AllBusy as busy:
        message = f"{busy.running} queries are running on this database already. Try again in a moment."
        raise DatabaseBusy(message) from None
    except Refused as refusal:
        _raise(refusal.failure, seconds)
    except DeadlinePassed:
        _raise(Failure("timeout", ""), seconds)
    except ChildGone as gone:
        _raise(_death(gone), seconds)
    except OSError as error:
        raise ConnectFailed(f"The database process could not be started: {error.strerror}.") from error
    if isinstance(answer, Failure):
        _raise(answer, seconds)
    return answer


def _ask_a_child(
    source: Source, request: tuple[object, ...], turn: Turn, seconds: float, *, fresh: bool
) -> tuple[Any, ...] | Failure:
    """A child that died while it was idle, or whose server hung up meanwhile, is replaced: everything here only
    reads, so asking again changes nothing."""
    try:
        with pool.lend(source, turn, seconds, fresh=fresh) as child:
            answer = child.ask(request, seconds + _GRACE_SECONDS)
        if fresh or turn.has_ended or not (isinstance(answer, Failure) and answer.kind == "lost"):
            return answer
    except ChildGone as gone:
        if fresh or turn.has_ended or not gone.was_dead:
            raise
    return _ask_a_child(source, request, turn, seconds, fresh=True)


def _death(gone: ChildGone) -> Failure:
    if gone.signal == signal.SIGXCPU:
        return Failure("timeout", "")
    return Failure("failed", "The database process broke down while it ran the statement.", "CRASH")


def _raise(failure: Failure, seconds: float) -> NoReturn:
    if failure.kind == "timeout":
        raise QueryTimeout(f"The query was stopped after {seconds:g} seconds, the time that it may take.")
    raise _ERRORS[failure.kind](failure.message, failure.code)
