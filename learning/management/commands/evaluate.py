"""`manage.py evaluate`: how good the agent is, by questions whose right results are known."""

from __future__ import annotations

import asyncio
import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from agent.skills import PARTS, parsed
from datasources.dsn import BadDSN, ServerAddress
from datasources.models import Connection
from learning.benchmark.command import places
from learning.benchmark.command.evaluating import evaluate
from learning.benchmark.command.paired import Pair
from learning.benchmark.command.planning import NoPlan, Options, Plan, plan
from learning.benchmark.command.progress import Progress
from learning.benchmark.command.records import BadRecord, writing
from learning.benchmark.command.report import Report
from learning.benchmark.command.sources import VERIFIED
from learning.benchmark.measuring import Outage
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.tasks import Difficulty, Part
from learning.management.commands.ask import find_connection, printable
from learning.models import Evaluation

OUTAGE, STOPPED = 2, 130
"""How the command ends when the model or a database stays away, and when somebody stops it. Else 1, when something
could not be graded or done."""

_SAME = (
    "sample",
    "limit",
    "model",
    "generation",
    "policy",
    "learning",
    "attempts",
    "seed",
    "examples",
    "skills",
    "readings",
)
"""Those that are called the same in the plan's Options."""

Add = Callable[..., object]
"""argparse's add_argument."""


