"""DuckDB: what a statement costs over the library alone, what an idle child holds, how long files take to come in."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import duckdb

from datasources.children import Child, Source
from datasources.engine import DuckdbDatabase
from datasources.import_job import Source as File
from datasources.importing import import_files
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options

ROUNDS = 100
CSV_MEGABYTES = 50
STATEMENTS = {
    "lookup": "SELECT name, city FROM sales WHERE id = 42",
    "grouped": "SELECT city, count(*), sum(amount) AS sold FROM sales GROUP BY city ORDER BY sold DESC LIMIT 20",
    "1,000 rows × 6": "SELECT * FROM sales LIMIT 1000",
}


def figures(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        path = directory / "sales.duckdb"
        yield _import(directory, path)
        yield from _statements(path)
        yield _idle_child(path)


def _import(directory: Path, target: Path) -> Figure:
    source = directory / "part0"
    with source.open("w") as file:
        file.write("id,name,city,amount,day,note\n")
        number = 0
        while file.tell() < CSV_MEGABYTES << 20:
            block = range(number, number + 10_000)
            file.writelines(
                f"{n},customer {n % 5000},city {n % 300},{n * 1.37 % 1000:.2f},2024-{n % 12 + 1:02}-{n % 28 + 1:02},"
                f"some words about it {n * 7919 % 100_003}\n"
                for n in block
            )
            number = block.stop
    with stopwatch() as taken:
        import_files(target, [File(str(source), "csv", "sales", "sales.csv")])
    return Figure(f"a CSV file of {CSV_MEGABYTES} MB becomes a DuckDB database", taken[0], "s", 20, f"{number:,} rows")


def _statements(path: Path) -> Iterator[Figure]:
    with closing(DuckdbDatabase(path)) as database, duckdb.connect(path, read_only=True) as bare:
        for name, sql in STATEMENTS.items():
            ours, theirs = _medians(lambda: database.execute(sql), lambda: bare.execute(sql).fetchall())  # noqa: B023
            yield Figure(f"SELECT over bare duckdb: {name}", ours - theirs, "ms", 5, f"{ours:.2f} − {theirs:.2f}")


def _medians(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds; taken in turn, so that what else the machine does falls on both."""
    pairs = [(_milliseconds(ours), _milliseconds(theirs)) for _ in range(ROUNDS)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _milliseconds(run: Callable[[], object]) -> float:
    with stopwatch() as taken:
        run()
    return taken[0] * 1000


def _idle_child(path: Path) -> Figure:
    child = Child(Source("duckdb", (("path", str(path)),)))
    with stopwatch() as taken:
        child.open()
    try:
        status = Path(f"/proc/{child.pid}/status").read_text()
    finally:
        child.bury()
    [resident] = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return Figure("an idle DuckDB child holds", int(resident) / 1024, "MB", 150, f"opened in {taken[0]:.2f} s")
