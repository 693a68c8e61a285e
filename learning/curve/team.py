"""A simulated team: it asks questions whose answers are known, judges what it gets, and lets the agent learn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from statistics import fmean

from asgiref.sync import async_to_sync, sync_to_async

from accounts.models import User
from agent.events import QueryOk
from agent.threads import execute
from datasources.engine import ResultSet
from datasources.models import Connection
from learning import warming
from learning.benchmark.examples import of_connection
from learning.benchmark.grading.grader import Gold, grade
from learning.benchmark.measuring import measure, without_examples
from learning.benchmark.outcome import Outcome
from learning.benchmark.policies import agent
from learning.benchmark.summary import summarize
from learning.benchmark.tasks import Task
from learning.curve import parts
from learning.curve.points import Point
from learning.curve.remarking import remark
from learning.endpoints import llm
from learning.feedback import remarks, verdicts
from learning.generations import changing, watching
from learning.models import Episode, Evaluation, Optimization, Remark
from learning.optimizing import steps as optimization_steps
from learning.optimizing import triggers
from learning.prompts import generation_of, prompt_of
from learning.recorder import answer, begin
from learning.skills import skills_of
from learning.verified import editing
from learning.verified.editing import Written

SOURCE = "learning curve"
"""The source of its statements, in the audit list."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`taught` questions are asked and judged, in this order; the `held` ones are asked before the first and after
    every so many (`every`), and nothing is learned from them. `at_once`: so many of these at a time. Of the `verified`
    ones a curator writes the SQL before the first is asked."""

    taught: Sequence[Task]
    held: Sequence[Task]
    verified: Sequence[Task]
    every: int
    attempts: int
    seed: int
    at_once: int = 1


class Team:
    """Of one person, who is its curator, too."""

    def __init__(
        self, connection: Connection, person: User, variant: str, plan: Plan, tell: Callable[[str], None] = print
    ) -> None:
        self.connection = connection
        self.person = person
        self.variant = variant
        self.plan = plan
        self._tell = tell
        self.parts = parts.VARIANTS[variant]
        self.correct = 0
        self._learning_seconds = 0.0
        self._optimizations: list[Optimization] = []

    def points(self) -> Iterator[Point]:
        """One before anything is learned, then one after every so many questions. Raises Outage, BadGold and
        SQLError."""
        first = self._measured(0)
        yield first
        if not self.parts:
            # Nothing changes, so nothing has to be asked again.
            steps = range(self.plan.every, len(self.plan.taught) + 1, self.plan.every)
            yield from (replace(first, asked=number, seconds=0.0, tokens=0) for number in steps)
            return
        for task in self.plan.verified:
            editing.add(self.connection, self.person, Written(task.asked, task.gold[0]))
        for number, task in enumerate(self.plan.taught, start=1):
            started = time.perf_counter()
            self._live(task)
            self._learning_seconds += time.perf_counter() - started
            if number % self.plan.every == 0:
                yield self._measured(number)

    def _live(self, task: Task) -> None:
        """One question: asked, judged, remarked on, and learned from by what is on."""
        record, is_right = async_to_sync(ask)(self.connection, self.person, task, self.plan.seed)
        if is_right is not None:
            self.correct += is_right
            verdicts.give(record, self.person, is_right)
        if parts.REMARKS in self.parts and is_right is False:
            self._remark(record, task)
        if parts.GEPA in self.parts:
            watching.look(self.connection.pk)
            begun = triggers.consider(self.connection.pk)
            if begun:
                self._optimize(begun)
        if warming.is_warming(self.connection):
            # Nobody else does it here, and the next question would wait for it.
            warming.warm(self.connection, everywhere=False)

    def _remark(self, record: Episode, task: Task) -> None:
        said = remark(task.question, record.sql, task.gold[0], self.connection.dialect)
        given = remarks.give(record, self.person, said) if said else None
        if given and given.state == Remark.State.PENDING:
            remarks.accept(given, self.person)

    def _optimize(self, begun: Optimization) -> None:
        """Here and now, as no worker is at hand. What is better but not clearly so is put to use, as a curator would
        who believes the figures; the watch goes on."""
        while (after := optimization_steps.step(begun.pk, begun.run)) is not None:
            time.sleep(after.total_seconds())
        begun.refresh_from_db()
        self._optimizations.append(begun)
        outcome = begun.get_outcome_display() or begun.get_state_display()
        self._tell(f"  optimization: {outcome}. {begun.message} ({begun.calls} questions, {begun.seconds:.0f} s)")
        if begun.outcome == Optimization.Outcome.PROPOSED and (proposed := begun.generations.first()):
            changing.promote(proposed, self.person, "The figures are better.")

    def _measured(self, asked: int) -> Point:
        outcomes = async_to_sync(self._outcomes)()
        summary = summarize(outcomes)
        return Point(
            variant=self.variant,
            database=self.connection.name,
            asked=asked,
            correct=self.correct,
            questions=len(outcomes),
            right=summary.right,
            valid_first=sum(outcome.first_ran for outcome in outcomes),
            valid=sum(outcome.ran for outcome in outcomes),
            attempts=fmean([len(outcome.attempts) for outcome in outcomes] or [0.0]),
            verified=self.connection.verified_queries.filter(state="active").count(),
            rules=self.connection.remarks.rules().count(),
            generation=generation_of(self.connection),
            seconds=sum(outcome.seconds for outcome in outcomes),
            tokens=sum(one.prompt_tokens - one.cached_tokens + one.completion_tokens for one in outcomes),
            learning_seconds=self._learning_seconds,
            optimizations=len(self._optimizations),
            optimization_calls=sum(run.calls for run in self._optimizations),
            optimization_tokens=sum(run.tokens for run in self._optimizations),
            right_ids=tuple(outcome.task for outcome in outcomes if outcome.is_right),
        )

    async def _outcomes(self) -> list[Outcome]:
        """Of the held-out questions, in their order."""
        policy = Evaluation.Policy.LEARNED if parts.BANDIT in self.parts else Evaluation.Policy.FIXED
        shown = of_connection(self.connection) if parts.VERIFIED in self.parts else without_examples
        model = llm(self.connection, seed=self.plan.seed)
        asked = agent(
            model,
            policy,
            self.plan.attempts,
            self.connection,
            seed=self.plan.seed,
            examples=shown,
            skills=await sync_to_async(skills_of)(self.connection),
        )
        asked_with = await sync_to_async(prompt_of)(self.connection)
        turn = asyncio.Semaphore(self.plan.at_once)

        async def one(task: Task) -> Outcome:
            async with turn:
                with closing(await sync_to_async(self.connection.database)(None, SOURCE)) as database:
                    return (await measure(task, database, asked_with, asked)).outcome

        return list(await asyncio.gather(*(one(task) for task in self.plan.held)))


async def ask(connection: Connection, person: User, task: Task, seed: int | None = None) -> tuple[Episode, bool | None]:
    """As the person asks it; None where it is not answered, else whether the answer is right."""
    model = llm(connection, seed=seed)
    record = await sync_to_async(begin)(connection, task.asked, llm=model, source=Episode.Source.COMMAND, user=person)
    rows: ResultSet | None = None
    async for event in answer(record, model):
        if isinstance(event, QueryOk):
            rows = event.result
    if record.status != Episode.Status.SUCCEEDED or rows is None:
        return record, None
    return record, await _is_right(connection, task, rows)


async def _is_right(connection: Connection, task: Task, rows: ResultSet) -> bool:
    with closing(await sync_to_async(connection.database)(None, SOURCE)) as database:
        golds = [Gold.of(sql, database.dialect, await execute(database, sql)) for sql in task.gold]
    return grade(rows, golds, ordered=task.ordered, extra_columns=task.extra_columns).is_right
