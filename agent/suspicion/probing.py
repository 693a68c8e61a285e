"""Short statements that ask the database about a doubt."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlglot import exp

from datasources.engine import Cell, Database, ResultSet
from datasources.errors import ConnectFailed, QueryCancelled, QueryTimeout, SQLError
from datasources.introspect import Table

_MOST = 4
_LONGEST = 2.0
"""Seconds: after a statement that took longer nothing is asked, and after probes that took so long together nothing
more."""
SAMPLE = 20_000
"""How many rows a probe looks at."""
_LARGE = 1_000_000
"""Rows of a table in which nothing is searched that may be nowhere."""

Rows = tuple[tuple[Cell, ...], ...]


class Probes:
    """A few, for one statement."""

    def __init__(self, database: Database, most: int = _MOST) -> None:
        self._database = database
        self._left = most
        self._seconds = _LONGEST

    @classmethod
    def after(cls, result: ResultSet, database: Database) -> Probes:
        return cls(database, 0 if result.elapsed > _LONGEST else _MOST)

    def rows(self, statement: exp.Query, *reads: Table) -> Rows | None:
        """None where the database does not tell. `reads`: tables that it may have to read to their end."""
        if self._left <= 0 or self._seconds <= 0 or any((table.rows or 0) > _LARGE for table in reads):
            return None
        self._left -= 1
        begun = time.monotonic()
        try:
            return self._database.execute(statement.sql(self._database.dialect)).rows
        except (ConnectFailed, QueryCancelled, QueryTimeout):
            self._left = 0
            return None
        except SQLError:
            return None
        finally:
            self._seconds -= time.monotonic() - begun

    def numbers(self, statement: exp.Query, *reads: Table) -> Sequence[float] | None:
        """Of a statement that gives one row of numbers."""
        rows = self.rows(statement, *reads)
        if not rows or any(cell is None or isinstance(cell, str | bytes) for cell in rows[0]):
            return None
        return [float(cell) for cell in rows[0] if cell is not None]


def named(table: Table) -> exp.Table:
    """To select from it."""
    return exp.table_(table.name, db=table.schema or None, quoted=True)
