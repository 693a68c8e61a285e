"""A connection as episodes need it: read once, and kept for the next ones for a moment."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async

from agent import linking
from agent.errors import ErrorClass
from agent.hints import hint
from agent.policy import Context, Decision
from datasources.engine import Database
from datasources.errors import ConnectFailed, SQLError
from datasources.introspect import Schema
from datasources.models import Connection
from envapi.answers import Answers
from envapi.errors import EnvError
from learning.benchmark.grading.grader import Gold, Golds
from learning.benchmark.tasks import Task
from learning.policy import StoredPolicy
from learning.prompts import Live, live

KEPT_FOR = 2.0
"""Seconds in which a change of notes, rules, prompt or schema, or what a bandit has learned, is not seen yet."""
GOLDS_FOR = 60.0
_MOST = 200
_MOST_HINTS = 2_000


@dataclass
class Place:
    connection: Connection
    asked_with: Live
    schema: str
    """What it holds, as the model is told; names only where that is too much."""
    policy: StoredPolicy
    answers: Answers | None = None
    """Of the sample, which never changes."""
    _golds: dict[Task, tuple[float, Golds | None]] = field(default_factory=dict)
    _advice: dict[Context, Decision] = field(default_factory=dict)
    _hints: dict[tuple[ErrorClass, str, str], str] = field(default_factory=dict)

    def schema_for(self, question: str) -> str:
        """With the tables that matter for the question, where the schema is too large to tell it whole."""
        told = self.asked_with.prompt
        if told.is_whole:
            return self.schema
        tables = linking.statements_for(question, (), told.schema, told.dialect, told.budget.tables, ())
        return f"{self.schema}\n\n{tables}"

    def advice(self, context: Context) -> Decision:
        """What the connection's bandit would do."""
        found = self._advice.get(context)
        if found is None:
            found = self._advice[context] = self.policy.choose(context)
        return found

    def hint(self, error_class: ErrorClass, message: str, sql: str, schema: Schema, dialect: str) -> str:
        """As `agent.hints.hint`, which takes milliseconds: found where the statement ran, told by the event loop."""
        key = (error_class, message, sql)
        found = self._hints.get(key)
        if found is None:
            if len(self._hints) >= _MOST_HINTS:
                self._hints.clear()
            found = self._hints[key] = hint(error_class, message, sql, schema, dialect)
        return found

    def known_golds(self, task: Task) -> Golds | None:
        """Results of the task's golds, as they are now; None where they have to be run."""
        until, found = self._golds.get(task, (0.0, None))
        return found if until >= time.monotonic() else None

    def golds(self, task: Task, database: Database) -> Golds:
        """The same, run where they are not known. Raises SQLError."""
        found = self.known_golds(task)
        if found is None:
            found = Golds(tuple(Gold.of(sql, database.dialect, database.execute(sql)) for sql in task.gold))
            # Those of the sample never change.
            until = math.inf if self.answers else time.monotonic() + GOLDS_FOR
            self._golds[task] = (until, found)
        return found


_kept: dict[int, tuple[float, Place]] = {}
_reading: dict[int, asyncio.Task[Place]] = {}


async def place_of(connection: int) -> Place:
    """Raises EnvError where it cannot be used."""
    until, known = _kept.get(connection, (0.0, None))
    if known and until >= time.monotonic():
        return known
    if connection not in _reading:
        _reading[connection] = asyncio.create_task(_read(connection, known))
        _reading[connection].add_done_callback(lambda _: _reading.pop(connection, None))
    return await asyncio.shield(_reading[connection])


async def _read(connection: int, before: Place | None) -> Place:
    found = await sync_to_async(_of)(connection, before)
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[connection] = (time.monotonic() + KEPT_FOR, found)
    return found


def _of(pk: int, before: Place | None) -> Place:
    connection = Connection.objects.enabled().filter(pk=pk).first()
    if connection is None:
        raise EnvError("The database of this task has been deleted or switched off.")
    try:
        asked_with = live(connection)
    except (ConnectFailed, SQLError) as error:
        raise EnvError(error.message) from None
    told = asked_with.prompt
    schema = (
        told.schema.to_prompt(told.dialect)
        if told.is_whole
        else linking.overview(told.schema, told.dialect, told.budget.names)
    )
    made = Place(connection, asked_with, schema, StoredPolicy.load(connection, exploration=0.0))
    if connection.is_sample:
        made.answers = Answers()
    if before and before.connection.schema_fingerprint == connection.schema_fingerprint:
        made._golds = before._golds
        made.answers = before.answers
    return made
