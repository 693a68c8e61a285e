"""What each part of right answers is worth: the same questions asked of the same model, one part after another off.

`--questions`, with `--databases` or `--server`, names a file of questions; without it they are the built-in tasks. With
`--replies FILE` the replies are kept: a row reckoned from them again takes seconds, and rows differ by what they
name and by nothing else. Every row of a question is asked before the next question, so that seconds compare even on a
machine that others use. It takes hours; `--rows` names the rows that are wanted, and `--keep DIR` keeps every outcome.
"""

import asyncio
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from django.conf import settings

from agent.openai_llm import OpenAILLM
from agent.policy import FixedPolicy
from agent.prompt import Example
from agent.skills import PLAIN, Skills
from datasources.engine import Database
from datasources.models import Connection
from embedded.catalogue import MODELS
from embedded.server import ServerSettings, running
from learning.benchmark.command import places
from learning.benchmark.command.dataset import read
from learning.benchmark.command.places import Key, Place, key
from learning.benchmark.command.records import Setup, writing
from learning.benchmark.command.sources import digest
from learning.benchmark.comparison import compare
from learning.benchmark.measuring import Agent, BadGold, Examples, measure
from learning.benchmark.outcome import Outcome, judged
from learning.benchmark.reliability import reliability
from learning.benchmark.summary import summarize
from learning.benchmark.tasks import Task, built_in
from learning.prompts import live
from learning.verified.retrieval import SHOWN, nearest
from tests.bench.figures import Figure
from tests.bench.options import Options
from tests.bench.remembering import RememberingLLM
from tests.bench.workplace import free_ports

PLAIN_ROW = "plain"
VERIFIED = 20
"""Of the other questions on the same database, which ones depends on the question alone."""


@dataclass(frozen=True)
class Row:
    """`verified`: how many other questions with their SQL are known, of which the nearest few are shown."""

    skills: Skills
    attempts: int = 5
    verified: int = 0


def rows() -> dict[str, Row]:
    """By name; everything as it is shipped, and each part off in turn."""
    shipped, readings = tuple(settings.SKILLS), settings.READINGS
    full = Skills.of(shipped, readings)
    found = {PLAIN_ROW: Row(PLAIN, 1), "all": Row(full), "all-1-attempt": Row(full, 1)}
    found["1-reading"] = Row(full.with_readings(1))
    for part in shipped:
        found[f"no-{part}"] = Row(Skills.of([each for each in shipped if each != part], readings))
    for part in ("values", "grammar"):
        found[f"with-{part}"] = Row(Skills.of([*shipped, part], readings))
    found["4-readings"] = Row(full.with_readings(4))
    found["plain-fixes"] = Row(Skills.of(["fixes"]), 1)
    found["plain-verified"] = Row(PLAIN, 1, VERIFIED)
    found["all-verified"] = Row(full, 5, VERIFIED)
    return found


def figures(options: Options) -> Iterator[Figure]:
    if options.model == "none":
        sys.stderr.write("No answer can be right: there is no model to ask.\n")
        return
    every = rows()
    names = options.rows or tuple(every)
    tasks = read(options.questions) if options.questions else built_in()
    [port] = free_ports(1)
    weights = options.data_dir / "models" / MODELS[options.model].filename
    alias = settings.LLM_ENDPOINT.model
    server = ServerSettings(model=weights, port=port, slots_dir=options.data_dir / "slots", alias=alias)
    with running(server) as base_url:
        model = OpenAILLM(replace(settings.LLM_ENDPOINT, base_url=base_url, local=True))
        llm = RememberingLLM(model, options.replies or options.data_dir / "replies.sqlite3")
        found = asyncio.run(_Asking(tasks, options, llm).all({name: every[name] for name in names}))
    for name, outcomes in found.items():
        if options.keep:
            _keep(name, every[name], outcomes, tasks, options)
        yield from _of(name, outcomes, found.get(PLAIN_ROW, []))


