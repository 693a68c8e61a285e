"""A database whose answers are graded in the thread that ran them, so that the event loop never waits for that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from accounts.models import User
from agent.errors import classify_error
from datasources.binding import Bound
from datasources.engine import Database, Probe, ResultSet, Values
from datasources.errors import QueryFailed, SQLError
from datasources.introspect import Schema, Table
from envapi.places import Place
from envapi.recording import recorder
from learning.benchmark.grading.grader import Golds, Grade, grade
from learning.benchmark.tasks import Task

SOURCE = "openenv"
"""The source of statements, in the audit list."""


class GradedDatabase:
    """As `inner`, but `grade` is that of the last result by the golds of `task`; None where these do not run."""

    def __init__(self, inner: Database, place: Place, task: Task, user: User | None = None) -> None:
        self.dialect = inner.dialect
        self.whose = inner.whose
        self.grade: Grade | None = None
        self._inner = inner
        self._place = place
        self._task = task
        self._user = user

    def known(self, sql: str) -> ResultSet | None:
        """The result, where the same statement was run for the same task and nothing can have changed; else None.
        Raises QueryFailed again."""
        given = self._place.answers.get(self._task, sql) if self._place.answers else None
        if given is None or not recorder.is_still_allowed(self._place.connection, self._user):
            return None
        self.grade = given.grade
        if given.error:
            raise QueryFailed(given.error.message, given.error.code)
        return given.result

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        self.grade, answers = None, self._place.answers
        try:
            result = self._inner.execute(sql, bound)
        except SQLError as error:
            told = self._place.asked_with.prompt
            self._place.hint(classify_error(error, self.dialect), error.message, sql, told.schema, self.dialect)
            if answers and isinstance(error, QueryFailed):
                answers.keep(self._task, sql, error=error)
            raise
        self.grade = self._graded(result)
        if answers and self.grade:
            answers.keep(self._task, sql, result=result, grade=self.grade)
        return result

    def score(self, result: ResultSet) -> float:
        return self.grade.score if self.grade else 0.0

    def _graded(self, result: ResultSet) -> Grade | None:
        task = self._task
        golds = self._place.known_golds(task) or self._run_golds()
        if golds is None:
            return None
        return grade(result, golds, ordered=task.ordered, extra_columns=task.extra_columns)

    def _run_golds(self) -> Golds | None:
        try:
            with closing(self._place.connection.database(None, f"{SOURCE} gold", recorder)) as database:
                return self._place.golds(self._task, database)
        except SQLError:
            return None

    def probe(self) -> Probe:
        return self._inner.probe()

    def schema(self, seconds: float | None = None) -> Schema:
        return self._inner.schema(seconds)

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return self._inner.values(tables, seconds)

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return self._inner.distinct(tables, seconds)

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._inner.close()
