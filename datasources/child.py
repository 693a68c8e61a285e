"""The process in which statements run, so that the server can kill what cannot be interrupted.

It reads requests from standard input and answers on standard output (see wire.py), one at a time, and ends
when the server closes the pipe, when it has been idle for long, or when a limit of the operating system is hit.
"""

import _thread
import math
import os
import resource
import select
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol

from datasources.taking import Fitting, Row, Take, parts, take
from datasources.wire import HEAD_SIZE, Failure, Limits, body_length, pack, unpack

IDLE_SECONDS = 300
# Of a column or a table. DuckDB and SQLite know no limit, and a thousand columns of 40 kB each are a page of 40 MB.
LONGEST_NAME = 1_000
# Of a stream's part; and of one row, which a part holds whole however long it is.
_PART_BYTES = 256_000
_ROW_CHARS = 12_000_000
_SECONDS_TO_END = 10
_INPUT, _OUTPUT = 0, 1


class Driver(Protocol):
    """One open database. It raises nothing but MemoryError: what goes wrong comes back as a Failure."""

    def probe(self) -> tuple[str, str] | Failure:
        """Its version, and what is unsafe about using it."""

    def run(
        self, sql: str, limits: Limits, calls: tuple[str, ...], take: Take, bound: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | Failure:
        """The columns, the rows, whether there were more of them, the seconds it took, and the columns' types.

        `calls` are the names that stand where functions do, `bound` the values of its placeholders; `take` is given the
        rows as they come, and nothing else keeps them.
        """

    def schema(self, seconds: float) -> list[dict[str, Any]] | Failure:
        """The tables, as introspect.Schema.from_dict takes them."""

    def values(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[tuple[Any, ...]] | Failure:
        """What text columns of few different values hold, as far as the seconds reach: see catalogues.sampling."""

    def distinct(self, tables: Sequence[Mapping[str, Any]], seconds: float) -> list[tuple[Any, ...]] | Failure:
        """What the named columns hold: see catalogues.distinct."""

    def cancel(self) -> None:
        """From another thread, just before the process ends: have a server end what runs on it, within two seconds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class with `open(**parameters) -> Driver | Failure`, imported when it is needed, and what it may use.

    A driver with threads of its own cannot be denied `processes`.
    """

    module: str
    name: str
    memory: int = 1 << 30
    files: int = 16
    processes: int | None = 0


DRIVERS = {
    "sqlite": Kind("datasources.sqlite_driver", "SqliteDriver"),
    "duckdb": Kind("datasources.duckdb_driver", "DuckdbDriver"),
    "postgres": Kind("datasources.postgres_driver", "PostgresDriver", memory=512 << 20, files=32),
    "mysql": Kind("datasources.mysql_driver", "MysqlDriver", memory=512 << 20, files=32),
}
# What runs on a server has to be cancelled there when this process ends; a list, because another thread looks.
_opened: list[Driver] = []


def main() -> None:
    _end_with_the_server()
    while (request := _read()) is not None:
        match request:
            case ["open", name, parameters] if not _opened:
                _answer(_open(DRIVERS[name], parameters))
            case _ if _opened:
                _answer(_ask(_opened[0], request))


def _open(kind: Kind, parameters: dict[str, Any]) -> tuple[Any, ...] | Failure:
    driver = getattr(import_module(kind.module), kind.name)
    _confine(kind)
    opened = driver.open(**parameters)
    if isinstance(opened, Failure):
        return opened
    _opened.append(opened)
    return ("opened",)


def _ask(driver: Driver, request: tuple[Any, ...]) -> tuple[Any, ...] | Failure:
    try:
        match request:
            case ["run", sql, calls, *limits]:
                return _run(driver, sql, Limits(*limits), calls, take)
            case ["bind", sql, calls, bound, *limits]:
                return _run(driver, sql, Limits(*limits), calls, take, bound)
            case ["stream", sql, calls, bound, *limits]:
                return _run(driver, sql, Limits(*limits), calls, _send, bound)
            case ["probe"]:
                probed = driver.probe()
                return probed if isinstance(probed, Failure) else ("probe", *probed)
            case ["schema", seconds]:
                _allow_cpu(seconds)
                tables = driver.schema(seconds)
                return tables if isinstance(tables, Failure) else ("schema", list(filter(_is_named, tables)))
            case ["values", tables, seconds]:
                _allow_cpu(seconds)
                values = driver.values(tables, seconds)
                return values if isinstance(values, Failure) else ("values", values)
            case ["distinct", tables, seconds]:
                _allow_cpu(seconds)
                values = driver.distinct(tables, seconds)
                return values if isinstance(values, Failure) else ("values", values)
    except MemoryError:
        return Failure("failed", "The statement needed more memory than it may use.", "MEMORY", fatal=True)
    raise ValueError(f"unknown request {request[0]!r}")


def _run(
    driver: Driver, sql: str, limits: Limits, calls: tuple[str, ...], take: Take, bound: tuple[Any, ...] = ()
) -> tuple[Any, ...] | Failure:
    _allow_cpu(limits.seconds)
    result = driver.run(sql, limits, calls, take, bound)
    if isinstance(result, Failure):
        return result
    columns, *rest = result
    return ("rows", _named(columns), *rest)


def _send(columns: Sequence[str], types: Sequence[str], rows: Iterable[Row], limits: Limits) -> tuple[list[Row], bool]:
    """Rows go out as they come. Where the other end takes none, this waits, and so does the database."""
    _answer(("head", _named(columns), tuple(types)))
    cell_chars = min(limits.cell_chars, _ROW_CHARS // max(1, len(columns)))
    fitting = Fitting(rows, replace(limits, cell_chars=cell_chars))
    for part in parts(fitting, _PART_BYTES):
        _answer(("part", part))
    return [], fitting.truncated


def _named(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…" for name in columns)


def _is_named(table: Mapping[str, Any]) -> bool:
    """Rather than by names that nobody could bear."""
    return all(len(named["name"]) <= LONGEST_NAME for named in (table, *table["columns"]))


def _answer(answer: tuple[Any, ...] | Failure) -> None:
    if isinstance(answer, Failure):
        answer = ("failure", answer.kind, answer.message, answer.code, answer.fatal, answer.position)
    unsent = memoryview(pack(answer))
    try:
        while unsent:
            unsent = unsent[os.write(_OUTPUT, unsent) :]
    except OSError:
        # Nobody listens any more: the other thread, which watches for that, has the server told and ends the process.
        time.sleep(_SECONDS_TO_END)
        os._exit(1)


def _read() -> Any:
    """The next request; None once there will be none."""
    if not select.select([_INPUT], [], [], IDLE_SECONDS)[0]:
        return None
    head = _read_exactly(HEAD_SIZE)
    return unpack(_read_exactly(body_length(head))) if head else None


def _read_exactly(size: int) -> bytes:
    """Empty at the end of the pipe."""
    data = b""
    while len(data) < size:
        part = os.read(_INPUT, size - len(data))
        if not part:
            return b""
        data += part
    return data


def _end_with_the_server() -> None:
    """A server that was killed cannot end its children: each watches for the other end of its pipe to go.

    (PR_SET_PDEATHSIG would fire when the server's *thread* that started the child ends.)
    """
    hang_up = select.poll()
    hang_up.register(_INPUT, 0)

    def watch() -> None:
        hang_up.poll()
        for driver in _opened:
            driver.cancel()
        os._exit(1)

    _thread.start_new_thread(watch, ())


def _confine(kind: Kind) -> None:
    """No files written, no processes started, no core dumped, and only so much memory."""
    for limit, value in (
        (resource.RLIMIT_AS, kind.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, kind.processes),
        (resource.RLIMIT_NOFILE, kind.files),
    ):
        if value is not None:
            resource.setrlimit(limit, (value, value))


def _allow_cpu(seconds: float) -> None:
    """The limit counts since the process began; past it, the kernel ends the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
