"""`manage.py evaluate`: how good the agent is, by questions whose right results are known."""

from __future__ import annotations

import asyncio
import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from datasources.dsn import BadDSN, ServerAddress
from datasources.models import Connection
from learning.benchmark import places
from learning.benchmark.evaluating import evaluate
from learning.benchmark.measuring import Outage
from learning.benchmark.outcome import Outcome
from learning.benchmark.planning import NotPossible, Plan, Wanted, plan
from learning.benchmark.policies import Choice
from learning.benchmark.records import BadRecord, Record, writing
from learning.benchmark.report import WIDTH, Report
from learning.benchmark.tasks import Difficulty, Part, Task
from learning.management.commands.ask import find_connection, printable

OUTAGE, STOPPED = 2, 130
"""How the command ends when the model or a database stays away, and when somebody stops it. Else 1, when something
could not be graded or done."""


class Command(BaseCommand):
    help = (
        "Ask questions whose right results are known, and say how good the answers are: the built-in questions on the "
        "sample database, or those of a file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("dataset", nargs="?", type=Path, help="a JSONL file of questions; without it, the built-in ones")
        add("--databases", type=Path, metavar="DIR", help="where the file's SQLite and DuckDB databases are")
        add(
            "--server",
            type=_server,
            action="append",
            metavar="DSN",
            help="where its PostgreSQL or MySQL databases are: postgres://user:password@host/ (one of each kind)",
        )
        add("--connection", metavar="NAME|NUMBER", help="the sample connection, where there are several")
        add("--part", choices=[*Part, "all"], default="all", help="of the built-in questions")
        add("--difficulty", nargs="+", choices=list(Difficulty), metavar="DIFFICULTY", help="easy, medium, hard")
        add("--model", default="", help="another model at the configured endpoint")
        add("--generation", type=_whole(0), help="of the prompt; the active one without it")
        add("--policy", choices=Choice.values, default=Choice.LEARNED, help="how repairs are chosen (learned)")
        add("--learning", action="store_true", help="the learned policy learns from question to question; not kept")
        add("--attempts", type=int, choices=range(1, 6), default=5, help="at most for each question (5)")
        add("--sample", type=_whole(1), metavar="N", help="so many questions at random")
        add("--limit", type=_whole(1), metavar="N", help="only the first so many")
        add("--seed", type=_whole(0), help="of the sample, the random policy and the model's own sampling")
        add("--parallel", type=_whole(1), default=1, metavar="N", help="questions at once (1)")
        add("--json", action="store_true", help="the report as one JSON object")
        add("--out", type=Path, metavar="FILE", help="keep each outcome as a line; run again to go on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            planned = plan(_wanted(options))
            with writing(options["out"], planned.setup) if options["out"] else nullcontext() as record:
                progress = _Progress(planned, record, self._say)
                self._run(planned, progress, options)
        except (NotPossible, BadRecord) as error:
            raise CommandError(printable(str(error))) from None

    def _run(self, planned: Plan, progress: _Progress, options: dict[str, Any]) -> None:
        work = evaluate(progress.left, planned.places, planned.agent, progress, parallel=options["parallel"])
        try:
            asyncio.run(work)
        except Outage as outage:
            self._stop(progress, options, outage.message, OUTAGE)
        except KeyboardInterrupt:
            self._stop(progress, options, "Stopped.", STOPPED)
        self._report(progress.report(), as_json=options["json"])
        if progress.ungraded:
            raise CommandError("Some questions could not be graded: their gold SQL does not run.")

    def _stop(self, progress: _Progress, options: dict[str, Any], why: str, code: int) -> None:
        """What is done is kept in the file; without one, it is reported now or never."""
        if options["out"]:
            then = f"{options['out']} keeps them: run the same command again to go on."
        else:
            self._report(progress.report(), as_json=options["json"])
            then = "With --out FILE they would be kept."
        done = f"{len(progress.outcomes)} of {len(progress.tasks)} questions are done. {then}"
        raise CommandError(printable(f"{why}\n{done}"), returncode=code)

    def _report(self, report: Report, *, as_json: bool) -> None:
        text = json.dumps(report.to_dict(), ensure_ascii=False) if as_json else report.to_text()
        self.stdout.write(printable(text))

    def _say(self, line: str) -> None:
        self.stderr.write(printable(line), style_func=str)
        self.stderr.flush()


def _wanted(options: dict[str, Any]) -> Wanted:
    """Raises NotPossible for options that do not go together."""
    of_a_file = {"--databases": options["databases"], "--server": options["server"]}
    of_built_in = {"--connection": options["connection"], "--part": options["part"] != "all"}
    file = options["dataset"]
    for name, value in (of_built_in if file else of_a_file).items():
        if value:
            raise NotPossible(f"{name} goes {'without' if file else 'with'} a file of questions.")
    if options["learning"] and options["policy"] != Choice.LEARNED:
        raise NotPossible("--learning is for the learned policy.")
    return Wanted(
        file=file,
        directory=options["databases"],
        servers=options["server"] or (),
        connection=None if file else _sample(options["connection"]),
        part="" if options["part"] == "all" else options["part"],
        difficulties=options["difficulty"] or (),
        **{name: options[name] for name in _SAME},
    )


_SAME = ("sample", "limit", "model", "generation", "policy", "learning", "attempts", "seed")


def _sample(wanted: str | None) -> Connection | None:
    """The sample connection, by default the first."""
    if wanted:
        return find_connection(wanted)
    try:
        return Connection.objects.filter(is_sample=True).order_by("pk").first()
    except DatabaseError:
        return None


def _server(dsn: str) -> ServerAddress:
    try:
        return places.server(dsn)
    except BadDSN as error:
        raise ArgumentTypeError(str(error)) from None


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) < least:
            raise ArgumentTypeError(f"{text[:40]} is no whole number from {least} on")
        return int(text)

    return read


class _Progress:
    """Keeps and prints what happens; a listener of `evaluate`."""

    def __init__(self, planned: Plan, record: Record | None, say: Callable[[str], None]) -> None:
        self.tasks = planned.tasks
        self.ungraded: dict[str, str] = {}
        self._plan = planned
        self._record = record
        self._say = say
        before = record.outcomes if record else {}
        self.outcomes = {task.id: before[task.id] for task in self.tasks if task.id in before}
        self.left = [task for task in self.tasks if task.id not in before]
        if self.outcomes:
            self._say(f"{len(self.outcomes)} of {len(self.tasks)} questions are done already.")

    def done(self, task: Task, outcome: Outcome) -> None:
        self.outcomes[task.id] = outcome
        if self._record:
            self._record.add(task, outcome)
        attempts = len(outcome.attempts)
        tries = f"{attempts} attempt{'' if attempts == 1 else 's'}"
        verdict = "right" if outcome.is_right else "wrong"
        self._line(task, f"{verdict}  {tries:<10}  {outcome.seconds:6.1f} s", outcome.why or task.question)

    def not_graded(self, task: Task, why: str) -> None:
        self.ungraded[task.id] = why
        self._line(task, "not graded", why)

    def waits(self, why: str, seconds: float) -> None:
        self._say(f"{why} Trying again in {seconds:g} seconds.")

    def report(self) -> Report:
        outcomes = [self.outcomes[task.id] for task in self.tasks if task.id in self.outcomes]
        return Report(self._plan.setup, self.tasks, outcomes, self.ungraded, self._plan.parts)

    def _line(self, task: Task, what: str, words: str) -> None:
        count = len(self.outcomes) + len(self.ungraded)
        line = f"{count:>{len(str(len(self.tasks)))}}/{len(self.tasks)}  {what}  {task.id}  {' '.join(words.split())}"
        self._say(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")
