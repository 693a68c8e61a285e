"""What an evaluation is to ask, of whom and with what: everything that can be wrong is found before it begins."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import DatabaseError

from agent.prompt import PROMPTS
from datasources.dsn import ServerAddress
from datasources.errors import SQLError
from datasources.models import Connection
from learning.benchmark import examples, policies
from learning.benchmark.command import places, sources
from learning.benchmark.command.dataset import BadDataset
from learning.benchmark.command.measured_model import MeasuredModel, NoSuchModel
from learning.benchmark.command.places import Key, NotThere, Place
from learning.benchmark.command.records import Setup
from learning.benchmark.command.sources import NoSource, Source, digest
from learning.benchmark.measuring import Agent, Examples
from learning.benchmark.tasks import Task
from learning.endpoints import llm_at
from learning.models import Evaluation, VerifiedQuery
from learning.prompts import SEED, Live, live
from learning.skills import skills
from learning.verified.retrieval import SHOWN


class NoPlan(Exception):
    """What the options ask for cannot be done; the message is for the operator."""


@dataclass(frozen=True)
class Options:
    """`file`: of tasks, on databases in `directory` or on `servers`; without it those of `connection`.

    Empty `difficulties` are all, and an empty `part` is every part. `sample` takes so many at random, then `limit` the
    first so many. `examples` are shown with each question, at most: where nobody says how many, as many as in the chat
    on a connection, and none with a file.
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
    examples: int | None = None
    skills: Sequence[str] | None = None
    readings: int | None = None


@dataclass(frozen=True)
class Plan:
    """`parts`: which part each built-in task is of, by its id; `note`: what is left out, in words."""

    tasks: Sequence[Task]
    places: Mapping[Key, Place]
    agent: Agent
    setup: Setup
    parts: Mapping[str, str]
    note: str = ""


def plan(options: Options) -> Plan:
    """Raises NoPlan."""
    try:
        return _plan(options)
    except (BadDataset, NoSource, NoSuchModel, NotThere) as error:
        raise NoPlan(str(error)) from None
    except SQLError as error:
        raise NoPlan(error.message) from None


def _plan(options: Options) -> Plan:
    source = _source(options)
    tasks = _chosen(source.tasks, options)
    asked_with = _asked_with(options)
    model = MeasuredModel.of(options.model, options.connection)
    agent = _agent(options, model, source, tasks[0])
    setup = Setup(
        dataset=source.name,
        sha256=source.sha256,
        model=model.name,
        generation=asked_with.generation if asked_with else SEED,
        prompts=_prompts(options, asked_with),
        policy=options.policy,
        learning=options.learning,
        attempts=agent.attempts,
        seed=options.seed,
        examples=_examples_shown(options),
        skills=str(agent.skills),
    )
    return Plan(tasks, _places(options, tasks, asked_with), agent, setup, source.parts, source.note)


def _source(options: Options) -> Source:
    return sources.of_file(options.file) if options.file else sources.of_connection(options.connection, options.part)


def _chosen(tasks: Sequence[Task], options: Options) -> list[Task]:
    chosen = [task for task in tasks if not options.difficulties or task.difficulty in options.difficulties]
    if options.sample is not None and options.sample < len(chosen):
        kept = set(Random(options.seed or 0).sample(range(len(chosen)), options.sample))  # noqa: S311 - no secret
        chosen = [task for number, task in enumerate(chosen) if number in kept]
    chosen = chosen[: options.limit]
    if not chosen:
        raise NoPlan("No question is left to ask: choose other ones.")
    return chosen


def _agent(options: Options, model: MeasuredModel, source: Source, task: Task) -> Agent:
    """The learned policy is in the application's database, which need not be there for a file of questions."""
    asked = llm_at(model.endpoint, options.connection, seed=options.seed)
    try:
        agent = policies.agent(
            asked,
            options.policy,
            options.attempts,
            options.connection,
            seed=options.seed,
            learning=options.learning,
            examples=_examples(options, source),
            skills=skills(options.skills, options.readings, is_local=model.endpoint.local),
        )
        agent.policy(task)
    except DatabaseError:
        raise NoPlan(
            "There is no application database yet to take the learned policy from: run manage.py setup first, "
            "or choose another policy."
        ) from None
    return agent


def _asked_with(options: Options) -> Live | None:
    """None where the questions are a file's: those are asked with the seed. Raises NoPlan and ConnectFailed."""
    if options.connection is None:
        if options.generation not in (None, SEED):
            raise NoPlan(
                f"There is no generation {options.generation}: a file of questions is asked with {SEED}, the seed."
            )
        return None
    numbers = {SEED, *options.connection.generations.values_list("number", flat=True)}
    if options.generation is not None and options.generation not in numbers:
        raise NoPlan(f"{options.connection.name} has no generation {options.generation}: {_those(numbers)}.")
    return live(options.connection, options.generation)


def _those(numbers: set[int]) -> str:
    *others, last = map(str, sorted(numbers))
    return f"there are {', '.join(others)} and {last}" if others else f"the only one is {last}"


def _examples(options: Options, source: Source) -> Examples:
    """A file's own, whichever of its questions are asked."""
    shown = _examples_shown(options)
    if options.connection:
        return examples.of_connection(options.connection, shown)
    return examples.of_others(source.tasks, shown)


def _examples_shown(options: Options) -> int:
    if options.examples is None:
        return SHOWN if options.connection else 0
    return options.examples


def _prompts(options: Options, asked_with: Live | None) -> str:
    """A digest of all that the model is told, but for what files and servers hold."""
    texts = [path.read_text() for path in sorted(PROMPTS.rglob("*")) if path.is_file()]
    if asked_with:
        texts.append(asked_with.prompt.system)
        if _examples_shown(options):
            known = VerifiedQuery.objects.active().filter(connection=options.connection).order_by("pk")
            texts.append(json.dumps(list(known.values_list("question", "follows", "sql"))))
    return digest("".join(texts))


def _places(options: Options, tasks: Sequence[Task], asked_with: Live | None) -> Mapping[Key, Place]:
    if options.connection and asked_with:
        return places.of_connection(options.connection, asked_with.prompt, tasks)
    named = settings.SKILLS if options.skills is None else options.skills
    return places.of_files_and_servers(tasks, options.directory, options.servers, worked="worked" in named)