class Command(BaseCommand):
    help = (
        "Ask questions whose right results are known, and say how good the answers are: the built-in questions on the "
        "sample database, the verified queries of another connection, or those of a file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        _which_questions(parser.add_argument_group("which questions").add_argument)
        _who_is_asked(parser.add_argument_group("who is asked").add_argument)
        _what_comes_of_it(parser.add_argument_group("what comes of it").add_argument)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["compare"]:
                self._print(Pair.of(*options["compare"]), as_json=options["json"])
            else:
                self._evaluate(options)
        except (NoPlan, BadRecord) as error:
            raise CommandError(printable(str(error))) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped before the first question.", returncode=STOPPED) from None

    def _evaluate(self, options: dict[str, Any]) -> None:
        planned = plan(_options(options))
        keeping = writing(options["out"], planned.setup) if options["out"] else nullcontext()
        with keeping as record:
            if planned.note:
                self._say(planned.note)
            progress = Progress(planned.tasks, record, self._say)
            if planned.setup.learning and progress.outcomes and progress.left:
                self._say("What the policy learned from them is forgotten: it goes on from what is stored.")
            stopped = self._ask(planned, progress, options["parallel"])
        if not stopped or (progress.outcomes and not options["out"]):
            self._print(_report(planned, progress), as_json=options["json"])
        if stopped:
            raise CommandError(printable(_stopped(stopped, progress, options["out"])), returncode=stopped.code)
        if progress.not_gradable:
            raise CommandError("Some questions could not be graded: their gold SQL does not run.")

    def _ask(self, planned: Plan, progress: Progress, parallel: int) -> _Stopped | None:
        work = evaluate(progress.left, planned.places, planned.agent, progress, parallel=parallel)
        try:
            asyncio.run(work)
        except Outage as outage:
            return _Stopped(outage.message, OUTAGE)
        except KeyboardInterrupt:
            return _Stopped("Stopped.", STOPPED)
        return None

    def _print(self, found: Report | Pair, *, as_json: bool) -> None:
        self.stdout.write(printable(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else found.to_text()))

    def _say(self, line: str) -> None:
        self.stderr.write(printable(line), style_func=str)
        self.stderr.flush()


def _which_questions(add: Add) -> None:
    add("dataset", nargs="?", type=Path, help="a JSONL file of questions; without it, those of a connection")
    add("--databases", type=Path, metavar="DIR", help="where the file's SQLite and DuckDB databases are")
    add(
        "--server",
        type=_server,
        action="append",
        metavar="DSN",
        help="where its PostgreSQL or MySQL databases are: postgres://user:password@host/ (one of each kind)",
    )
    add(
        "--connection",
        metavar="NAME|NUMBER",
        help="ask its verified queries; the sample, which is asked without it, has the built-in questions",
    )
    add(
        "--part",
        choices=[*(part.value for part in Part), VERIFIED, "all"],
        default="all",
        help="of the built-in questions, or of the sample connection its verified queries",
    )
    levels = [each.value for each in Difficulty]
    add("--difficulty", nargs="+", choices=levels, metavar="DIFFICULTY", help=", ".join(levels))
    add("--sample", type=_whole(1), metavar="N", help="so many questions at random")
    add("--limit", type=_whole(1), metavar="N", help="only the first so many")


def _who_is_asked(add: Add) -> None:
    policies, numbers = Evaluation.Policy, range(1, MOST_ATTEMPTS + 1)
    add("--model", default="", help="another model at the configured endpoint")
    add("--generation", type=_whole(0), help="of the prompt; the active one without it")
    add("--policy", choices=policies.values, default=policies.LEARNED, help="how repairs are chosen (learned)")
    add("--learning", action="store_true", help="the learned policy learns from question to question; not kept")
    add("--attempts", type=int, choices=numbers, default=MOST_ATTEMPTS, help="at most for each question (%(default)s)")
    add(
        "--examples",
        type=_whole(0),
        metavar="N",
        help="show at most N similar questions with their SQL, never the question itself: on a connection verified "
        "queries (as in the chat without it), with a file its other questions on the same database (0 without it)",
    )
    add("--skills", type=_skills, metavar="NAMES", help=f"any of {', '.join(PARTS)}, or none; as the settings say")
    add("--readings", type=_whole(1), metavar="N", help="how often each is read at most; as the settings say")
    add("--seed", type=_whole(0), help="of the sample, the random policy and the model's own sampling")
    add("--parallel", type=_whole(1), default=1, metavar="N", help="questions at once (%(default)s)")


def _what_comes_of_it(add: Add) -> None:
    add("--json", action="store_true", help="the report as one JSON object")
    add("--out", type=Path, metavar="FILE", help="keep each outcome as a line; run again to go on")
    add("--compare", nargs=2, type=Path, metavar="FILE", help="say whether the second of two kept ones is better")


def _skills(text: str) -> list[str]:
    try:
        return parsed(text)
    except ValueError as error:
        raise ArgumentTypeError(f"must be {error}") from None


@dataclass(frozen=True)
class _Stopped:
    """Why not everything was asked, and how the command ends then."""

    why: str
    code: int


def _stopped(stopped: _Stopped, progress: Progress, out: Path | None) -> str:
    done = f"{len(progress.outcomes)} of {len(progress.tasks)} questions are done"
    if out is None:
        return f"{stopped.why}\n{done}. With --out FILE they would be kept, to go on from there."
    return f"{stopped.why}\n{done} and kept in {out}: run the same command again to go on."


def _report(planned: Plan, progress: Progress) -> Report:
    return Report(planned.setup, planned.tasks, progress.in_order, progress.not_gradable, planned.parts)


def _options(given: dict[str, Any]) -> Options:
    """Raises NoPlan for options that do not go together."""
    of_a_file = {"--databases": given["databases"], "--server": given["server"]}
    of_connections = {"--connection": given["connection"], "--part": given["part"] != "all"}
    file = given["dataset"]
    for name, value in (of_connections if file else of_a_file).items():
        if value:
            raise NoPlan(f"{name} goes {'without' if file else 'with'} a file of questions.")
    if given["learning"] and given["policy"] != Evaluation.Policy.LEARNED:
        raise NoPlan("--learning is for the learned policy.")
    return Options(
        file=file,
        directory=given["databases"],
        servers=given["server"] or (),
        connection=None if file else _connection(given["connection"]),
        part="" if given["part"] == "all" else given["part"],
        difficulties=given["difficulty"] or (),
        **{name: given[name] for name in _SAME},
    )


def _connection(wanted: str | None) -> Connection | None:
    """By number or name; without one the first sample, if there is any."""
    if wanted:
        return find_connection(wanted)
    try:
        return Connection.objects.of_people().filter(is_sample=True).order_by("pk").first()
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
