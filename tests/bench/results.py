"""Whole results: 100,000 rows opened, scrolled, sorted and looked into, and a million exported, each in a web process
that has done nothing before. Memory is the most that a process has held, the child that runs the statement included."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

from accounts.models import Team, User
from datasources.models import Connection
from tests.bench.figures import Figure, percentile, stopwatch
from tests.bench.options import Options
from tests.bench.person import Person
from tests.bench.workplace import PASSWORD, web
from workbench.models import Export, Result

ROWS = 1_000_000
OPENED = 100_000
BLOCK = 200
MOST_MB = 300
SEEN_EVERY = 0.1
NOTED_WITHIN = 10.0
"""Seconds after its last byte that the end of an export is noted."""
_SQL = "SELECT * FROM sales ORDER BY id"
_SERVER = {
    "API_BASE_URL": "http://127.0.0.1:1/v1",
    "MODEL_NAME": "none",
    "EXPORT_SECONDS": "3600",
    "QUERY_SECONDS": "300",
}


def figures(options: Options) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="sqlagent-bench-sales-") as name:
        yield from _all(options.data_dir, Path(name))


def _all(data_dir: Path, directory: Path) -> Iterator[Figure]:
    result = _result(directory)
    settings = _SERVER | {"ALLOWED_DB_DIRS": str(directory)}
    with _visited(data_dir, settings) as (person, peaks):
        yield from _looked_at(person, result, peaks)
    whole = Result.objects.of(result.user, result.connection, _SQL, "Everything that was sold")
    for format_ in Export.Format:
        with _visited(data_dir, settings) as (person, peaks):
            yield from _exported(person, whole, format_, peaks)


def _looked_at(person: Person, result: Result, peaks: "_Peaks") -> Iterator[Figure]:
    path = f"/results/{result.pk}/"
    with stopwatch() as reading:
        found = json.loads(person.post(f"{path}read/"))
    name = f"result of {found['rows']:,} rows"
    yield Figure(f"{name}: read and kept", reading[0], "s")
    yield from _scrolled(person, f"{path}rows/?", name)
    with stopwatch() as sorting:
        person.get(f"{path}rows/?sort=-4&start=0&count={BLOCK}")
    yield Figure(f"{name}: sorted", sorting[0] * 1000, "ms")
    yield from _scrolled(person, f"{path}rows/?sort=-4&", f"{name}, sorted")
    with stopwatch() as counting:
        person.get(f"{path}columns/4/")
    yield Figure(f"{name}: what a column holds", counting[0] * 1000, "ms")
    yield from peaks.figures(name)


def _scrolled(person: Person, address: str, name: str) -> Iterator[Figure]:
    taken = []
    for start in range(0, OPENED, 5 * BLOCK):
        with stopwatch() as page:
            person.get(f"{address}start={start}&count={BLOCK}")
        taken.append(page[0] * 1000)
    yield Figure(f"{name}: a page of {BLOCK}, p50", median(taken), "ms")
    yield Figure(f"{name}: a page of {BLOCK}, p95", percentile(taken, 95), "ms", 250)


def _exported(person: Person, result: Result, format_: Export.Format, peaks: "_Peaks") -> Iterator[Figure]:
    name = f"export of {ROWS:,} rows, {format_.label}"
    with stopwatch() as taking:
        size = person.download(f"/results/{result.pk}/export/?format={format_.value}")
    export = _ended(result)
    if (export.state, export.rows) != (Export.State.DONE, ROWS):
        raise RuntimeError(f"{name}: {export}")
    yield Figure(name, taking[0], "s", note=f"{size / 1e6:,.0f} MB")
    yield from peaks.figures(name)


def _ended(result: Result) -> Export:
    """The last one, once it is not running any more."""
    deadline = time.monotonic() + NOTED_WITHIN
    while (export := result.exports.latest("begun_at")).state == Export.State.RUNNING and time.monotonic() < deadline:
        time.sleep(SEEN_EVERY)
    return export


class _Peaks:
    """The most that a web process has held, and the largest of those that it has started."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._child = 0.0
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def figures(self, name: str) -> Iterator[Figure]:
        yield Figure(f"{name}: most memory of the web process", _peak_mb(self._pid), "MB", MOST_MB)
        yield Figure(f"{name}: most memory of the child", self._child, "MB", MOST_MB)

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SEEN_EVERY):
            for child in _children(self._pid):
                with suppress(OSError):
                    self._child = max(self._child, _peak_mb(child))


@contextmanager
def _visited(directory: Path, settings: dict[str, str]) -> Iterator[tuple[Person, _Peaks]]:
    with web(directory, settings) as (site, pid), closing(_Peaks(pid)) as peaks:
        with closing(Person(site, User.objects.get().username, PASSWORD)) as person:
            person.get("/teams/")
            yield person, peaks


def _result(directory: Path) -> Result:
    path = directory / "sales.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE sales (id INTEGER PRIMARY KEY, sold_at TEXT, customer TEXT, country TEXT, amount REAL,"
            " quantity INTEGER, product TEXT, note TEXT)"
        )
        database.executemany(f"INSERT INTO sales VALUES ({', '.join('?' * 8)})", _sales())
    user = User.objects.get()
    place = {"path": str(path), "origin": Connection.Origin.PATH}
    connection = Connection.objects.create(team=Team.objects.get(), name="sales", **place)
    return Result.objects.of(user, connection, f"{_SQL} LIMIT {OPENED}", "What was sold?")


def _sales() -> Iterator[tuple[object, ...]]:
    chance = random.Random(1)
    for number in range(1, ROWS + 1):
        day = f"20{20 + number % 5}-{1 + number % 12:02}-{1 + number % 28:02}"
        customer = f"Customer {chance.randint(1, 5_000)}"
        country = chance.choice(("Norway", "Chile", "Japan", None))
        amount = round(chance.lognormvariate(4, 1), 2)
        note = chance.choice((None, "", "gift wrapped", "=1+1"))
        yield number, day, customer, country, amount, chance.randint(1, 9), "Tent", note


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
