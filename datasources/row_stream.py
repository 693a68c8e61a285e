"""Rows as they come: a result of any length, a part at a time."""

from collections.abc import Iterator
from typing import Any

Rows = tuple[tuple[Any, ...], ...]


class RowStream:
    """What a statement gives, as it gives it; the rows can be gone through once, in parts. Column names may repeat, and
    `types` may be empty, as in a ResultSet.

    `rows` is how many have come. Once all have: `truncated`, there were more than the limits let in; `elapsed`, in
    seconds. Going on raises SQLError and nothing else.
    """

    def __init__(
        self, columns: tuple[str, ...], types: tuple[str, ...], parts: Iterator[tuple[str, tuple[Any, ...]]]
    ) -> None:
        self.columns = columns
        self.types = types
        self.rows = 0
        self.truncated = False
        self.elapsed = 0.0
        self._parts = parts

    def __iter__(self) -> Iterator[Rows]:
        for kind, content in self._parts:
            if kind == "rows":
                _, _, self.truncated, self.elapsed, _ = content
            else:
                [rows] = content
                self.rows += len(rows)
                yield rows
