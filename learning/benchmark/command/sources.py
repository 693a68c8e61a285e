"""Where the questions of an evaluation are from: a file, the built-in ones, or a connection's verified queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from datasources.models import Connection
from learning.benchmark import suite
from learning.benchmark.command import dataset
from learning.benchmark.tasks import QUESTIONS, Part, Task, built_in

VERIFIED = "verified"
"""The part that is a connection's verified queries."""


class NoSource(Exception):
    """There are no such questions; the message is for the operator."""


@dataclass(frozen=True)
class Source:
    """`sha256` names all of them, whichever are chosen; `parts`: which part each built-in task is of, by its id;
    `note`: what is left out, in words."""

    name: str
    sha256: str
    tasks: Sequence[Task]
    parts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def of_file(path: Path) -> Source:
    """Raises dataset.BadDataset."""
    return Source(path.name, dataset.digest(path), dataset.read(path))


def of_connection(connection: Connection | None, part: str) -> Source:
    """The sample's built-in questions, unless `part` says otherwise; of others their verified queries. Raises
    NoSource."""
    if connection is None:
        raise NoSource("There is no sample database to ask the built-in questions on: run manage.py setup first.")
    if part == VERIFIED or (not connection.is_sample and not part):
        return _verified(connection)
    if not connection.is_sample:
        raise NoSource(
            f"The built-in questions are about the sample database, and {connection.name} is another one: without "
            "--part, its verified queries are asked."
        )
    return _built_in(part)


def _built_in(part: str) -> Source:
    parts = {task.id: each.value for each in Part for task in built_in(each) if part in ("", each)}
    content = "".join(path.read_text() for path in sorted(QUESTIONS.glob("*.toml")))
    tasks = [task for task in built_in() if task.id in parts]
    return Source("Built-in questions", digest(content), tasks, parts)


def _verified(connection: Connection) -> Source:
    tasks, left_out = suite.verified_tasks(connection), suite.left_out(connection)
    if not tasks:
        follow = ": those that there are follow other questions, and cannot be asked alone" if left_out else " yet"
        raise NoSource(f"{connection.name} has no verified queries to ask{follow}.")
    content = json.dumps([[task.id, task.question, task.gold, task.ordered] for task in tasks])
    are = "query is" if left_out == 1 else "queries are"
    note = (
        f"{left_out} verified {are} left out: follow-up questions, and those beyond the newest {suite.MOST_VERIFIED}."
    )
    return Source(f"Verified queries of {connection.name}", digest(content), tasks, note=note if left_out else "")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
