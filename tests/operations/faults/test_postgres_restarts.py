"""PostgreSQL loses its power for some seconds, while an answer is written, an evaluation runs and people look on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from agent.scripted_server import running_server
from tests.bench.person import Person, ends_answer, send, shows_sql
from tests.migrated import TEMPLATE, NewDataDir
from tests.operations.processes import wait_for, worker
from tests.postgres import PostgresServer
from tests.processes import PASSWORD, USER, Site

ASKED, LATER = "How many books are there?", "And how many orders?"
SQL = "SELECT COUNT(*) AS books_there_are FROM sqlite_master"
SCRIPT: list[dict[str, Any]] = [
    {"when": ASKED, "text": f"```sql\n{SQL}\n```", "tokens_per_second": 4, "first_token_delay": 1.0, "times": None},
    {"when": LATER, "text": "```sql\nSELECT 2\n```", "times": None},
    {"text": "```sql\nSELECT 1\n```", "first_token_delay": 0.5, "times": None},
]
BEGIN = """
from accounts.models import User
from datasources.models import Connection
from learning.benchmark import running
from learning.benchmark.running import Wanted
sample = Connection.objects.get(is_sample=True)
running.start(sample, User.objects.get(), Wanted(difficulties=("easy",), policy="none"))
"""
EVALUATION = """
from learning.models import Evaluation
one = Evaluation.objects.get()
done = one.questions.filter(state="done").count()
print(one.state, done, one.questions.count() - done, one.message, sep="|")
"""
EPISODES = """
from learning.models import Episode
for one in Episode.objects.order_by("started_at"):
    print(one.status, one.attempts.count(), one.sql, one.error, sep="|")
"""

ENQUEUE = "from learning.tasks import warm_connection; print(warm_connection.enqueue(0, False).id)"
STATUS = "from django_tasks_db.models import DBTaskResult; print(DBTaskResult.objects.get(pk='{}').status)"


@dataclass(frozen=True)
class Story:
    """What was seen. `while_away`: a page's status and text; `worker_ended`: its exit code, None where it went on."""

    while_away: tuple[int, str]
    page_after: str
    episodes: list[list[str]]
    evaluation: list[str]
    worker_said: str
    worker_ended: int | None


@pytest.fixture(scope="module")
def site(postgres_template: PostgresServer, new_data_dir: NewDataDir) -> Iterator[Site]:
    name = f"app_{secrets.token_hex(4)}"
    postgres_template.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER app", "postgres")
    address = f"postgres://app:app@127.0.0.1:{postgres_template.port}/{name}"
    with running_server(SCRIPT) as model:
        settings = {"DATABASE_URL": address, "API_BASE_URL": model.base_url, "MODEL_NAME": "scripted"}
        site = Site(new_data_dir(), **settings, GEPA_OPTIMIZE_EVERY="0")
        try:
            site.start()
            yield site
        finally:
            site.stop()


@pytest.fixture(scope="module")
def story(site: Site, postgres_template: PostgresServer) -> Story:
    with worker(site, "model") as process:
        site.shell(BEGIN)
        wait_for(lambda: int(evaluation(site)[1]) > 0)
        with closing(Person(site.url, USER, PASSWORD)) as person:
            while_away, page_after = asyncio.run(_ask_meanwhile(person, postgres_template))
        wait_for(lambda: evaluation(site)[0] != "running")
        task = site.shell(ENQUEUE).strip()
        wait_for(lambda: site.shell(STATUS.format(task)).strip() == "SUCCESSFUL")  # so it has come back
        ended = process.poll()
        process.terminate()
        said = process.communicate(timeout=30)[1]
    episodes = [line.split("|") for line in site.shell(EPISODES).splitlines()]
    return Story(while_away, page_after, episodes, evaluation(site), said, ended)


async def _ask_meanwhile(person: Person, server: PostgresServer) -> tuple[tuple[int, str], str]:
    conversation = person.new_conversation()
    async with person.open(conversation) as socket:
        await send(socket, type="ask", question=ASKED, request="first")
        await _until(socket, shows_sql)
        await asyncio.to_thread(server.stop)
        while_away = await asyncio.to_thread(person.try_to_get, conversation)
        await asyncio.sleep(2.0)
        await asyncio.to_thread(server.start)
        await _until(socket, ends_answer)
        page_after = await asyncio.to_thread(person.get, conversation)
        await send(socket, type="ask", question=LATER, request="second")
        await _until(socket, ends_answer)
    return while_away, page_after


async def _until(socket: ClientConnection, condition: Callable[[object], bool]) -> None:
    async with asyncio.timeout(60):
        async for fragment in socket:
            if condition(fragment):
                return


def evaluation(site: Site) -> list[str]:
    """Its state, how many questions are done, how many are not, and why it stopped."""
    return site.shell(EVALUATION).strip().split("|")


def test_a_page_says_so_while_it_is_away(story: Story) -> None:
    status, text = story.while_away
    assert (status, "does not answer at the moment" in unescape(text)) == (503, True)


def test_a_page_is_there_as_soon_as_it_is_back(story: Story) -> None:
    assert ASKED in story.page_after


def test_the_answer_that_was_being_written_is_stored(story: Story) -> None:
    assert story.episodes[0] == ["succeeded", "1", SQL, ""]


def test_the_next_question_on_the_same_socket_is_answered(story: Story) -> None:
    assert story.episodes[1] == ["succeeded", "1", "SELECT 2", ""]


def test_the_evaluation_goes_on_to_its_end(story: Story) -> None:
    state, done, waiting, message = story.evaluation
    assert (state, waiting, message) == ("done", "0", "")
    assert int(done) > 3


def test_the_worker_says_it_once_and_goes_on(story: Story) -> None:
    assert story.worker_ended is None
    assert story.worker_said.count("does not answer") == 1
    assert story.worker_said.count("answers again") == 1
