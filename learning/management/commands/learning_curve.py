"""`manage.py learning_curve`: does the agent get better the more a team uses it? Measured, with learning on and off."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from datasources.dsn import BadDSN, ServerAddress
from datasources.errors import SQLError
from datasources.models import Connection
from learning.benchmark.command import dataset, places
from learning.benchmark.command.dataset import BadDataset
from learning.benchmark.command.measured_model import MeasuredModel, NoSuchModel
from learning.benchmark.command.places import NotThere
from learning.benchmark.measuring import BadGold, Outage
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.tasks import Part, Task, built_in
from learning.curve import scratch
from learning.curve.parts import NAMES, VARIANTS
from learning.curve.plot import svg
from learning.curve.points import Point, as_csv, together
from learning.curve.scratch import Broke
from learning.curve.team import Plan, Team
from learning.management.commands.ask import printable
from learning.optimizing import running

SAMPLE = "sample"
_NAME = "learning_curve"
_NUMBERS = ("taught", "held", "verified", "every", "attempts", "seed")


class Command(BaseCommand):
    help = (
        "Simulate a team that asks questions whose answers are known, judges what it gets and remarks on it; measure "
        "from time to time on questions that nothing was told about. With learning off, each part of it alone, and "
        "all. What optimizations may do is as the settings say (GEPA_OPTIMIZE_EVERY, GEPA_MAX_CALLS, GEPA_EVOLVES)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("dataset", nargs="?", type=Path, help="a JSONL file of questions; without it, the built-in ones")
        add("--databases", type=Path, metavar="DIR", help="where the file's SQLite and DuckDB databases are")
        add("--server", metavar="DSN", help="where its PostgreSQL or MySQL databases are")
        add("--database", action="append", metavar="NAME", help="only the questions on this one (may be repeated)")
        add("--variant", action="append", choices=list(VARIANTS), help="only this one (may be repeated)")
        add("--taught", type=int, default=20, metavar="N", help="questions that the team asks and judges (%(default)s)")
        add("--held", type=int, default=20, metavar="N", help="questions that are held out (%(default)s)")
        add("--verified", type=int, default=0, metavar="N", help="others whose SQL a curator writes before the first")
        add("--every", type=int, default=5, metavar="N", help="measure after so many questions (%(default)s)")
        add("--attempts", type=int, choices=range(1, MOST_ATTEMPTS + 1), default=MOST_ATTEMPTS)
        add("--seed", type=int, default=1)
        add("--out", type=Path, default=Path(), metavar="DIR", help="where CSV, JSON and SVG are written (here)")
        add("--inside", metavar="VARIANT", help="for its own use: one variant, in an empty application database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = _chosen(options)
            if options["inside"]:
                self._inside(chosen, options)
            else:
                self._outside(chosen, options)
        except (BadDataset, BadDSN, NoSuchModel, NotThere, Broke) as error:
            raise CommandError(printable(str(error))) from None
        except (Outage, BadGold, SQLError) as error:
            raise CommandError(printable(error.message)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was measured is kept: run it again to go on.", returncode=130) from None

    def _outside(self, chosen: Sequence[_Lessons], options: dict[str, Any]) -> None:
        model = MeasuredModel.of("", None)
        kept = _Kept.of(options["out"], _setup(chosen, options, model.name))
        for lessons in chosen:
            for variant in options["variant"] or VARIANTS:
                if kept.has(lessons, variant):
                    continue
                self.stderr.write(f"{lessons.database}, {NAMES[variant]}")
                self._run(lessons, variant, options, kept)
        self.stdout.write(_table(kept.points))
        self.stdout.write(f"Written: {', '.join(str(path) for path in kept.paths)}")

    def _run(self, lessons: _Lessons, variant: str, options: dict[str, Any], kept: _Kept) -> None:
        own = [options["databases"]] if options["databases"] else []
        found = []
        with scratch.place(own=own) as environment:
            for point in scratch.run(_arguments(lessons, variant, options), environment):
                self.stderr.write(f"  after {point.asked}: {point.right} of {point.questions} right")
                found.append(point)
        kept.add(found)

    def _inside(self, chosen: Sequence[_Lessons], options: dict[str, Any]) -> None:
        [lessons] = chosen
        team, person = scratch.prepare()
        if lessons.database == SAMPLE and not options["dataset"]:
            connection = scratch.sample_of(team)
        else:
            connection = _connected(team, lessons, options)
        plan = Plan(
            taught=lessons.taught,
            held=lessons.held,
            verified=lessons.verified,
            every=options["every"],
            attempts=options["attempts"],
            seed=options["seed"],
            at_once=settings.LOCAL_MODEL_SLOTS if settings.LLM_ENDPOINT.local else 4,
        )
        for point in Team(connection, person, options["inside"], plan, self.stderr.write).points():
            self.stdout.write(scratch.told(point))
            self.stdout.flush()


@dataclass(frozen=True, slots=True)
class _Lessons:
    """The questions on one database: those that are taught, in their order, those that are held out, and those whose
    SQL is known from the start."""

    database: str
    dialect: str
    taught: Sequence[Task]
    held: Sequence[Task]
    verified: Sequence[Task]

    @property
    def tasks(self) -> list[Task]:
        return [*self.taught, *self.held, *self.verified]


_ByDatabase = dict[tuple[str, str], tuple[Sequence[Task], Sequence[Task]]]


def _chosen(options: dict[str, Any]) -> list[_Lessons]:
    """By the seed, so that every variant has the same. Of the built-in ones those for reporting are held out, and those
    that an optimization validates by are neither held out nor taught. Raises BadDataset."""
    if not options["dataset"]:
        others, held = built_in(Part.BENCHMARK), built_in(Part.REPORTING)
        by_database: _ByDatabase = {
            (SAMPLE, "sqlite"): (_shuffled(others, SAMPLE, options), _shuffled(held, SAMPLE, options))
        }
    else:
        by_database = _by_database(dataset.read(options["dataset"]), options)
    wanted = options["database"]
    made = [
        _lessons(name, dialect, others, held, options)
        for (name, dialect), (others, held) in by_database.items()
        if not wanted or name in wanted
    ]
    if not made:
        raise BadDataset(
            f"There are no questions on {', '.join(wanted)}; there are some on "
            f"{', '.join(name for name, _ in by_database)}."
        )
    return made


def _by_database(tasks: Sequence[Task], options: dict[str, Any]) -> _ByDatabase:
    """Of each, first those that are not held out."""
    found: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        found.setdefault((task.database, task.dialect), []).append(task)
    shuffled = {key: _shuffled(same, key[0], options) for key, same in found.items()}
    return {key: (same[options["held"] :], same[: options["held"]]) for key, same in shuffled.items()}


def _shuffled(tasks: Sequence[Task], database: str, options: dict[str, Any]) -> list[Task]:
    shuffled = list(tasks)
    Random(f"{options['seed']} {database}").shuffle(shuffled)  # noqa: S311 - the same for every variant
    return shuffled


def _lessons(
    name: str, dialect: str, others: Sequence[Task], held: Sequence[Task], options: dict[str, Any]
) -> _Lessons:
    """Raises BadDataset where there are too few."""
    verified, taught = others[: options["verified"]], others[options["verified"] :][: options["taught"]]
    if len(taught) < options["every"] or not held:
        raise BadDataset(
            f"{name} has {len(others) + len(held)} questions: too few to hold out {options['held']}, verify "
            f"{options['verified']} and teach {options['every']}. "
            "Choose smaller numbers with --held, --verified and --every, or other databases with --database."
        )
    return _Lessons(name, dialect, taught, held[: options["held"]], verified)


def _connected(team: Any, lessons: _Lessons, options: dict[str, Any]) -> Connection:
    """Raises NotThere, BadDSN and SQLError."""
    if options["server"]:
        address: ServerAddress = replace(places.server(options["server"]), database=lessons.database)
        return scratch.server_of(team, lessons.database, address)
    path = places.path_of((lessons.dialect, lessons.database), options["databases"])
    return scratch.file_of(team, lessons.database, lessons.dialect, path)


def _arguments(lessons: _Lessons, variant: str, options: dict[str, Any]) -> list[str]:
    given = [str(options["dataset"].resolve())] if options["dataset"] else []
    if options["databases"]:
        given += ["--databases", str(options["databases"].resolve())]
    if options["server"]:
        given += ["--server", options["server"]]
    for name in _NUMBERS:
        given += [f"--{name}", str(options[name])]
    return [*given, "--database", lessons.database, "--inside", variant]


def _setup(chosen: Sequence[_Lessons], options: dict[str, Any], model: str) -> dict[str, Any]:
    """What makes points comparable: with another one they are not mixed."""
    questions = [[task.id, task.asked, *task.gold] for one in chosen for task in one.tasks]
    digest = sha256(json.dumps(questions).encode()).hexdigest()
    optimizing = {
        "optimize_every": settings.GEPA_OPTIMIZE_EVERY,
        "max_calls": settings.GEPA_MAX_CALLS,
        "evolves": running.usual_evolves(None),
    }
    return {"model": model, "questions": digest, **{name: options[name] for name in _NUMBERS}, **optimizing}


@dataclass
class _Kept:
    """The files of one learning curve; a variant is in them once it is whole."""

    directory: Path
    setup: dict[str, Any]
    points: list[Point]

    @classmethod
    def of(cls, directory: Path, setup: dict[str, Any]) -> _Kept:
        """With the points that are there. Raises Broke where they are of another setup."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{_NAME}.json"
        if not path.exists():
            return cls(directory, setup, [])
        try:
            found = json.loads(path.read_text())
            points = [Point.of_json(point) for point in found["points"]]
        except (ValueError, KeyError, TypeError):
            raise Broke(f"{path} is no learning curve. Choose another directory with --out.") from None
        if found["setup"] != setup:
            raise Broke(f"{path} was measured otherwise: {_differences(found['setup'], setup)}. Choose another --out.")
        return cls(directory, setup, points)

    @property
    def paths(self) -> list[Path]:
        return [self.directory / f"{_NAME}.{ending}" for ending in ("csv", "json", "svg")]

    def has(self, lessons: _Lessons, variant: str) -> bool:
        return any((point.database, point.variant) == (lessons.database, variant) for point in self.points)

    def add(self, points: Sequence[Point]) -> None:
        self.points += points
        shown = together(self.points)
        texts = (
            as_csv(self.points),
            json.dumps({"setup": self.setup, "points": [point.as_json() for point in self.points]}, indent=1),
            svg(shown, f"Learning curve: {self.setup['model']}, {shown[0].database if shown else ''}"),
        )
        for path, text in zip(self.paths, texts, strict=True):
            path.write_text(text)


def _differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    return ", ".join(f"{name} {before.get(name)} and now {now[name]}" for name in now if before.get(name) != now[name])


def _table(points: Sequence[Point]) -> str:
    return "\n".join(_lines(together(points)))


def _lines(points: Sequence[Point]) -> Iterator[str]:
    asked = sorted({point.asked for point in points})
    yield f"{'right of those held out, after':32}" + "".join(f"{number:>12}" for number in asked)
    known = {(point.variant, point.asked): point for point in points}
    for variant in VARIANTS:
        row = [known.get((variant, number)) for number in asked]
        if any(row):
            yield f"{NAMES[variant]:32}" + "".join(
                f"{f'{point.right} of {point.questions}' if point else '':>12}" for point in row
            )
