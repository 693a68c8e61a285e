"""The rows that an export is made of: those that are kept, where they are all there are, else the statement's, anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.utils import timezone

from datasources.engine import Cell
from datasources.errors import QueryCancelled
from workbench.results import keeping, limits
from workbench.results.models import Result

SOURCE = "export"
Row = Sequence[Cell]


class Leaving:
    """Ends what an export waits for, from another thread, once nobody waits for the export."""

    def __init__(self) -> None:
        self.has_left = False
        self._end: Callable[[], None] | None = None
        self._lock = Lock()

    def ends(self, end: Callable[[], None]) -> None:
        with self._lock:
            self._end = end
            has_left = self.has_left
        if has_left:
            end()

    def leave(self) -> None:
        with self._lock:
            self.has_left, end = True, self._end
        if end:
            end()


@dataclass
class Taken:
    """Rows to go through once, in parts. `rows` have come so far; `is_cut`, once all have: there were more.

    `is_whole` says beforehand that there are not."""

    columns: Sequence[str]
    types: Sequence[str]
    read_at: datetime
    most: int
    is_whole: bool
    _parts: Iterable[Sequence[Row]]
    _is_truncated: Callable[[], bool]
    _leaving: Leaving
    rows: int = 0
    is_cut: bool = False
    note: Callable[[int], None] = lambda rows: None
    """Told how many rows there are, now and then."""

    def __iter__(self) -> Iterator[Sequence[Row]]:
        for part in self._parts:
            if self._leaving.has_left:
                raise QueryCancelled("The export was left.")
            room = self.most - self.rows
            self.rows += min(len(part), room)
            yield part[:room]
            self.note(self.rows)
            if len(part) > room:
                self.is_cut = True
                return
        self.is_cut = self._is_truncated()


@contextmanager
def taken(result: Result, most: int, leaving: Leaving) -> Iterator[Taken]:
    """Raises SQLError."""
    kept = keeping.kept(result)
    if kept and not kept.truncated:
        names = [column.name for column in kept.columns]
        types = [column.type for column in kept.columns]
        yield Taken(names, types, kept.read_at, most, kept.rows <= most, kept.parts(), lambda: False, leaving)
        return
    with closing(result.connection.database(result.user, SOURCE, limits=limits.of_export(most))) as database:
        leaving.ends(database.cancel)
        with database.stream(result.sql, result.bound) as stream:
            types = list(stream.types) or [""] * len(stream.columns)
            yield Taken(stream.columns, types, timezone.now(), most, False, stream, lambda: stream.truncated, leaving)
