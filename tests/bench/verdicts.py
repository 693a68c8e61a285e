"""What verdicts are worth: the embedded model on questions held out, before and after people judged 20 others.

On the sample database: of its 60 questions with known answers 20 are asked as people ask them, and judged by what is
known (Correct or Wrong). Then a curator writes the right SQL of those that were Wrong. The other 40 are measured
before, after the verdicts, and after the curator; nothing about them is ever told. It takes the better part of an hour.
"""

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test.utils import override_settings

from accounts.models import User
from datasources.models import Connection
from embedded.catalogue import MODELS
from embedded.server import ServerSettings, running
from embedded.status import State, Status, write_status
from learning.benchmark.comparison import compare
from learning.benchmark.examples import of_connection
from learning.benchmark.measuring import measure
from learning.benchmark.outcome import Outcome
from learning.benchmark.policies import MOST_ATTEMPTS, agent
from learning.benchmark.summary import summarize
from learning.benchmark.tasks import Difficulty, Task, built_in
from learning.curve.team import ask
from learning.endpoints import llm
from learning.feedback import verdicts
from learning.models import Evaluation, VerifiedQuery
from learning.prompts import prompt_of
from learning.verified import editing
from learning.words import percent
from tests.bench.figures import Figure
from tests.bench.options import Options
from tests.bench.workplace import free_ports

TAUGHT = 20
AT_ONCE = 2
SEED = 5
_SOURCE = "benchmark"


def figures(options: Options) -> Iterator[Figure]:
    if options.model == "none":
        sys.stderr.write("Nothing is learned from verdicts: there is no model to ask.\n")
        return
    taught, held_out = _split()
    connection, person = Connection.objects.get(is_sample=True), User.objects.get()
    with _model(options):
        before = asyncio.run(_measured(connection, held_out))
        yield _accuracy("before any verdict", before)
        right = asyncio.run(_judged(connection, person, taught))
        yield Figure(f"of {TAUGHT} questions judged, Correct", right, f"→ {_verified()} verified queries")
        after = asyncio.run(_measured(connection, held_out))
        yield _accuracy("after the verdicts", after, before)
        _curated(connection, person, taught)
        corrected = asyncio.run(_measured(connection, held_out))
        yield _accuracy(f"after a curator's SQL, {_verified()} verified queries", corrected, before)


def _split() -> tuple[list[Task], list[Task]]:
    """A third of each difficulty is taught, the rest held out."""
    chosen = random.Random(SEED)
    taught: list[Task] = []
    held_out: list[Task] = []
    for difficulty in Difficulty:
        tasks = built_in(difficulties=[difficulty])
        chosen.shuffle(tasks)
        share = (TAUGHT - len(taught)) // (3 - list(Difficulty).index(difficulty))
        taught += tasks[:share]
        held_out += tasks[share:]
    return taught, held_out


@contextmanager
def _model(options: Options) -> Iterator[None]:
    [port] = free_ports(1)
    models = options.data_dir / "models"
    alias = settings.LLM_ENDPOINT.model
    server = ServerSettings(
        model=models / MODELS[options.model].filename, port=port, slots_dir=options.data_dir / "slots", alias=alias
    )
    with running(server) as base_url:
        write_status(models, Status(State.READY, "The benchmark's."))
        with override_settings(LLM_ENDPOINT=replace(settings.LLM_ENDPOINT, base_url=base_url)):
            yield


async def _measured(connection: Connection, tasks: Sequence[Task]) -> list[Outcome]:
    """With what the connection has learned; nothing is learned from it."""
    asked_with = await sync_to_async(prompt_of)(connection)
    learned = Evaluation.Policy.LEARNED
    asked = agent(llm(connection), learned, MOST_ATTEMPTS, connection, examples=of_connection(connection))
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(task: Task) -> Outcome:
        async with turn:
            with closing(await sync_to_async(connection.database)(None, _SOURCE)) as database:
                outcome = (await measure(task, database, asked_with, asked)).outcome
            sys.stderr.write("+" if outcome.is_right else "-")
            sys.stderr.flush()
            return outcome

    found = await asyncio.gather(*(one(task) for task in tasks))
    sys.stderr.write("\n")
    return found


async def _judged(connection: Connection, person: User, tasks: Sequence[Task]) -> int:
    """Each is asked, answered and judged, one after the other; how many were Correct."""
    correct = 0
    for task in tasks:
        record, is_right = await ask(connection, person, task)
        if is_right is not None:
            correct += is_right
            await sync_to_async(verdicts.give)(record, person, is_right)
    return correct


def _curated(connection: Connection, curator: User, tasks: Sequence[Task]) -> None:
    """The right SQL of every question that was not found Correct."""
    known = set(VerifiedQuery.objects.active().values_list("question", flat=True))
    for task in tasks:
        if task.asked not in known:
            editing.add(connection, curator, editing.Written(task.asked, task.gold[0]))


def _verified() -> int:
    return VerifiedQuery.objects.active().count()


def _accuracy(name: str, outcomes: Sequence[Outcome], before: Sequence[Outcome] = ()) -> Figure:
    summary = summarize(outcomes)
    low, high = summary.interval
    note = f"{summary.right} of {summary.questions}, {percent(low)} to {percent(high)}; "
    note += f"valid SQL at first {percent(summary.first_valid_rate)}, in the end {percent(summary.valid_rate)}"
    if before:
        note += f"; {compare(before, outcomes).verdict}"
    return Figure(f"right of those held out, {name}", 100 * summary.accuracy, "%", None, note)