class _Asking:
    def __init__(self, tasks: Sequence[Task], options: Options, llm: RememberingLLM) -> None:
        self._tasks = sorted(tasks, key=key)
        self._options = options
        self._llm = llm

    async def all(self, named: Mapping[str, Row]) -> dict[str, list[Outcome]]:
        found: dict[str, list[Outcome]] = {name: [] for name in named}
        found_at = await asyncio.to_thread(self._places)
        with ExitStack() as stack:
            handles: dict[Key, Database] = {}
            for task in self._tasks:
                if key(task) not in handles:
                    opened = await asyncio.to_thread(found_at[key(task)].opened)
                    handles[key(task)] = stack.enter_context(closing(opened))
                try:
                    for name, row in named.items():
                        found[name].append(await self._one(task, row, handles[key(task)], found_at[key(task)]))
                except BadGold as error:
                    sys.stderr.write(f"\n{task.id}: {error.message}\n")
                self._tell(task, found)
        return found

    async def _one(self, task: Task, row: Row, database: Database, place: Place) -> Outcome:
        agent = Agent(self._llm, lambda _: FixedPolicy(), row.attempts, self._examples(row), row.skills)
        asked_with = place.asked_with if row.skills.worked else replace(place.asked_with, worked="")
        self._llm.take_spared()
        outcome = (await measure(task, database, asked_with, agent)).outcome
        return replace(outcome, seconds=outcome.seconds + self._llm.take_spared())

    def _examples(self, row: Row) -> Examples:
        def of(task: Task) -> Sequence[Example]:
            others = [each for each in self._tasks if key(each) == key(task) and each.id != task.id]
            chosen = random.Random(task.id).sample(others, min(row.verified, len(others)))
            return nearest(task.question, [Example(each.question, each.gold[0]) for each in chosen], SHOWN)

        return of

    def _places(self) -> Mapping[Key, Place]:
        options = self._options
        if options.questions:
            servers = (places.server(options.server),) if options.server else ()
            return places.of_files_and_servers(self._tasks, options.databases, servers, worked=True)
        sample = Connection.objects.get(is_sample=True)
        return places.of_connection(sample, live(sample, None).prompt, self._tasks)

    def _tell(self, task: Task, found: Mapping[str, Sequence[Outcome]]) -> None:
        said = " ".join(f"{name} {sum(each.is_right for each in those)}" for name, those in found.items())
        done = max(map(len, found.values()))
        sys.stderr.write(f"{done} of {len(self._tasks)}, {task.id}: right {said}; asked {self._llm.asked}\n")
        sys.stderr.flush()


def _of(name: str, outcomes: Sequence[Outcome], plain: Sequence[Outcome]) -> Iterator[Figure]:
    summary = summarize(outcomes)
    note = f"{summary.right} of {summary.questions}; valid {summary.ran}; attempts {summary.attempts:.2f}"
    if plain and outcomes is not plain:
        before = summarize(plain)
        note += f"; {summary.right / max(1, before.right):.2f} × as often right as plain, "
        note += f"{summary.p50_seconds / before.p50_seconds:.2f} × its median time, "
        spent, spent_before = _tokens(outcomes), _tokens(plain)
        note += (
            f"{spent / max(1, spent_before):.2f} × its tokens read anew and written; {compare(plain, outcomes).verdict}"
        )
    yield Figure(f"right, {name}", 100 * summary.accuracy, "%", None, note)
    yield Figure(f"median time, {name}", summary.p50_seconds, "s")
    if found := reliability(judged(outcomes)):
        yield Figure(
            f"expected calibration error, {name}",
            found.ece,
            "",
            None,
            f"of {found.answers}; {found.by_chance:.3f} by chance",
        )


def _tokens(outcomes: Sequence[Outcome]) -> int:
    return sum(each.prompt_tokens - each.cached_tokens + each.completion_tokens for each in outcomes)


def _keep(name: str, row: Row, outcomes: Sequence[Outcome], tasks: Sequence[Task], options: Options) -> None:
    """As `manage.py evaluate --out` does, for its --compare and for `manage.py fitconfidence`."""
    assert options.keep
    options.keep.mkdir(parents=True, exist_ok=True)
    path = options.keep / f"{name}.jsonl"
    path.unlink(missing_ok=True)
    dataset = options.questions.name if options.questions else "Built-in questions"
    asked = digest(json.dumps([[task.id, task.question] for task in tasks]))
    shown = SHOWN if row.verified else 0
    setup = Setup(dataset, asked, options.model, 0, "", "fixed", False, row.attempts, None, shown, str(row.skills))
    by_id = {task.id: task for task in tasks}
    with writing(path, setup) as record:
        for outcome in outcomes:
            record.add(by_id[outcome.task], outcome)
