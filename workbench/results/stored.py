"""A result's rows in a file: written as they come, read a page at a time, so that memory never holds all of them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from datasources.engine import Cell, ResultSet, RowStream
from datasources.tables import Table
from workbench.results.encoding import Column, Encoder
from workbench.results.limits import MOST_COLUMNS

_READ_AT_ONCE = 1_000
_FORMATTED_BY = 500
"""How many rows say how a column's numbers are written."""


class NotKept(Exception):
    """The rows could not be put into a file; the message is for a person."""


@dataclass(frozen=True)
class StoredRows:
    """What a file holds. Rows are numbered from 1, as they came."""

    path: Path
    columns: tuple[Column, ...]
    rows: int
    truncated: bool
    elapsed: float
    read_at: datetime

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        with closing(_opened(self.path)) as connection:
            yield connection

    def by_number(self, numbers: Sequence[int]) -> list[tuple[Cell, ...]]:
        """In the order of the numbers."""
        found = {}
        with self.opened() as connection:
            for start in range(0, len(numbers), _READ_AT_ONCE):
                some = numbers[start : start + _READ_AT_ONCE]
                marks = ", ".join("?" * len(some))
                for number, *cells in connection.execute(f"SELECT * FROM r WHERE n IN ({marks})", list(some)):  # noqa: S608
                    found[number] = self._decoded(cells)
        return [found[number] for number in numbers]

    def parts(self) -> Iterator[list[tuple[Cell, ...]]]:
        """All rows as they came, some at a time."""
        with self.opened() as connection:
            cursor = connection.execute("SELECT * FROM r ORDER BY n")
            while rows := cursor.fetchmany(_READ_AT_ONCE):
                yield [self._decoded(cells) for _, *cells in rows]

    @cached_property
    def table(self) -> Table:
        """Its first rows: as they are written, all others are."""
        return Table(self.first(_FORMATTED_BY))

    def first(self, most: int) -> ResultSet:
        """So many of them: `truncated` where there are more."""
        rows = self.by_number(range(1, min(self.rows, most) + 1))
        names = tuple(column.name for column in self.columns)
        types = tuple(column.type for column in self.columns)
        return ResultSet(names, tuple(rows), self.truncated or self.rows > most, self.elapsed, types)

    def _decoded(self, cells: Sequence[int | float | str | bytes | None]) -> tuple[Cell, ...]:
        return tuple(column.decoded(cell) for column, cell in zip(self.columns, cells, strict=True))


def write(path: Path, stream: RowStream) -> None:
    """Takes the place of what is there once it is whole. Raises NotKept, and what the stream does."""
    if len(stream.columns) > MOST_COLUMNS:
        raise NotKept(f"It has {len(stream.columns):,} columns; this page takes {MOST_COLUMNS:,}. Name those you need.")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _write(part, stream)
        part.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise NotKept(f"Its rows could not be kept on the server: {_said(error)}. Nothing was changed.") from error
    finally:
        part.unlink(missing_ok=True)


def _write(part: Path, stream: RowStream) -> None:
    encoder = Encoder(stream.columns, stream.types)
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        columns = "".join(f", c{number}" for number in range(len(stream.columns)))
        connection.execute(f"CREATE TABLE r (n INTEGER PRIMARY KEY{columns})")
        connection.execute("CREATE TABLE about (facts TEXT)")
        insert = f"INSERT INTO r VALUES (NULL{', ?' * len(stream.columns)})"  # noqa: S608
        connection.execute("BEGIN")
        for rows in stream:
            connection.executemany(insert, map(encoder.encoded, rows))
        facts = {
            "columns": [column.to_dict() for column in encoder.columns()],
            "rows": stream.rows,
            "truncated": stream.truncated,
            "elapsed": stream.elapsed,
            "read_at": timezone.now().isoformat(),
        }
        connection.execute("INSERT INTO about VALUES (?)", (json.dumps(facts),))
        connection.execute("COMMIT")


def look(path: Path) -> StoredRows | None:
    """What is in the file; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return _looked(path, status.st_ino, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _looked(path: Path, inode: int, modified: int) -> StoredRows:
    with closing(_opened(path)) as connection:
        [(text,)] = connection.execute("SELECT facts FROM about")
    facts = json.loads(text)
    columns = tuple(map(Column.from_dict, facts.pop("columns")))
    read_at = datetime.fromisoformat(facts.pop("read_at"))
    return StoredRows(path, columns, read_at=read_at, **facts)


def _opened(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.create_function("folded", 1, _folded, deterministic=True)
    return connection


def _folded(cell: Any) -> Any:
    """Texts in no case."""
    return cell.casefold() if isinstance(cell, str) else cell


def _said(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
