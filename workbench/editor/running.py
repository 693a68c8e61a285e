"""A statement that a person wrote: run through the guard as everything else, or explained, and remembered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from datasources import guard, snapshots
from datasources.engine import Database, ResultSet
from datasources.errors import QueryCancelled, QueryFailed, SQLError
from datasources.models import Connection
from datasources.storable import storable
from workbench.editor import history, places, stopping
from workbench.editor.places import Span
from workbench.editor.plans import reading
from workbench.editor.plans.tree import Plan
from workbench.editor.statements import Piece
from workbench.models import SqlRun

SOURCE = "editor"
MOST_SQL = 20_000
"""Characters that are kept of a statement: no longer one runs."""
MOST_ERROR = 2_000
_TOLD = ("state", "rows", "is_cut", "error", "milliseconds")
_MISSING = re.compile(r"no such|not exist|n't exist|unknown (table|column)|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """Of a run: a `result`, a `plan`, or an `error`; `span` is where that is in the whole text, if it is known."""

    run: SqlRun
    result: ResultSet | None = None
    plan: Plan | None = None
    error: SQLError | None = None
    span: Span | None = None


def run(connection: Connection, user: User, piece: Piece, key: UUID | None = None) -> Outcome:
    """Nothing is raised: what goes wrong is an outcome, too."""
    return _Running(connection, user, piece, SqlRun.Kind.RUN, key).outcome(_result)


def explain(connection: Connection, user: User, piece: Piece, key: UUID | None = None) -> Outcome:
    """How the database means to go about it. The statement itself does not run."""
    return _Running(connection, user, piece, SqlRun.Kind.EXPLAIN, key).outcome(_plan)


_Work = Callable[[Database, str, SqlRun], Outcome]


def _result(database: Database, sql: str, record: SqlRun) -> Outcome:
    result = database.execute(sql)
    record.rows, record.is_cut = len(result.rows), result.truncated
    record.milliseconds = result.elapsed * 1000
    return Outcome(record, result=result)


def _plan(database: Database, sql: str, record: SqlRun) -> Outcome:
    """The statement is looked at by itself first: then places in errors are places in it."""
    guard.inspect(sql, database.dialect)
    asking = reading.asking(sql, database.dialect)
    try:
        result = database.execute(asking)
        if reading.is_cut(result, database.dialect):
            result = database.execute(reading.asking_again(sql, database.dialect))
    except SQLError as error:
        if error.position is not None and asking != sql:
            before = len(asking) - len(sql.lstrip())
            error.position = max(0, error.position - before + len(sql) - len(sql.lstrip()))
        raise
    return Outcome(record, plan=reading.plan_of(result, database.dialect))


class _Running:
    def __init__(self, connection: Connection, user: User, piece: Piece, kind: str, key: UUID | None) -> None:
        self._connection, self._user, self._piece = connection, user, piece
        kept = storable(piece.sql)[:MOST_SQL]
        self._record = SqlRun(connection=connection, user=user, sql=kept, kind=kind)
        if key:
            self._record.key = key

    def outcome(self, work: _Work) -> Outcome:
        self._record.save()
        started = time.perf_counter()
        try:
            outcome = self._worked(work)
            self._record.state = SqlRun.State.OK
        except SQLError as error:
            outcome = self._failed(error)
        finally:
            if self._record.milliseconds is None:
                self._record.milliseconds = (time.perf_counter() - started) * 1000
            self._keep()
        return outcome

    def _worked(self, work: _Work) -> Outcome:
        with (
            closing(self._connection.database(self._user, SOURCE)) as database,
            stopping.stoppable(self._record, database),
        ):
            return work(database, self._piece.sql, self._record)

    def _failed(self, error: SQLError) -> Outcome:
        is_stopped = isinstance(error, QueryCancelled)
        self._record.state = SqlRun.State.STOPPED if is_stopped else SqlRun.State.FAILED
        self._record.error = storable(error.message)[:MOST_ERROR]
        if isinstance(error, QueryFailed) and _MISSING.search(error.message):
            snapshots.note_missing_object(self._connection)
        span = None if is_stopped else places.place(error, self._piece.sql, self._connection.dialect)
        return Outcome(self._record, error=error, span=span.moved(self._piece.start) if span else None)

    def _keep(self) -> None:
        """Where it was broken off by what is no error of the statement, it is told as failed."""
        if self._record.state == SqlRun.State.RUNNING:
            self._record.state, self._record.error = SqlRun.State.FAILED, "It broke off."
        changed = {name: getattr(self._record, name) for name in _TOLD}
        SqlRun.objects.filter(pk=self._record.pk).update(**changed)  # it may have been deleted meanwhile
        history.bound(self._connection, self._user)
