"""Many questions: in which order, how many at once, and what an outage does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from agent.llm import GREEDY, LLM, Finished, Message, Sampling, TextDelta
from agent.policy import FixedPolicy
from agent.scripted import ScriptedLLM
from learning.benchmark.command.evaluating import evaluate
from learning.benchmark.command.places import Key, Place, of_files_and_servers
from learning.benchmark.measuring import Agent, Outage
from learning.benchmark.outcome import Outcome
from learning.benchmark.tasks import Task

GOOD = {"when_re": ".", "text": "```sql\nSELECT name FROM products\n```"}
DOWN = {"status": 401, "error": "no", "times": 1}


def task(name: str, database: str = "shop", gold: str = "SELECT name FROM products") -> Task:
    return Task(name, f"Question {name}?", (gold,), database=database, dialect="sqlite")


TASKS = [task("one"), task("two", "town"), task("three"), task("four", "town")]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, shop_path: Path) -> Path:
    """Two databases that hold the same."""
    directory = tmp_path_factory.mktemp("databases")
    for name in ("shop.db", "town.db"):
        copy(shop_path, directory / name)
    return directory


@pytest.fixture(scope="module")
def places(directory: Path) -> dict[Key, Place]:
    return of_files_and_servers(TASKS, directory, ())


class Told:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.bad: dict[str, str] = {}
        self.pauses: list[float] = []

    @property
    def tasks(self) -> list[str]:
        return [outcome.task for outcome in self.outcomes]

    def done(self, task: Task, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def not_graded(self, task: Task, why: str) -> None:
        self.bad[task.id] = why

    def waits(self, why: str, seconds: float) -> None:
        self.pauses.append(seconds)


class Together:
    """A model that answers only when so many have asked: each waits for the others."""

    model = "together"

    def __init__(self, count: int) -> None:
        self._all_here = asyncio.Barrier(count)
        self._scripted = ScriptedLLM([GOOD])

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[TextDelta | Finished]:
        await self._all_here.wait()
        async for item in self._scripted.stream(messages, max_tokens=max_tokens, sampling=sampling):
            yield item


def asking(llm: LLM) -> Agent:
    return Agent(llm, lambda task: FixedPolicy(), 1)


async def test_each_is_told_as_it_ends(places: dict[Key, Place]) -> None:
    told = Told()
    await evaluate(TASKS[:1], places, asking(ScriptedLLM([GOOD])), told)
    assert [(outcome.task, outcome.is_right) for outcome in told.outcomes] == [("one", True)]


async def test_they_are_asked_by_database_and_else_in_their_order(places: dict[Key, Place]) -> None:
    told = Told()
    await evaluate(TASKS, places, asking(ScriptedLLM([GOOD])), told)
    assert told.tasks == ["one", "three", "two", "four"]


async def test_several_are_asked_at_once(places: dict[Key, Place]) -> None:
    told = Told()
    await evaluate(TASKS, places, asking(Together(2)), told, parallel=2)
    assert sorted(told.tasks) == ["four", "one", "three", "two"]


async def test_more_workers_than_questions_do_no_harm(places: dict[Key, Place]) -> None:
    told = Told()
    await evaluate(TASKS[:1], places, asking(ScriptedLLM([GOOD])), told, parallel=9)
    assert told.tasks == ["one"]


async def test_a_gold_that_does_not_run_is_told_and_the_others_are_asked(places: dict[Key, Place]) -> None:
    told = Told()
    tasks = [replace(TASKS[0], gold=("SELECT title FROM products",)), TASKS[2]]
    await evaluate(tasks, places, asking(ScriptedLLM([GOOD])), told)
    assert told.tasks == ["three"]
    assert "no such column: title" in told.bad["one"]


async def test_an_outage_at_the_start_is_no_reason_to_wait(places: dict[Key, Place]) -> None:
    told = Told()
    with pytest.raises(Outage):
        await evaluate(TASKS, places, asking(ScriptedLLM([DOWN, GOOD])), told)
    assert (told.tasks, told.pauses) == ([], [])


async def test_an_outage_later_is_waited_for(places: dict[Key, Place]) -> None:
    told = Told()
    once = {**GOOD, "times": 1}
    await evaluate(TASKS[:3], places, asking(ScriptedLLM([once, DOWN, DOWN, GOOD])), told, pauses=(0.0, 0.001, 9.0))
    assert told.tasks == ["one", "three", "two"]
    assert told.pauses == [0.0, 0.001]


async def test_an_outage_that_lasts_ends_it_and_nothing_is_counted_for_its_question(places: dict[Key, Place]) -> None:
    told = Told()
    llm = ScriptedLLM([{**GOOD, "times": 1}, DOWN, DOWN, DOWN])
    with pytest.raises(Outage, match="refused the key"):
        await evaluate(TASKS, places, asking(llm), told, pauses=(0.0, 0.0))
    assert told.tasks == ["one"]


async def test_a_database_that_is_gone_is_an_outage(directory: Path, shop_path: Path, tmp_path: Path) -> None:
    copy(shop_path, tmp_path / "shop.db")
    places = of_files_and_servers([TASKS[0]], tmp_path, ())
    (tmp_path / "shop.db").unlink()
    with pytest.raises(Outage, match="could not be opened"):
        await evaluate([TASKS[0]], places, asking(ScriptedLLM([GOOD])), Told())


async def test_when_it_is_cancelled_nothing_goes_on(places: dict[Key, Place]) -> None:
    told, llm = Told(), ScriptedLLM([{"when_re": ".", "hang": True}])
    running = asyncio.create_task(evaluate(TASKS, places, asking(llm), told, parallel=2))
    while len(llm.asked) < 2:
        await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (told.tasks, len(llm.asked)) == ([], 2)
    assert asyncio.all_tasks() == {asyncio.current_task()}
