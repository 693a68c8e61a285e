"""What can be asked: the built-in tasks, and with a token those of one's teams' connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from asgiref.sync import sync_to_async
from django.db import transaction

from accounts.models import Team, User
from datasources import snapshots
from datasources.connecting import sample_path
from datasources.models import Connection
from envapi.callers import Caller
from envapi.errors import Invalid, NotFound
from learning.benchmark.suite import GROUPS, verified_tasks
from learning.benchmark.tasks import Part, Task, built_in

HOME = "OpenEnv"
"""The team, of nobody, that what is asked without a connection of one's own is recorded under."""
_READ_FOR = 2.0
_MOST_READ = 1_000
_making = threading.Lock()
_OPEN_PARTS = (Part.BENCHMARK, Part.VALIDATION)
"""The third is for reports: nothing is ever tuned to it, also no agent that is trained here."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A task on a connection. `id` is unique among a caller's."""

    id: str
    task: Task
    connection: int
    connection_name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which task: by its id, or one of a difficulty, drawn by the seed."""

    task_id: str = ""
    difficulty: str = ""
    seed: int | None = None
    episode_id: str = ""


_read: dict[int | None, tuple[float, Sequence[Exercise]]] = {}


async def exercises(caller: Caller) -> Sequence[Exercise]:
    """The caller's, always in the same order: the built-in ones, then each connection's."""
    whose = caller.user.pk if caller.user else None
    until, found = _read.get(whose, (0.0, ()))
    if until < time.monotonic():
        found = await sync_to_async(_exercises)(caller.user)
        if len(_read) >= _MOST_READ:
            _read.clear()
        _read[whose] = (time.monotonic() + _READ_FOR, found)
    return found


async def choose(caller: Caller, wanted: Wanted) -> Exercise:
    """Raises NotFound for a task that the caller has not, and Invalid for a difficulty that no task ever has."""
    known = await exercises(caller)
    if wanted.task_id:
        found = next((one for one in known if one.id == wanted.task_id), None)
        if found is None:
            raise NotFound(f"There is no task {wanted.task_id[:100]}. GET /env/tasks lists those that there are.")
        return found
    fitting = of_difficulty(known, wanted.difficulty)
    if not fitting:
        why = none_is(wanted.difficulty, known)
        raise NotFound(why) if wanted.difficulty in GROUPS else Invalid(why, ["difficulty"])
    return Random(wanted.seed).choice(fitting)  # noqa: S311 - a draw, not a secret


def of_difficulty(known: Sequence[Exercise], difficulty: str) -> Sequence[Exercise]:
    """All of them where it is empty."""
    return [one for one in known if difficulty in ("", one.task.difficulty)]


def difficulties(known: Sequence[Exercise]) -> list[str]:
    return list(dict.fromkeys(one.task.difficulty for one in known))


def none_is(difficulty: str, known: Sequence[Exercise]) -> str:
    """For who has asked for a difficulty that no task has."""
    return f"No task is {difficulty[:40]}. There are: {', '.join(difficulties(known))}."


def _exercises(user: User | None) -> Sequence[Exercise]:
    home = environment()
    found = [Exercise(task.id, task, home.pk, home.name) for task in _built_in()]
    if user is None:
        return found
    theirs = Connection.objects.visible_to(user).enabled().defer("schema_snapshot").order_by("pk")
    for connection in theirs.exclude(pk=home.pk):
        tasks = [*(_built_in() if connection.is_sample else ()), *verified_tasks(connection)]
        found += [Exercise(f"{connection.pk}/{task.id}", task, connection.pk, connection.name) for task in tasks]
    return found


def _built_in() -> list[Task]:
    return [task for part in _OPEN_PARTS for task in built_in(part)]


def environment() -> Connection:
    """The sample database as nobody's own. It is made when it is first wanted, and again when it was deleted."""
    with _making:
        # Its file, too, which somebody may have deleted.
        path = str(sample_path())
        return Connection.objects.filter(is_environment=True).first() or _make(path)


def _make(path: str) -> Connection:
    with transaction.atomic():
        before = Team.objects.filter(name=HOME, memberships=None, connections=None).first()
        team = before or Team.objects.create(name=HOME)
        values = {"team": team, "name": "environment", "path": path, "is_sample": True}
        made, is_new = Connection.objects.get_or_create(is_environment=True, defaults=values)
        if not is_new and not before:
            team.delete()  # another process was first
    if is_new:
        snapshots.read_now(made, with_values=True)
    return made
