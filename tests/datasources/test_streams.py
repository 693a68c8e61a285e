"""Results that are longer than memory: rows come in parts, under the same guard, session and limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts.models import User
from datasources.engine import DuckdbDatabase, Limits, ServerDatabase, SqliteDatabase, StreamingDatabase
from datasources.errors import NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from datasources.models import AuditEntry, Connection
from datasources.pool import pool
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

MANY = 60_000
LONG = Limits(seconds=20, rows=1_000_000, result_bytes=1_000_000_000)
SERIES = {
    "sqlite": f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY}) SELECT n FROM s",
    "duckdb": f"SELECT range + 1 AS n FROM range({MANY})",
    "postgres": f"SELECT n FROM generate_series(1, {MANY}) AS s(n)",
    "mysql": f"SELECT seq AS n FROM seq_1_to_{MANY}",
}
ENDLESS = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s"
Open = Callable[[Limits], StreamingDatabase]


@pytest.fixture(params=list(SERIES))
def open_database(request: pytest.FixtureRequest) -> Iterator[Open]:
    opened: list[StreamingDatabase] = []

    def open_(limits: Limits) -> StreamingDatabase:
        opened.append(_opened(request, limits))
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


def _opened(request: pytest.FixtureRequest, limits: Limits) -> StreamingDatabase:
    match request.param:
        case "sqlite":
            return SqliteDatabase(":memory:", limits)
        case "duckdb":
            return DuckdbDatabase(request.getfixturevalue("duckdb_path"), limits)
        case "postgres":
            postgres: PostgresServer = request.getfixturevalue("postgres")
            return ServerDatabase(postgres.address("reader"), ["127.0.0.1"], limits)
    mariadb: MariadbServer = request.getfixturevalue("mariadb")
    return ServerDatabase(mariadb.address(mariadb.reader), ["127.0.0.1"], limits)


def test_every_row_comes_once_and_in_parts(open_database: Open) -> None:
    database = open_database(LONG)
    with database.stream(SERIES[database.dialect]) as stream:
        assert stream.columns == ("n",)
        parts = list(stream)
    assert [n for part in parts for (n,) in part] == list(range(1, MANY + 1))
    assert len(parts) > 1
    assert (stream.rows, stream.truncated) == (MANY, False)
    assert stream.elapsed > 0


def test_more_rows_than_the_limit_are_cut_and_it_says_so(open_database: Open) -> None:
    database = open_database(Limits(rows=1_500))
    with database.stream(SERIES[database.dialect]) as stream:
        rows = [row for part in stream for row in part]
    assert len(rows) == 1_500
    assert stream.truncated


def test_more_bytes_than_the_limit_are_cut(open_database: Open) -> None:
    database = open_database(Limits(rows=MANY, result_bytes=9_000))
    with database.stream(SERIES[database.dialect]) as stream:
        list(stream)
    assert 500 <= stream.rows <= 1_000
    assert stream.truncated


def test_the_same_guard_stands_before_it(open_database: Open) -> None:
    database = open_database(LONG)
    with pytest.raises(NotReadOnly), database.stream("DELETE FROM books"):
        pass


def test_what_fails_raises_before_there_is_a_stream(open_database: Open) -> None:
    database = open_database(LONG)
    with pytest.raises(QueryFailed), database.stream("SELECT nothing FROM nowhere"):
        pytest.fail("There is none.")


def test_who_leaves_early_may_ask_again(open_database: Open) -> None:
    database = open_database(LONG)
    with database.stream(SERIES[database.dialect]) as stream:
        next(iter(stream))
    lent, _ = pool.counts()
    assert lent == 0
    assert database.execute("SELECT 1 AS one").rows == ((1,),)


def test_a_stream_of_no_rows_has_columns(open_database: Open) -> None:
    database = open_database(LONG)
    with database.stream(f"SELECT * FROM ({SERIES[database.dialect]}) AS s WHERE n < 0") as stream:
        assert list(stream) == []
    assert (stream.columns, stream.truncated) == (("n",), False)


def test_the_time_counts_while_nobody_takes_what_is_there() -> None:
    database = SqliteDatabase(":memory:", Limits(seconds=0.5, rows=10**9, result_bytes=10**12))
    with pytest.raises(QueryTimeout), database.stream(ENDLESS) as stream:
        for _ in stream:
            time.sleep(0.1)


def test_another_thread_can_end_it() -> None:
    database = SqliteDatabase(":memory:", Limits(seconds=20, rows=10**9, result_bytes=10**12))
    with pytest.raises(QueryCancelled), database.stream(ENDLESS) as stream:
        threading.Timer(0.2, database.cancel).start()
        for _ in stream:
            pass


def test_a_server_is_told_when_somebody_leaves(postgres: PostgresServer) -> None:
    database = ServerDatabase(postgres.address("reader"), ["127.0.0.1"], LONG)
    with database.stream(
        "SELECT a.n FROM generate_series(1, 20000) AS a(n), generate_series(1, 20000) AS b(n)"
    ) as stream:
        next(iter(stream))
    for _ in range(50):
        if not [row for row in postgres.running() if "generate_series" in str(row)]:
            return
        time.sleep(0.1)
    pytest.fail("It still runs.")


def test_long_cells_are_cut_as_in_a_result(path: Path) -> None:
    database = SqliteDatabase(path, Limits(cell_chars=3))
    with database.stream("SELECT title FROM books ORDER BY id") as stream:
        assert [row for part in stream for row in part] == [("Not…",), ("Let…",), ("Zen",)]


@pytest.mark.django_db
def test_it_is_audited_with_the_rows_that_came(connection: Connection, alice: User) -> None:
    with connection.database(alice, "results").stream("SELECT name FROM products ORDER BY name") as stream:
        rows = [row for part in stream for row in part]
    entry = AuditEntry.objects.get(action="query")
    assert (entry.rows, entry.outcome, entry.source, entry.user) == (len(rows), "ok", "results", alice)


@pytest.mark.django_db
def test_who_leaves_it_is_in_the_audit_list(connection: Connection, alice: User) -> None:
    def taken() -> Iterator[object]:
        with connection.database(alice, "export", limits=LONG).stream(ENDLESS) as stream:
            yield from stream

    pieces = taken()
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert AuditEntry.objects.get(action="query").outcome == "cancelled"
