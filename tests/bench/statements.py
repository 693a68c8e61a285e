"""What the guard and the child process add to a SELECT."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from statistics import median

from datasources.engine import SqliteDatabase
from datasources.models import Connection
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options

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


def figures(options: Options) -> Iterator[Figure]:
    path = Connection.objects.get().path
    with closing(SqliteDatabase(path)) as database, closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as bare:
        for name, sql in STATEMENTS.items():
            ours, theirs = _medians(database, bare, sql)
            yield Figure(f"SELECT over bare sqlite3: {name}", ours - theirs, "ms", 3, f"{ours:.2f} − {theirs:.2f}")


def _medians(database: SqliteDatabase, bare: sqlite3.Connection, sql: str) -> tuple[float, float]:
    """Milliseconds; taken in turn, so that what else the machine does falls on both."""
    pairs = [
        (_milliseconds(lambda: database.execute(sql)), _milliseconds(lambda: bare.execute(sql).fetchall()))
        for _ in range(ROUNDS)
    ]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _milliseconds(run: Callable[[], object]) -> float:
    with stopwatch() as taken:
        run()
    return taken[0] * 1000
