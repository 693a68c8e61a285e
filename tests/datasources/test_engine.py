"""What a statement gives, and how it ends."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from datasources.engine import Limits, ResultSet, SqliteDatabase
from datasources.errors import ConnectFailed, NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from tests.datasources.conftest import OpenDatabase

ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
# Each level doubles what the one above expands to, all of it before the first step is made.
_LEVELS = [f"c{n} AS (SELECT * FROM c{n - 1} a JOIN c{n - 1} b USING (x))" for n in range(1, 26)]
SLOW_TO_PREPARE = f"WITH c0(x) AS (SELECT 1), {', '.join(_LEVELS)} SELECT * FROM c25"


def test_rows_and_columns(database: SqliteDatabase) -> None:
    result = database.execute("SELECT id, name, born FROM authors ORDER BY id")
    assert result.columns == ("id", "name", "born")
    assert result.rows == ((1, "Ada", 1815), (2, "Ben", None))
    assert not result.truncated
    assert 0 < result.elapsed < 1


def test_no_rows_still_have_columns(database: SqliteDatabase) -> None:
    result = database.execute("SELECT id, name FROM authors WHERE id > 9")
    assert result == ResultSet(("id", "name"), (), truncated=False, elapsed=result.elapsed)


def test_columns_of_the_same_name_survive(database: SqliteDatabase) -> None:
    result = database.execute(
        "SELECT a.id, b.id, 7 AS id FROM authors a JOIN books b ON b.author_id = a.id WHERE b.id = 3"
    )
    assert result.columns == ("id", "id", "id")
    assert result.rows == ((2, 3, 7),)


@pytest.mark.parametrize(
    ("expression", "cell"),
    [
        ("NULL", None),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ("9223372036854775808", 9223372036854775808.0),
        ("1.5", 1.5),
        ("9e999", float("inf")),
        ("9e999 - 9e999", None),
        ("x'00ff'", b"\x00\xff"),
        ("'naïve 🙂'", "naïve 🙂"),
        ("CAST(x'61ff' AS TEXT)", "a\ufffd"),
        ("char(0) || 'b'", "\x00b"),
        ("1 = 1", 1),
    ],
)
def test_every_type_of_cell(database: SqliteDatabase, expression: str, cell: object) -> None:
    [[value]] = database.execute(f"SELECT {expression}").rows
    assert value == cell
    assert type(value) is type(cell)


def test_a_name_in_double_quotes_is_found_and_heads_its_column(database: SqliteDatabase) -> None:
    result = database.execute(
        'SELECT "list price", b."list price" * 2, "id" AS "a ""b""", "upper"("title") FROM "books" b WHERE "id" = 1'
    )
    assert result.columns == ("list price", 'b."list price" * 2', 'a "b"', '"upper"("title")')
    assert result.rows == ((12.5, 25.0, 1, "NOTES"),)


def test_a_backtick_stays_in_the_head_of_its_column(path: Path, database: SqliteDatabase) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript('CREATE TABLE odd AS SELECT 1 AS "a`b"')
    assert database.execute("SELECT `id` + 1 FROM books LIMIT 1").columns == ("`id` + 1",)
    assert database.execute('SELECT * FROM "odd"').columns == ("a`b",)


@pytest.mark.parametrize("sql", ['SELECT "boook" FROM books', 'SELECT id FROM books WHERE title = "boook"'])
def test_a_name_in_double_quotes_that_is_nowhere_is_no_text(database: SqliteDatabase, sql: str) -> None:
    with pytest.raises(QueryFailed) as failure:
        database.execute(sql)
    assert failure.value.message == "no such column: boook"


def test_explain_shows_the_plan(database: SqliteDatabase) -> None:
    assert "SCAN" in str(database.execute("EXPLAIN QUERY PLAN SELECT name FROM authors").rows)


def test_json_functions_work(database: SqliteDatabase) -> None:
    assert database.execute("""SELECT value FROM json_each('[1, 2]')""").rows == ((1,), (2,))


