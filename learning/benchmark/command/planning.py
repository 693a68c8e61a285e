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
from learning.models import Evaluation
from learning.prompts import generation_of, prompt_of


class NoPlan(Exception):
    """What the options ask for cannot be done; the message is for the operator."""


@dataclass(frozen=True)
class Options:
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
    policy: str = Evaluation.Policy.LEARNED.value
    learning: bool = False
    attempts: int = policies.MOST_ATTEMPTS
    seed: int | None = None


@dataclass(frozen=True)
class Plan:
    """`parts`: which part each built-in task is of, by its id."""

    tasks: Sequence[Task]
    places: Mapping[Key, Place]
    agent: Agent
    setup: Setup
    parts: Mapping[str, str]


def plan(options: Options) -> Plan:
    """Raises NoPlan."""
    try:
        return _plan(options)
    except (BadDataset, NoSuchModel, NotThere) as error:
        raise NoPlan(str(error)) from None
    except SQLError as error:
        raise NoPlan(error.message) from None


def _plan(options: Options) -> Plan:
    source = _file(options.file) if options.file else _built_in(options)
    tasks = _chosen(source.tasks, options)
    model = MeasuredModel.of(options.model)
    agent = _agent(options, model, tasks[0])
    setup = Setup(
        dataset=source.name,
        sha256=source.sha256,
        model=model.name,
        generation=_generation(options),
        prompts=_prompts(options.connection),
        policy=options.policy,
        learning=options.learning,
        attempts=agent.attempts,
        seed=options.seed,
    )
    return Plan(tasks, _places(options, tasks), agent, setup, source.parts)


@dataclass(frozen=True)
class _Source:
    """Where the tasks are from."""

    name: str
    sha256: str
    tasks: Sequence[Task]
    parts: Mapping[str, str]


def _file(path: Path) -> _Source:
    return _Source(path.name, dataset.digest(path), dataset.read(path), {})


def _built_in(options: Options) -> _Source:
    """Their digest knows nothing of which were chosen, like that of a file."""
    if options.connection is None:
        raise NoPlan("There is no sample database to ask the built-in questions on: run manage.py setup first.")
    if not options.connection.is_sample:
        raise NoPlan(
            f"The built-in questions are about the sample database, and {options.connection.name} is another one. "
            "Name a file of questions about it."
        )
    parts = {task.id: part.value for part in Part for task in built_in(part) if options.part in ("", part)}
    content = "".join(path.read_text() for path in sorted(QUESTIONS.glob("*.toml")))
    return _Source("Built-in questions", _digest(content), [task for task in built_in() if task.id in parts], parts)


def _chosen(tasks: Sequence[Task], options: Options) -> list[Task]:
    chosen = [task for task in tasks if not options.difficulties or task.difficulty in options.difficulties]
    if options.sample is not None and options.sample < len(chosen):
        kept = set(Random(options.seed or 0).sample(range(len(chosen)), options.sample))  # noqa: S311 - no secret
        chosen = [task for number, task in enumerate(chosen) if number in kept]
    chosen = chosen[: options.limit]
    if not chosen:
        raise NoPlan("No question is left to ask: choose other ones.")
    return chosen


def _agent(options: Options, model: MeasuredModel, task: Task) -> Agent:
    """The learned policy is in the application's database, which need not be there for a file of questions."""
    asked = llm(options.connection, endpoint=model.endpoint, seed=options.seed)
    try:
        agent = policies.agent(
            asked, options.policy, options.attempts, options.connection, seed=options.seed, learning=options.learning
        )
        agent.policy(task)
    except DatabaseError:
        raise NoPlan(
            "There is no application database yet to take the learned policy from: run manage.py setup first, "
            "or choose another policy."
        ) from None
    return agent


def _generation(options: Options) -> int:
    active = generation_of(options.connection) if options.connection else 0
    if options.generation not in (None, active):
        raise NoPlan(f"There is no generation {options.generation}: the only one is {active}.")
    return active


def _prompts(connection: Connection | None) -> str:
    """A digest of all that the model is told, but for what files and servers hold."""
    texts = [path.read_text() for path in sorted(PROMPTS.rglob("*")) if path.is_file()]
    return _digest("".join(texts) + (prompt_of(connection).system if connection else ""))


def _places(options: Options, tasks: Sequence[Task]) -> Mapping[Key, Place]:
    if options.connection:
        return places.of_connection(options.connection, tasks)
    return places.of_files_and_servers(tasks, options.directory, options.servers)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
