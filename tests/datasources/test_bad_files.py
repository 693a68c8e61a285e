"""Files that are damaged or monstrous: a clean error, and a server that is no larger than before."""

import gc
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from datasources.engine import Database, DuckdbDatabase, Limits, SqliteDatabase
from datasources.errors import QueryFailed, SQLError

_MOST_GROWTH = 60 << 20
_LIMITS = Limits(seconds=20)


@pytest.fixture
def big_sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "big.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT)")
        rows = ((n, f"name {n}", "x" * 200) for n in range(20_000))
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        connection.execute("CREATE INDEX i ON t (name)")
        connection.commit()
    return path


def _code(ask: Callable[[], object]) -> str:
    """Of the error, if there is one."""
    try:
        ask()
    except SQLError as error:
        return error.code or error.message
    return ""


def _damage(path: Path, start: int, end: int) -> None:
    """In place, as a failing disk would."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(end - start))


def test_pages_that_are_damaged_while_a_database_is_in_use(big_sqlite: Path) -> None:
    database = SqliteDatabase(big_sqlite, _LIMITS)
    assert database.execute("SELECT count(note) FROM t").rows == ((20_000,),)
    _damage(big_sqlite, 100_000, big_sqlite.stat().st_size)
    for sql in ("SELECT count(note) FROM t", "SELECT * FROM t ORDER BY note", "SELECT id FROM t WHERE name = 'name 9'"):
        with pytest.raises(SQLError, match=r"malformed|disk image|database"):
            database.execute(sql)
    assert database.execute("SELECT 1").rows == ((1,),)


def test_a_database_that_is_cut_off_while_it_is_in_use(big_sqlite: Path) -> None:
    database = SqliteDatabase(big_sqlite, _LIMITS)
    database.execute("SELECT 1")
    os.truncate(big_sqlite, 100_000)
    with pytest.raises(SQLError):
        database.execute("SELECT sum(length(note)) FROM t")


@pytest.mark.parametrize("start", [0, 16, 100, 4096, 20_000])
def test_wherever_a_sqlite_database_is_damaged_the_error_is_clean(big_sqlite: Path, start: int) -> None:
    _damage(big_sqlite, start, start + 3000)
    database = SqliteDatabase(big_sqlite, _LIMITS)
    for ask in (database.schema, lambda: database.execute("SELECT count(note) FROM t"), database.probe):
        assert _code(ask) != "CRASH"


@pytest.mark.parametrize("start", [0, 4096, 8192, 12_288, 270_000])
def test_wherever_a_duckdb_database_is_damaged_the_error_is_clean(tmp_path: Path, start: int) -> None:
    path = tmp_path / "big.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id, 'name ' || hash(range) AS name FROM range(50000)")
    _damage(path, start, start + 4000)
    database = DuckdbDatabase(path, _LIMITS)
    for ask in (database.schema, lambda: database.execute("SELECT count(name), max(name) FROM t"), database.probe):
        assert _code(ask) != "CRASH"


class TestTheServerDoesNotGrow:
    def test_by_a_cell_of_200_megabytes_in_duckdb(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.duckdb"
        with duckdb.connect(path) as connection:
            connection.execute("CREATE TABLE t AS SELECT repeat('x', 200000000) AS page")
        before = _memory()
        database = DuckdbDatabase(path, _LIMITS)
        assert _code(lambda: database.execute("SELECT page FROM t")) in ("", "MEMORY")
        assert database.execute("SELECT length(page) FROM t LIMIT 0").rows == ()
        assert _memory() - before < _MOST_GROWTH

    def test_by_a_cell_of_200_megabytes_in_sqlite(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("CREATE TABLE t AS SELECT zeroblob(200000000) AS page")
        before = _memory()
        with pytest.raises(QueryFailed, match="too big"):
            SqliteDatabase(path, _LIMITS).execute("SELECT page FROM t")
        assert _memory() - before < _MOST_GROWTH

    @pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
    def test_by_a_thousand_rows_of_five_hundred_columns(self, tmp_path: Path, dialect: str) -> None:
        database = _wide(tmp_path / "wide", dialect)
        before = _memory()
        result = database.execute("SELECT * FROM wide")
        assert len(result.columns) == 500
        assert result.truncated
        assert 0 < len(result.rows) < 1000
        assert len(database.schema().tables[0].columns) == 500
        assert _memory() - before < _MOST_GROWTH


def _wide(path: Path, dialect: str) -> Database:
    columns = ", ".join(f'"column {number} of ""many"" 🙂"' for number in range(500))
    values = ", ".join(f"'{'x' * 40}{number}'" for number in range(500))
    rows = ", ".join([f"({values})"] * 50)
    if dialect == "duckdb":
        with duckdb.connect(path) as wide:
            wide.execute(f"CREATE TABLE wide AS SELECT v.* FROM (VALUES {rows}) v({columns}), range(20)")
        return DuckdbDatabase(path, _LIMITS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE wide ({columns})")
        for _ in range(1000):
            connection.execute(f"INSERT INTO wide VALUES ({values})")
        connection.commit()
    return SqliteDatabase(path, _LIMITS)


def _memory() -> int:
    """What this process has in memory now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
