"""Which questions with known answers a connection is measured by."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from datasources.models import Connection
from learning.benchmark.asks_for_order import has_an_order
from learning.benchmark.tasks import Difficulty, Part, Task, built_in
from learning.models.verified import VerifiedQuery

VERIFIED = "verified"
"""What verified queries have in place of a difficulty, which nobody has judged."""
GROUPS = (*Difficulty, VERIFIED)
MOST_VERIFIED = 500
"""So many are asked, the newest: more would take a day and tell hardly more."""


def suite(connection: Connection) -> list[Task]:
    """The sample's benchmark, then the connection's verified queries."""
    benchmark = built_in(Part.BENCHMARK) if connection.is_sample else []
    return [*benchmark, *verified_tasks(connection)]


def verified_tasks(connection: Connection) -> list[Task]:
    """Those that can be asked alone: a task has no question before it."""
    return [_task(query, connection) for query in _asked_alone(connection)[:MOST_VERIFIED]]


def counts(connection: Connection) -> Counter[str]:
    """How many questions each group of the suite has, without those that have none; no query is read for it."""
    benchmark = built_in(Part.BENCHMARK) if connection.is_sample else []
    found = Counter(task.difficulty for task in benchmark)
    found[VERIFIED] = _verified(connection)
    return Counter({group: found[group] for group in GROUPS if found[group]})


def left_out(connection: Connection) -> int:
    """How many verified queries are no tasks, as they follow another question or are too many."""
    return VerifiedQuery.objects.active().filter(connection=connection).count() - _verified(connection)


def is_measured(connection: Connection) -> bool:
    """Whether its suite has any questions. Asked for every page with tabs, so it must cost next to nothing."""
    return connection.is_sample or _asked_alone(connection).exists()


def usual(connection: Connection) -> tuple[str, ...]:
    """The groups that are asked where nobody chooses."""
    return tuple(Difficulty) if connection.is_sample else (VERIFIED,)


def tab_name(connection: Connection) -> str:
    return "Benchmark" if connection.is_sample else "Evaluate"


def _verified(connection: Connection) -> int:
    return min(_asked_alone(connection).count(), MOST_VERIFIED)


def _asked_alone(connection: Connection) -> QuerySet[VerifiedQuery]:
    return VerifiedQuery.objects.active().filter(connection=connection, follows="")


def _task(query: VerifiedQuery, connection: Connection) -> Task:
    return Task(
        id=f"verified-{query.pk}",
        question=query.question,
        gold=(query.sql,),
        difficulty=VERIFIED,
        ordered=has_an_order(query.question, "", (query.sql,), connection.dialect),
        database=connection.name,
        dialect=connection.dialect,
    )
