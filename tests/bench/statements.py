"""What the guard and the child process add to a SELECT over the bare driver, and what a waiting child holds."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pymysql

from datasources.dsn import ServerAddress
from datasources.engine import Database, ServerDatabase, SqliteDatabase
from datasources.models import Connection
from datasources.pool import pool
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options
from tests.mariadb import NoServer, running_mariadb
from tests.postgres import running_postgres

ROUNDS = 200
STATEMENTS = {
    "lookup": "SELECT name, email FROM customers WHERE id = 42",
    "join, grouped": (
        "SELECT c.state, count(DISTINCT o.id) AS orders, round(sum(i.quantity * i.unit_price), 2) AS sold"
        " FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_items i ON i.order_id = o.id"
        " WHERE o.id <= 500 GROUP BY c.state ORDER BY sold DESC"
    ),
    "1,000 rows × 9": "SELECT * FROM orders LIMIT 1000",
}
SERVER_STATEMENTS = {
    "lookup": "SELECT title, author_id FROM books WHERE id = 2",
    "join, grouped": (
        "SELECT a.name, count(*), sum(b.id) FROM authors a JOIN books b ON b.author_id = a.id GROUP BY a.name"
    ),
    "1,000 rows × 9": "SELECT a, a b, a c, a d, a e, a f, a g, a h, a i FROM numbers LIMIT 1000",
}
FIVE = "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)"
NUMBERS = (
    "CREATE TABLE numbers AS SELECT p.d + 5 * q.d + 25 * r.d + 125 * s.d + 625 * t.d AS a"
    f" FROM {FIVE} p, {FIVE} q, {FIVE} r, {FIVE} s, {FIVE} t"
)
Run = Callable[[str], object]


def figures(options: Options) -> Iterator[Figure]:
    yield from _sqlite()
    yield from _postgres()
    try:
        yield from _mysql()
    except NoServer as error:
        print(f"Not measured: {error}", file=sys.stderr)


def _sqlite() -> Iterator[Figure]:
    path = Connection.objects.get().path
    with closing(SqliteDatabase(path)) as database, closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as bare:
        yield from _compared("sqlite3", database, lambda sql: bare.execute(sql).fetchall(), STATEMENTS)


def _postgres() -> Iterator[Figure]:
    with running_postgres() as server:
        server.run(NUMBERS.replace("numbers", "figures"), user="owner")
        server.run("GRANT SELECT ON figures TO reader", user="owner")
        address = server.address("reader")
        with closing(_server_database(address)) as database, closing(_psycopg(address)) as bare:
            statements = {name: sql.replace("numbers", "figures") for name, sql in SERVER_STATEMENTS.items()}
            yield from _compared("psycopg", database, lambda sql: bare.execute(sql.encode()).fetchall(), statements)
        pool.close()


def _mysql() -> Iterator[Figure]:
    with running_mariadb() as server:
        server.run(NUMBERS, server.database)
        address = server.address(server.reader)
        with closing(_server_database(address)) as database, closing(_pymysql(address)) as bare:
            yield from _compared("pymysql", database, lambda sql: _fetched(bare, sql), SERVER_STATEMENTS)
        pool.close()


def _server_database(address: ServerAddress) -> ServerDatabase:
    return ServerDatabase(address, [address.host])


def _psycopg(address: ServerAddress) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.user,
        password=address.password,
        autocommit=True,
    )


def _pymysql(address: ServerAddress) -> "pymysql.Connection[Any]":
    return pymysql.connect(
        host=address.host,
        port=address.port,
        database=address.database,
        user=address.user,
        password=address.password.encode(),
        autocommit=True,
    )


def _fetched(connection: "pymysql.Connection[Any]", sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _compared(driver: str, database: Database, bare: Run, statements: dict[str, str]) -> Iterator[Figure]:
    for name, sql in statements.items():
        ours, theirs = _medians(database.execute, bare, sql)
        yield Figure(f"SELECT over bare {driver}: {name}", ours - theirs, "ms", 3, f"{ours:.2f} − {theirs:.2f}")
    yield Figure(f"memory of a waiting child: {database.dialect}", _megabytes_of_a_child(), "MB", 60)


def _medians(ours: Run, bare: Run, sql: str) -> tuple[float, float]:
    """Milliseconds; taken in turn, so that what else the machine does falls on both."""
    pairs = [(_milliseconds(lambda: ours(sql)), _milliseconds(lambda: bare(sql))) for _ in range(ROUNDS)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _milliseconds(run: Callable[[], object]) -> float:
    with stopwatch() as taken:
        run()
    return taken[0] * 1000


def _megabytes_of_a_child() -> float:
    """Of the one that was used last; what it shares with other processes counts in part."""
    rollup = Path(f"/proc/{pool._idle[-1].pid}/smaps_rollup").read_text()
    [kilobytes] = [line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(kilobytes) / 1024
