"""Our OpenEnv server beside openenv-core's own, one process each, and the official client.

Theirs is measured twice: with an environment as small as can be (openenv_reference.py: no guard, no process apart, no
hints, nothing recorded), which says what ours costs in all, and with our own environment, every part of it
(openenv_same.py), which says what the server costs for the same work.

They are measured in turn, so that what else the machine does falls on all. All answer from the sample database. Each
task is played twice, round and round: a reset and a statement that fails, then a right one or one with wrong rows.
These are 30 statements, which a server may remember, as ours does: so it is measured, too, with statements that are
never sent twice.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from datasources.engine import SqliteDatabase
from datasources.sample import build
from learning.benchmark.tasks import Task, built_in
from tests.bench.figures import Figure, percentile
from tests.bench.options import Options
from tests.bench.workplace import HOST, free_ports, process, processor_seconds, set_up, web
from tests.official import NotInstalled, Program, check, command, packages

HERE = Path(__file__).parent
SESSIONS = (1, 16, 100)
TURNS = 3
SECONDS = 3.0
WARMING_SECONDS = 1.0
FAILING = tomllib.loads((HERE / "openenv_failing.toml").read_text())
"""A statement that fails, for each task that is played: of tasks that take SQLite itself 2 ms at most."""

Scripts = list[dict[str, Any]]
Load = dict[str, Any]
"""Of openenv_client.py, without its url and its seconds."""


@dataclass(frozen=True)
class Server:
    """One of openenv-core's is called by what is in it, ours by nothing."""

    name: str
    url: str
    pid: int


@dataclass(frozen=True)
class Played:
    """What openenv_client.py answers, in seconds: `busy` of them its own processor time, `worked` the server's."""

    took: float
    busy: float
    resets: list[float]
    steps: list[float]
    worked: float

    @property
    def rate(self) -> float:
        """Steps a second, while resets take their time, too."""
        return len(self.steps) / self.took


def figures(options: Options) -> Iterator[Figure]:
    try:
        check()
    except NotInstalled as error:
        print(f"Not measured: {error}", file=sys.stderr)
        return
    # Their own installations: agents' episodes belong to a connection that the other benches do not expect.
    directory = options.data_dir / "openenv"
    set_up(directory)
    with _bare(directory) as bare, _same(options.data_dir / "openenv-same") as same, web(directory, {}) as ours:
        yield from _measured(Server("", *ours), (bare, same))


def _measured(ours: Server, references: Sequence[Server]) -> Iterator[Figure]:
    with Program(HERE / "openenv_client.py") as client:
        for fresh, transport, sessions in product((False, True), ("ws", "http"), SESSIONS):
            name = f"OpenEnv over {transport}, {sessions} at once, {'new' if fresh else 'the same 30'} statements"
            load = {"transport": transport, "sessions": sessions, "fresh": fresh, "episodes": _scripts()}
            yield from _compared(client, name, load, ours, references)


def _compared(client: Program, name: str, load: Load, ours: Server, references: Sequence[Server]) -> Iterator[Figure]:
    def play(server: Server, seconds: float = SECONDS) -> Played:
        before = processor_seconds(server.pid)
        answer = client.ask(url=server.url, seconds=seconds, **load)
        return Played(**answer, worked=processor_seconds(server.pid) - before)

    servers = (*references, ours)
    for server in servers:
        play(server, WARMING_SECONDS)
    played: dict[Server, list[Played]] = {server: [] for server in servers}
    for turn in range(TURNS):
        # Whoever comes last in one turn comes first in the next.
        for server in servers[:: -1 if turn % 2 else 1]:
            played[server].append(play(server))
    for reference in references:
        yield _slowness(name, reference, played[reference], played[ours])
    theirs = {reference.name: played[reference] for reference in references}
    yield from _latencies(name, theirs, played[ours])
    yield _work(name, theirs, played[ours])


