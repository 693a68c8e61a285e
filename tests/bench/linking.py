"""Whether the tables that a question needs are shown, in databases padded to 300 tables: recall, tokens, time.

`--questions` and `--databases` name a file of questions and the directory of their SQLite databases; without them it is
the built-in tasks on the sample database.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from agent.budget import Budget, tokens
from agent.linking import tables_of
from agent.prompt import Prompt, seed
from datasources.column_values import put_in, read_values
from datasources.engine import SqliteDatabase
from datasources.introspect import Schema
from datasources.models import Connection
from learning.benchmark.command.dataset import read
from learning.benchmark.command.places import path_of
from learning.benchmark.tasks import Task, built_in
from tests.bench.figures import Figure, percentile, stopwatch
from tests.bench.options import Options
from tests.bench.padding import padded

TABLES = 300
SEEDS = (1, 2, 3)
CONTEXT = 8192
MOST_MISSED = 10.0
"""Per cent of questions."""


@dataclass(frozen=True)
class Shown:
    """`share` of the gold's tables; the others are `missing`."""

    database: str
    task: str
    share: float
    missing: tuple[str, ...]
    tokens: int
    milliseconds: float


def figures(options: Options) -> Iterator[Figure]:
    tasks = read(options.questions) if options.questions else built_in()
    found: dict[str, list[Shown]] = defaultdict(list)
    for name in sorted({task.database for task in tasks}):
        schema = _schema(_path(name, options.databases))
        for number in SEEDS:
            asked_with = Prompt.of(padded(schema, TABLES, number), "sqlite", seed(), "", Budget.of(CONTEXT))
            found[name] += [_shown(task, asked_with, schema) for task in tasks if task.database == name]
    for name, shown in found.items():
        yield from _of(name, shown)
        if len(found) > 1:
            others = [each for other, those in found.items() if other != name for each in those]
            yield Figure(f"linking, all but {name}: questions that lack a table", _missed(others), "%")
    if len(found) > 1:
        yield from _of("all", [each for shown in found.values() for each in shown], MOST_MISSED)


def _path(name: str, databases: Path | None) -> Path:
    return path_of(("sqlite", name), databases) if databases else Path(Connection.objects.get().path)


def _schema(path: Path) -> Schema:
    with closing(SqliteDatabase(path)) as database:
        schema = database.schema()
        return put_in(schema, read_values(database, schema.tables, lambda said: None))


def _shown(task: Task, asked_with: Prompt, schema: Schema) -> Shown:
    with stopwatch() as taken:
        asked = asked_with.opening([], task.asked)[-1].content
    found = [_lacking(sql, asked, schema) for sql in task.gold]
    needed, missing = min(found, key=lambda each: len(each[1]))
    share = 1 - len(missing) / len(needed) if needed else 1.0
    size = tokens(asked.removesuffix(task.asked))
    shown = Shown(task.database, task.id, share, tuple(missing), size, taken[0] * 1000)
    if missing:
        print(f"{task.database}, {task.id} lacks {', '.join(missing)}", file=sys.stderr)
    return shown


def _lacking(sql: str, asked: str, schema: Schema) -> tuple[list[str], list[str]]:
    """The tables that a statement reads, and those of them that are not defined in what was asked."""
    needed = {table.full_name: table for table in tables_of([sql], schema, "sqlite")}
    missing = [name for name, table in needed.items() if f"TABLE {table.spelled('sqlite')} (" not in asked]
    return list(needed), missing


def _of(name: str, shown: Sequence[Shown], target: float | None = None) -> Iterator[Figure]:
    what = f"linking, {name}"
    note = f"{len(shown) // len(SEEDS)} questions × {len(SEEDS)} paddings to {TABLES} tables"
    yield Figure(f"{what}: questions that lack a table", _missed(shown), "%", target, note)
    yield Figure(f"{what}: tables shown of those needed", 100 * fmean(each.share for each in shown), "%")
    yield Figure(f"{what}: tokens of definitions", fmean(each.tokens for each in shown))
    yield Figure(f"{what}: time, median", percentile((each.milliseconds for each in shown), 50), "ms")


def _missed(shown: Sequence[Shown]) -> float:
    return 100 * fmean(bool(each.missing) for each in shown)
