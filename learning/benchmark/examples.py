"""What a measured question is shown as examples: as people are, similar ones with their SQL, and never its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from agent.prompt import Example
from datasources.models import Connection
from learning.benchmark.measuring import Examples
from learning.benchmark.tasks import Task
from learning.verified import retrieval


def of_connection(connection: Connection, limit: int = retrieval.SHOWN) -> Examples:
    """Its verified queries, as the chat shows them. A verified query that is asked is not among its own examples."""

    def similar(task: Task) -> list[Example]:
        found = retrieval.similar(connection, task.question, limit=limit) if limit else []
        return [Example(query.question, query.sql, query.follows) for query in found]

    return similar


def of_others(tasks: Sequence[Task], limit: int) -> Examples:
    """The other questions of `tasks` on the same database, each with its first gold: every question is left out of its
    own examples."""
    known: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for task in tasks:
        known[task.dialect, task.database].append(Example(task.question, task.gold[0]))

    def similar(task: Task) -> list[Example]:
        return retrieval.nearest(task.question, known[task.dialect, task.database], limit) if limit else []

    return similar