def _slowness(name: str, reference: Server, theirs: Sequence[Played], ours: Sequence[Played]) -> Figure:
    """How many steps the reference makes while we make one: the median of the turns."""
    ratios = [their.rate / our.rate for their, our in zip(theirs, ours, strict=True)]
    rates = f"{median(one.rate for one in ours):,.0f} steps/s, theirs {median(one.rate for one in theirs):,.0f}"
    busy = f"the client busy for {100 * median(one.busy / one.took for one in (*ours, *theirs)):.0f} %"
    note = f"{rates}; {_span(ratios)}; {busy}"
    return Figure(f"{name}: steps of their server with {reference.name} for one of ours", median(ratios), "", 1, note)


def _latencies(name: str, theirs: Mapping[str, Sequence[Played]], ours: Sequence[Played]) -> Iterator[Figure]:
    def milliseconds(turns: Sequence[Played], kind: str, percent: float) -> float:
        return percentile([one for turn in turns for one in getattr(turn, kind)], percent) * 1000

    for what, kind, percent in (("step", "steps", 50), ("step", "steps", 95), ("reset", "resets", 95)):
        note = _each({who: milliseconds(turns, kind, percent) for who, turns in theirs.items()}, 1)
        yield Figure(f"{name}: a {what}, p{percent}", milliseconds(ours, kind, percent), "ms", note=note)


def _work(name: str, theirs: Mapping[str, Sequence[Played]], ours: Sequence[Played]) -> Figure:
    """What else the machine does changes this least."""

    def milliseconds(turns: Sequence[Played]) -> float:
        return 1000 * sum(turn.worked for turn in turns) / sum(len(turn.steps) for turn in turns)

    note = _each({who: milliseconds(turns) for who, turns in theirs.items()}, 2)
    return Figure(f"{name}: processor time of a step", milliseconds(ours), "ms", note=f"{note}, with half a reset")


def _each(theirs: Mapping[str, float], digits: int) -> str:
    return "theirs " + ", ".join(f"{value:.{digits}f} with {who}" for who, value in theirs.items())


def _span(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} turns"


def _tasks() -> list[Task]:
    return [task for task in built_in() if task.id in FAILING]


def _scripts() -> Scripts:
    return [
        {"task": task.id, "statements": [FAILING[task.id], answer], "right": answer in task.gold}
        for task in _tasks()
        for answer in (task.gold[0], task.near_misses[0])
    ]


@contextmanager
def _bare(directory: Path) -> Iterator[Server]:
    """openenv-core's server with these tasks, on a sample database of its own."""
    setup, sample = directory / "reference.json", directory / "reference.sqlite3"
    build(sample)
    with closing(SqliteDatabase(sample)) as database:
        # As the model is told it: all answer with the same text.
        schema = database.schema().to_prompt()
    tasks = {task.id: {"question": task.question, "gold": task.gold[0]} for task in _tasks()}
    setup.write_text(json.dumps({"database": str(sample), "schema": schema, "tasks": tasks}))
    python, *arguments = command(HERE / "openenv_reference.py", "PORT", str(setup))
    with _theirs("a bare environment", directory, python, arguments) as server:
        yield server


@contextmanager
def _same(directory: Path) -> Iterator[Server]:
    """openenv-core's server with our environment, in an installation of its own."""
    set_up(directory)
    arguments = ("-m", "tests.bench.openenv_same", "PORT")
    with _theirs("our environment", directory, sys.executable, arguments, PYTHONPATH=packages()) as server:
        yield server


@contextmanager
def _theirs(name: str, directory: Path, python: str, arguments: Sequence[str], **settings: str) -> Iterator[Server]:
    """`PORT` among the arguments stands for one that is free."""
    [port] = free_ports(1)
    arguments = [str(port) if argument == "PORT" else argument for argument in arguments]
    with process(arguments, directory, settings, port, python) as pid:
        yield Server(name, f"http://{HOST}:{port}", pid)
