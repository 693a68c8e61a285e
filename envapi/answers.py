"""What statements gave on a database that never changes: agents in training write the same ones again and again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from datasources.engine import ResultSet
from datasources.errors import QueryFailed
from learning.benchmark.grading.grader import Grade
from learning.benchmark.tasks import Task

KEPT_FOR = 60.0
"""Seconds: what the clock has a part in is not far off."""
MOST = 5_000
MOST_CELLS = 2_000
MOST_CHARACTERS = 20_000_000
"""Of all statements and cells; an answer with more than a hundredth of them is not kept."""


@dataclass(frozen=True, slots=True)
class Given:
    """The result and its grade, or the database's error."""

    result: ResultSet | None
    grade: Grade | None = None
    error: QueryFailed | None = None
    until: float = 0.0
    size: int = 0


class Answers:
    """By task, with its gold, and statement; the ones that were wanted last. For any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Task, str], Given] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, task: Task, sql: str) -> Given | None:
        with self._lock:
            found = self._kept.get((task, sql))
            if found is None or found.until < time.monotonic():
                return None
            self._kept.move_to_end((task, sql))
            return found

    def keep(
        self,
        task: Task,
        sql: str,
        *,
        result: ResultSet | None = None,
        grade: Grade | None = None,
        error: QueryFailed | None = None,
    ) -> None:
        if "random" in sql.lower() or (result and len(result.rows) * len(result.columns) > MOST_CELLS):
            return
        size = len(sql) + _characters(result)
        if size > MOST_CHARACTERS // 100:
            return
        with self._lock:
            self._forget(task, sql)
            self._kept[task, sql] = Given(result, grade, error, time.monotonic() + KEPT_FOR, size)
            self._size += size
            while len(self._kept) > MOST or self._size > MOST_CHARACTERS:
                _, oldest = self._kept.popitem(last=False)
                self._size -= oldest.size

    def _forget(self, task: Task, sql: str) -> None:
        if before := self._kept.pop((task, sql), None):
            self._size -= before.size


def _characters(result: ResultSet | None) -> int:
    cells = (cell for row in result.rows for cell in row) if result else ()
    return sum(len(cell) for cell in cells if isinstance(cell, str | bytes))