class TestLimits:
    SERIES = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 20) SELECT n FROM r"

    def test_more_rows_than_the_limit_are_cut_visibly(self, open_database: OpenDatabase) -> None:
        result = open_database(rows=5).execute(self.SERIES)
        assert (len(result.rows), result.truncated) == (5, True)

    def test_as_many_rows_as_the_limit_are_all(self, open_database: OpenDatabase) -> None:
        result = open_database(rows=20).execute(self.SERIES)
        assert (len(result.rows), result.truncated) == (20, False)

    def test_a_long_text_ends_in_an_ellipsis(self, open_database: OpenDatabase) -> None:
        result = open_database(cell_chars=4).execute("SELECT 'abcde', 'abcd', x'0102030405'")
        assert result.rows == (("abcd…", "abcd", b"\x01\x02\x03\x04" + "…".encode()),)

    def test_more_bytes_than_the_limit_are_cut_visibly(self, open_database: OpenDatabase) -> None:
        result = open_database(result_bytes=1000).execute(f"SELECT printf('%.300c', 'x') FROM ({self.SERIES})")
        assert (len(result.rows), result.truncated) == (3, True)

    def test_an_endless_query_stops_at_the_time_limit(self, open_database: OpenDatabase) -> None:
        _times_out(open_database(seconds=0.3), ENDLESS)

    def test_so_does_a_query_that_never_leaves_the_planner(self, open_database: OpenDatabase) -> None:
        _times_out(open_database(seconds=0.3), SLOW_TO_PREPARE)

    def test_so_does_a_function_that_cannot_be_interrupted(self, open_database: OpenDatabase) -> None:
        _times_out(open_database(seconds=0.3), "SELECT printf('%.*c', 900000000, 'x')")

    def test_a_cell_of_200_megabytes_is_an_error(self, path: Path, database: SqliteDatabase) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("CREATE TABLE scans AS SELECT zeroblob(200000000) AS page")
        with pytest.raises(QueryFailed, match="too big"):
            database.execute("SELECT page FROM scans")

    def test_so_is_a_sort_that_needs_more_memory_than_there_is(self, database: SqliteDatabase) -> None:
        endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 2000)"
        with pytest.raises(QueryFailed, match="memory"):
            database.execute(f"{endless} SELECT n, printf('%.2000000c', 'x') AS t FROM r ORDER BY t, n DESC")
        assert database.execute("SELECT 1").rows == ((1,),)


def _times_out(database: SqliteDatabase, sql: str) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.3 seconds"):
        database.execute(sql)
    assert time.monotonic() - started < 1.5
    assert database.execute("SELECT 1").rows == ((1,),)


class TestErrors:
    def test_the_message_and_the_code_are_the_driver_s(self, database: SqliteDatabase) -> None:
        with pytest.raises(QueryFailed) as failure:
            database.execute("SELECT foo FROM authors")
        assert (failure.value.message, failure.value.code) == ("no such column: foo", "SQLITE_ERROR")

    def test_a_wrong_function_is_told_by_the_driver(self, database: SqliteDatabase) -> None:
        with pytest.raises(QueryFailed, match="no such function: DATE_TRUNC"):
            database.execute("SELECT DATE_TRUNC('month', due) FROM loans")

    def test_a_write_is_refused(self, database: SqliteDatabase) -> None:
        with pytest.raises(NotReadOnly):
            database.execute("DELETE FROM authors")

    def test_a_missing_file_cannot_be_opened(self, tmp_path: Path) -> None:
        with pytest.raises(ConnectFailed, match="could not be opened"):
            SqliteDatabase(tmp_path / "none.db").execute("SELECT 1")
        assert not (tmp_path / "none.db").exists()

    def test_nor_can_one_that_was_moved_away(self, path: Path, database: SqliteDatabase) -> None:
        database.execute("SELECT 1")
        path.rename(path.with_suffix(".moved"))
        with pytest.raises(ConnectFailed, match=r"could not be opened: No such file or directory\.$"):
            database.execute("SELECT 1")

    def test_nor_can_a_directory(self, tmp_path: Path) -> None:
        with pytest.raises(ConnectFailed, match="could not be opened: "):
            SqliteDatabase(tmp_path).execute("SELECT 1")

    def test_nor_can_a_file_of_another_kind(self, tmp_path: Path) -> None:
        other = tmp_path / "other.db"
        other.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
        with pytest.raises(ConnectFailed, match="not a database"):
            SqliteDatabase(other).execute("SELECT 1")

    def test_a_closed_handle_runs_nothing(self, database: SqliteDatabase) -> None:
        database.close()
        with pytest.raises(ConnectFailed, match="closed"):
            database.execute("SELECT 1")


