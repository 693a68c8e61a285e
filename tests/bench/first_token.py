"""How long the first token of SQL takes: through the site against straight from the model, and warm against cold."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from django.conf import settings

from datasources.models import Connection
from embedded.catalogue import MODELS
from embedded.server import ServerSettings, running
from embedded.slots import SlotStore
from embedded.status import State, Status, write_status
from tests.bench.direct import Direct
from tests.bench.figures import Figure
from tests.bench.options import Options
from tests.bench.person import Person, answer_id, ends_answer, send, shows_sql
from tests.bench.workplace import PASSWORD, free_ports, process, web

WARM_SECONDS = 240.0
POLL_SECONDS = 0.1
# Alike for the model but from the first word on: it reads all of each.
QUESTIONS = [
    f"{town}: how many customers live there?"
    for town in (
        "Austin",
        "Boston",
        "Chicago",
        "Denver",
        "Eugene",
        "Fresno",
        "Georgetown",
        "Houston",
        "Irvine",
        "Juneau",
    )
]


def figures(options: Options) -> Iterator[Figure]:
    if options.model == "none":
        sys.stderr.write("No first tokens: there is no model to ask.\n")
        return
    with _cold_site(options) as (person, direct):
        cold, second = (_through_site(person, direct, question) for question in QUESTIONS[:2])
        yield Figure(f"first token through the site, cold ({options.model})", cold, "s")
        yield Figure("second question over the cold one", second / cold, "×", 0.1, f"{second:.2f} s")
        yield _site_over_direct(person, direct, options.pairs)
    with _started_product(options) as (person, direct, seconds):
        yield Figure("from the start of the site until it is warm", seconds, "s")
        first = _through_site(person, direct, QUESTIONS[0])
        yield Figure("first question after the start over the cold one", first / cold, "×", 0.1, f"{first:.2f} s")


def _site_over_direct(person: Person, direct: Direct, pairs: int) -> Figure:
    """Pairs in turn, each of the two first as often as the other; a question is asked once, so that none is known."""
    asked = iter(f"In {year}, {question}" for year in range(2000, 2100) for question in QUESTIONS)
    through: list[float] = []
    straight: list[float] = []
    direct.first_token("Which tables are there?")
    for number in range(pairs):
        runs: list[Callable[[], None]] = [
            lambda: through.append(_through_site(person, direct, next(asked))),
            lambda: straight.append(direct.first_token(next(asked))),
        ]
        for run in reversed(runs) if number % 2 else runs:
            run()
    ratio = median(through) / median(straight)
    note = f"{median(through) * 1000:.0f} over {median(straight) * 1000:.0f} ms, medians of {pairs}"
    return Figure("first token through the site over straight from the model, warm", ratio, "×", 1.1, note)


def _through_site(person: Person, direct: Direct, question: str) -> float:
    """Seconds until SQL is seen; the answer is then stopped."""
    conversation = person.new_conversation()
    seconds = asyncio.run(_ask(person, conversation, question))
    direct.wait_until_idle()
    return seconds


async def _ask(person: Person, conversation: str, question: str) -> float:
    async with person.open(conversation) as socket:
        started = time.perf_counter()
        await send(socket, type="ask", question=question)
        fragment = await socket.recv()
        while not shows_sql(fragment):
            if ends_answer(fragment):
                raise RuntimeError(f"There was no SQL: {fragment!r}")
            fragment = await socket.recv()
        seconds = time.perf_counter() - started
        await send(socket, type="stop", answer=answer_id(fragment))
        while not ends_answer(await socket.recv()):
            pass
    return seconds


@contextmanager
def _cold_site(options: Options) -> Iterator[tuple[Person, Direct]]:
    """The site before a model that has read nothing. No worker runs and no page is opened: nothing warms it."""
    [port] = free_ports(1)
    alias, models = settings.LLM_ENDPOINT.model, options.data_dir / "models"
    weights = models / MODELS[options.model].filename
    server = ServerSettings(model=weights, port=port, slots_dir=options.data_dir / "slots", alias=alias)
    with running(server) as base_url, web(options.data_dir, _local(options, port)) as (site, _):
        write_status(models, Status(State.READY, "The benchmark's."))
        yield Person(site, "admin", PASSWORD), Direct(base_url, SlotStore(base_url, server.slots_dir))


@contextmanager
def _started_product(options: Options) -> Iterator[tuple[Person, Direct, float]]:
    """`manage.py serve`, as soon as its page no longer says that the model is busy."""
    port, model_port = free_ports(2)
    site, base_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{model_port}/v1"
    started = time.perf_counter()
    write_status(options.data_dir / "models", Status(State.LOADING, "Starting."))
    with process(("manage.py", "serve"), options.data_dir, _local(options, model_port) | {"PORT": str(port)}, port):
        person = Person(site, "admin", PASSWORD)
        _wait_until_ready(person)
        seconds = time.perf_counter() - started
        yield person, Direct(base_url, SlotStore(base_url, options.data_dir / "models" / "slots")), seconds


def _wait_until_ready(person: Person) -> None:
    path = f"/model-status/?connection={Connection.objects.get().pk}"
    deadline = time.monotonic() + WARM_SECONDS
    while 'data-kind="ready"' not in person.get(path):
        if time.monotonic() > deadline:
            raise TimeoutError("The site did not get warm.")
        time.sleep(POLL_SECONDS)


def _local(options: Options, port: int) -> dict[str, str]:
    return {"LOCAL_MODEL": options.model, "LOCAL_MODEL_PORT": str(port)}
