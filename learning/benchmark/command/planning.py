"""What an evaluation is to ask, of whom and with what: everything that can be wrong is found before it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from django.db import DatabaseError

from agent.prompt import PROMPTS
from datasources.dsn import ServerAddress
from datasources.errors import SQLError
from datasources.models import Connection
from learning.benchmark import policies
from learning.benchmark.command import dataset, places
from learning.benchmark.command.dataset import BadDataset
from learning.benchmark.command.measured_model import MeasuredModel, NoSuchModel
from learning.benchmark.command.places import Key, NotThere, Place
from learning.benchmark.command.records import Setup
from learning.benchmark.measuring import Agent
from learning.benchmark.tasks import QUESTIONS, Part, Task, built_in
from learning.endpoints import llm
from learning.prompts import generation_of, prompt_of


class NotPossible(Exception):
    """Something that was wanted cannot be done; the message is for the operator."""


@dataclass(frozen=True)
class Wanted:
    """`file`: of tasks, on databases in `directory` or on `servers`; without it the built-in ones, on `connection`.

    Empty `difficulties` are all, and an empty `part` is every part. `sample` takes so many at random, then `limit` the
    first so many.
    """

    file: Path | None = None
    directory: Path | None = None
    servers: Sequence[ServerAddress] = ()
    connection: Connection | None = None
    part: str = ""
    difficulties: Sequence[str] = ()
    sample: int | None = None
    limit: int | None = None
    model: str = ""
    generation: int | None = None
    policy: str = policies.Choice.LEARNED.value
    learning: bool = False
    attempts: int = 5
    seed: int | None = None


@dataclass(frozen=True)
class Plan:
    """`parts`: which part each built-in task is of, by its id."""

    tasks: Sequence[Task]
    places: Mapping[Key, Place]
    agent: Agent
    setup: Setup
    parts: Mapping[str, str]


def plan(wanted: Wanted) -> Plan:
    """Raises NotPossible."""
    try:
        return _plan(wanted)
    except (BadDataset, NoSuchModel, NotThere) as error:
        raise NotPossible(str(error)) from None
    except SQLError as error:
        raise NotPossible(error.message) from None


def _plan(wanted: Wanted) -> Plan:
    source = _file(wanted.file) if wanted.file else _built_in(wanted)
    tasks = _chosen(source.tasks, wanted)
    model = MeasuredModel.of(wanted.model)
    agent = _agent(wanted, model, tasks[0])
    setup = Setup(
        dataset=source.name,
        sha256=source.sha256,
        model=model.name,
        generation=_generation(wanted),
        prompts=_prompts(wanted.connection),
        policy=wanted.policy,
        learning=wanted.learning,
        attempts=agent.attempts,
        seed=wanted.seed,
    )
    return Plan(tasks, _places(wanted, tasks), agent, setup, source.parts)


@dataclass(frozen=True)
class _Source:
    """Where the tasks are from."""

    name: str
    sha256: str
    tasks: Sequence[Task]
    parts: Mapping[str, str]


def _file(path: Path) -> _Source:
    return _Source(path.name, dataset.digest(path), dataset.read(path), {})


def _built_in(wanted: Wanted) -> _Source:
    """Their digest knows nothing of which were chosen, like that of a file."""
    if wanted.connection is None:
        raise NotPossible("There is no sample database to ask the built-in questions on: run manage.py setup first.")
    if not wanted.connection.is_sample:
        raise NotPossible(
            f"The built-in questions are about the sample database, and {wanted.connection.name} is another one. "
            "Name a file of questions about it."
        )
    parts = {task.id: part.value for part in Part for task in built_in(part) if wanted.part in ("", part)}
    content = "".join(path.read_text() for path in sorted(QUESTIONS.glob("*.toml")))
    return _Source("Built-in questions", _digest(content), [task for task in built_in() if task.id in parts], parts)


def _chosen(tasks: Sequence[Task], wanted: Wanted) -> list[Task]:
    chosen = [task for task in tasks if not wanted.difficulties or task.difficulty in wanted.difficulties]
    if wanted.sample is not None and wanted.sample < len(chosen):
        kept = set(Random(wanted.seed or 0).sample(range(len(chosen)), wanted.sample))  # noqa: S311 - no secret
        chosen = [task for number, task in enumerate(chosen) if number in kept]
    chosen = chosen[: wanted.limit]
    if not chosen:
        raise NotPossible("No question is left to ask: choose other ones.")
    return chosen


def _agent(wanted: Wanted, model: MeasuredModel, task: Task) -> Agent:
    """The learned policy is in the application's database, which need not be there for a file of questions."""
    asked = llm(wanted.connection, endpoint=model.endpoint, seed=wanted.seed)
    try:
        agent = policies.agent(
            asked, wanted.policy, wanted.attempts, wanted.connection, seed=wanted.seed, learning=wanted.learning
        )
        agent.policy(task)
    except DatabaseError:
        raise NotPossible(
            "There is no application database yet to take the learned policy from: run manage.py setup first, "
            "or choose another policy."
        ) from None
    return agent


def _generation(wanted: Wanted) -> int:
    active = generation_of(wanted.connection) if wanted.connection else 0
    if wanted.generation not in (None, active):
        raise NotPossible(f"There is no generation {wanted.generation}: the only one is {active}.")
    return active


def _prompts(connection: Connection | None) -> str:
    """A digest of all that the model is told, but for what files and servers hold."""
    texts = [path.read_text() for path in sorted(PROMPTS.rglob("*")) if path.is_file()]
    return _digest("".join(texts) + (prompt_of(connection).system if connection else ""))


def _places(wanted: Wanted, tasks: Sequence[Task]) -> Mapping[Key, Place]:
    if wanted.connection:
        return places.of_connection(wanted.connection, tasks)
    return places.of_files_and_servers(tasks, wanted.directory, wanted.servers)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