class TestCancelling:
    @pytest.mark.parametrize("sql", [ENDLESS, SLOW_TO_PREPARE])
    def test_a_running_statement_ends_at_once(self, database: SqliteDatabase, sql: str) -> None:
        threading.Timer(0.3, database.cancel).start()
        started = time.monotonic()
        with pytest.raises(QueryCancelled):
            database.execute(sql)
        assert time.monotonic() - started < 3

    def test_another_can_run_after_it(self, database: SqliteDatabase) -> None:
        threading.Timer(0.1, database.cancel).start()
        with pytest.raises(QueryCancelled):
            database.execute(ENDLESS)
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_it_leaves_the_statements_of_other_handles_alone(self, open_database: OpenDatabase) -> None:
        mine, other = open_database(seconds=0.3), open_database()
        threading.Timer(0.1, other.cancel).start()
        with pytest.raises(QueryTimeout):
            mine.execute(ENDLESS)

    def test_with_nothing_running_it_does_nothing(self, database: SqliteDatabase) -> None:
        database.cancel()
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_closing_ends_what_runs(self, database: SqliteDatabase) -> None:
        threading.Timer(0.1, database.close).start()
        with pytest.raises(QueryCancelled):
            database.execute(ENDLESS)


def test_many_threads_may_run_statements_at_once(open_database: OpenDatabase) -> None:
    def ask(number: int) -> object:
        return open_database(seconds=10).execute(f"SELECT {number}, count(*) FROM books").rows

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(60))) == [((number, 3),) for number in range(60)]


def test_a_replaced_file_is_opened_anew(path: Path, database: SqliteDatabase) -> None:
    assert database.execute("SELECT count(*) FROM authors").rows == ((2,),)
    replacement = path.with_suffix(".new")
    with closing(sqlite3.connect(replacement)) as connection:
        connection.executescript("CREATE TABLE authors (id); INSERT INTO authors VALUES (1), (2), (3)")
    replacement.replace(path)
    assert database.execute("SELECT count(*) FROM authors").rows == ((3,),)


def test_a_warm_select_costs_little_over_sqlite_itself(database: SqliteDatabase, path: Path) -> None:
    sql = "SELECT a.name, count(*) FROM authors a JOIN books b ON b.author_id = a.id GROUP BY a.name ORDER BY 2 DESC"
    with closing(sqlite3.connect(path)) as bare:
        bare_time = _median(lambda: bare.execute(sql).fetchall())
    assert _median(lambda: database.execute(sql)) - bare_time < 0.003


def _median(run: Callable[[], object]) -> float:
    times = []
    for _ in range(51):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return sorted(times)[25]


def test_the_default_limits() -> None:
    assert Limits() == Limits(seconds=30, rows=1000, result_bytes=4_000_000, cell_chars=10_000)


def test_a_scratch_database_in_memory_is_empty_and_cannot_be_written() -> None:
    scratch = SqliteDatabase(":memory:")
    assert scratch.schema().tables == ()
    assert scratch.execute("SELECT 1 + 1 AS two").rows == ((2,),)
    with pytest.raises(NotReadOnly):
        scratch.execute("CREATE TABLE x (a)")


def test_a_probe_says_what_the_database_is(database: SqliteDatabase) -> None:
    probe = database.probe()
    assert probe.version == f"SQLite {sqlite3.sqlite_version}"
    assert probe.warning == ""


def test_a_probe_of_a_missing_file_fails(tmp_path: Path) -> None:
    with pytest.raises(ConnectFailed) as failure:
        SqliteDatabase(tmp_path / "none.db").probe()
    assert failure.value.code == "NO_DATABASE"
