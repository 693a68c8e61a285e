"""Reading a database of 1,000 tables and 15,000 columns through the child process: seconds and memory."""

import json
import os
import sqlite3
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
import pymysql

from datasources.column_values import put_in, read_values
from datasources.dsn import ServerAddress
from datasources.engine import Database, DuckdbDatabase, Limits, ServerDatabase, SqliteDatabase
from datasources.introspect import Schema
from datasources.pool import pool
from datasources.schema_changes import fingerprint
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options
from tests.postgres import running_postgres

TABLES = 1_000
ROWS = 100
TARGET = 10.0
LIMITS = Limits(seconds=120)
MARIADB_PORT = 3306
MARIADB_DATABASE = f"sqlagent_bench_{os.getpid()}"


def figures(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="introspection-") as name:
        for dialect, opened in DIALECTS.items():
            with opened(Path(name)) as database:
                if database:
                    yield from _reading(f"Introspection, {dialect}", database)
            pool.close()


def _reading(what: str, database: Database) -> Iterator[Figure]:
    with stopwatch() as taken:
        schema = database.schema()
    columns = sum(len(table.columns) for table in schema.tables)
    yield Figure(f"{what}: structure", taken[0], "s", TARGET, f"{len(schema.tables):,} tables, {columns:,} columns")
    with stopwatch() as taken:
        found = read_values(database, schema.tables, lambda said: None)
    held = sum(map(len, found.values()))
    yield Figure(f"{what}: values", taken[0], "s", None, f"of {held:,} columns")
    yield Figure(f"{what}: the child at its largest", _largest_child_mb(), "MB", 1024)
    yield from _keeping(what, put_in(schema, found))


def _keeping(what: str, schema: Schema) -> Iterator[Figure]:
    """What storing it and having it at hand takes."""
    text = json.dumps(schema.to_dict())
    yield Figure(f"{what}: stored", len(text) / 1e6, "MB")
    yield Figure(f"{what}: fingerprint", _quickest(lambda: fingerprint(schema)), "ms")
    yield Figure(f"{what}: loaded again", _quickest(lambda: Schema.from_dict(json.loads(text))), "ms")
    tracemalloc.start()
    loaded = Schema.from_dict(json.loads(text))
    yield Figure(
        f"{what}: at hand", tracemalloc.get_traced_memory()[0] / 1e6, "MB", None, f"{len(loaded.tables):,} tables"
    )
    tracemalloc.stop()


def _quickest(run: Callable[[], object]) -> float:
    """Milliseconds, of five times: the machine does other things as well."""
    times = []
    for _ in range(5):
        with stopwatch() as taken:
            run()
        times += taken
    return min(times) * 1000


def _largest_child_mb() -> float:
    """Of the processes that this one has started and that still run."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return max(_peak_mb(pid) for pid in children)


def _peak_mb(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


@contextmanager
def _postgres(_: Path) -> Iterator[Database]:
    with running_postgres() as server:
        role = server.address("owner")
        with psycopg.connect(
            host=role.host, port=role.port, dbname=role.database, user=role.user, password=role.password
        ) as connection:
            for number in range(TABLES):
                for statement in _statements(number, "generate_series(1, {rows}) AS t (n)"):
                    connection.execute(statement.encode())
        server.run("ANALYZE")
        with closing(ServerDatabase(role, ["127.0.0.1"], LIMITS)) as database:
            yield database


@contextmanager
def _mariadb(_: Path) -> Iterator[Database | None]:
    """The machine's, if there is one that lets root in."""
    try:
        connection = pymysql.connect(host="127.0.0.1", port=MARIADB_PORT, user="root", autocommit=True)
    except pymysql.MySQLError:
        yield None
        return
    with closing(connection):
        connection.query(f"CREATE DATABASE {MARIADB_DATABASE}")
        try:
            connection.select_db(MARIADB_DATABASE)
            for number in range(TABLES):
                for statement in _statements(number, "seq_1_to_{rows} AS t (n)"):
                    connection.query(statement.replace("t.n", "t.seq").replace(" AS t (n)", " AS t"))
            address = ServerAddress("mysql", "127.0.0.1", MARIADB_PORT, MARIADB_DATABASE, "root")
            with closing(ServerDatabase(address, ["127.0.0.1"], LIMITS, allow_powerful=True)) as database:
                yield database
        finally:
            connection.query(f"DROP DATABASE {MARIADB_DATABASE}")


@contextmanager
def _sqlite(directory: Path) -> Iterator[Database]:
    numbers = "(WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {rows}) SELECT n FROM r) AS t"
    with closing(sqlite3.connect(directory / "large.db")) as connection:
        for number in range(TABLES):
            for statement in _statements(number, numbers):
                connection.execute(statement)
        connection.commit()
    with closing(SqliteDatabase(directory / "large.db", LIMITS)) as database:
        yield database


@contextmanager
def _duckdb(directory: Path) -> Iterator[Database]:
    path = directory / "large.duckdb"
    with duckdb.connect(path) as connection:
        for number in range(TABLES):
            for statement in _statements(number, "range(1, {rows} + 1) AS t (n)"):
                connection.execute(statement)
    with closing(DuckdbDatabase(path, LIMITS)) as database:
        yield database


def _statements(number: int, numbers: str) -> Iterator[str]:
    """A table of fifteen columns with a key to the one before it, and its rows."""
    key = f", FOREIGN KEY (parent_id) REFERENCES table_{number - 1} (id)" if number else ""
    amounts = ", ".join(f"amount_{column} decimal(10, 2)" for column in range(6))
    yield (
        f"CREATE TABLE table_{number} (id int PRIMARY KEY, parent_id int, status varchar(20) NOT NULL, kind text,"
        f" label text, customer_name text, email varchar(80), created_at timestamp NULL, note text, {amounts}{key})"
    )
    yield (
        f"INSERT INTO table_{number} (id, parent_id, status, kind, label, customer_name, email)"
        " SELECT t.n, NULL, CASE t.n % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' ELSE 'sent' END, 'large',"
        f" CAST(t.n AS char(9)), 'Ada', 'ada@shop.example' FROM {numbers.format(rows=ROWS)}"
    )


DIALECTS = {"PostgreSQL": _postgres, "MariaDB": _mariadb, "SQLite": _sqlite, "DuckDB": _duckdb}
