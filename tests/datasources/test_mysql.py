"""MySQL and MariaDB: what a statement gives, and how it ends."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from datasources.engine import Limits, ServerDatabase
from datasources.errors import ConnectFailed, NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from tests.mariadb import MariadbServer

ENDLESS = "SELECT count(*), '{}' FROM seq_1_to_100000000 a, seq_1_to_100000000 b"
Open = Callable[..., ServerDatabase]


@pytest.fixture
def open_database(mariadb: MariadbServer) -> Iterator[Open]:
    """`open_database(seconds=1)`: the library with these limits, as one who may only read."""
    opened: list[ServerDatabase] = []

    def open_(**limits: float) -> ServerDatabase:
        address = mariadb.address(mariadb.reader)
        opened.append(ServerDatabase(address, ["127.0.0.1"], Limits(**limits)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database: Open) -> ServerDatabase:
    return open_database(seconds=10)


def test_rows_columns_and_types(database: ServerDatabase) -> None:
    result = database.execute("SELECT title, `list price`, id AS `a b` FROM books ORDER BY id")
    assert result.columns == ("title", "list price", "a b")
    assert result.types == ("varchar(80)", "decimal(8,2)", "int")
    assert result.rows == (("Notes", Decimal("12.50"), 1), ("Letters", None, 2), ("Zen", Decimal("7.00"), 3))
    assert not result.truncated
    assert 0 < result.elapsed < 5


def test_no_rows_still_have_columns_and_types(database: ServerDatabase) -> None:
    result = database.execute("SELECT id, title FROM books WHERE false")
    assert (result.columns, result.types, result.rows) == (("id", "title"), ("int", "varchar(80)"), ())


def test_columns_of_the_same_name_survive(database: ServerDatabase) -> None:
    assert database.execute("SELECT 1 AS id, 2 AS id, 3 AS id").columns == ("id", "id", "id")


@pytest.mark.parametrize(
    ("expression", "cell", "type_"),
    [
        ("NULL", None, "null"),
        ("''", "", "varchar(0)"),
        ("1 = 1", 1, "int"),
        ("18446744073709551615", 18446744073709551615, "bigint unsigned"),
        ("CAST(-5 AS SIGNED)", -5, "int"),
        ("1.5e0", 1.5, "double"),
        ("1.10", Decimal("1.10"), "decimal(3,2)"),
        ("CAST('12345678901234567890123456789.5' AS DECIMAL(40, 1))", Decimal("12345678901234567890123456789.5"), ""),
        ("x'00ff'", b"\x00\xff", "varbinary(2)"),
        ("_binary'abc'", b"abc", "varbinary(3)"),
        ("'naïve é'", "naïve é", "varchar(7)"),
        ("DATE '2020-02-29'", "2020-02-29", "date"),
        ("TIMESTAMP '2020-01-01 10:00:00.123456'", "2020-01-01 10:00:00.123456", "datetime"),
        ("TIME '-838:59:59'", "-838:59:59", "time"),
        ("""JSON_OBJECT('b', 1, 'a', NULL)""", '{"b": 1, "a": null}', ""),
    ],
)
def test_every_type_of_cell(database: ServerDatabase, expression: str, cell: object, type_: str) -> None:
    result = database.execute(f"SELECT {expression}")
    [[value]] = result.rows
    assert (value, type(value)) == (cell, type(cell))
    assert not type_ or result.types == (type_,)


def test_every_type_of_column(database: ServerDatabase, mariadb: MariadbServer) -> None:
    columns = {
        "tinyint(1)": ("1", 1, "tinyint"),
        "smallint unsigned": ("65535", 65535, "smallint unsigned"),
        "mediumint": ("-3", -3, "mediumint"),
        "float": ("0.1", 0.1, "float"),
        "year": ("1999", 1999, "year"),
        "bit(10)": ("b'1000000001'", b"\x02\x01", "bit"),
        "char(4)": ("'a'", "a", "char(4)"),
        "enum('x', 'y')": ("'y'", "y", "enum"),
        "set('x', 'y')": ("'x,y'", "x,y", "set"),
        "mediumtext": ("'long'", "long", "text"),
        "longblob": ("x'00'", b"\x00", "blob"),
        "binary(2)": ("'a'", b"a\x00", "binary(2)"),
        "date": ("'0000-00-00'", "0000-00-00", "date"),
        "datetime": ("'2020-01-01 10:00:00'", "2020-01-01 10:00:00", "datetime"),
        "json": ("""'{"a":  1}'""", '{"a":  1}', "text"),
    }
    declared = ", ".join(f"c{number} {type_}" for number, type_ in enumerate(columns))
    values = ", ".join(value for value, _, _ in columns.values())
    mariadb.run(
        f"SET sql_mode = '';\nCREATE TABLE every ({declared});\nINSERT INTO every VALUES ({values})", mariadb.database
    )
    result = database.execute("SELECT * FROM every")
    mariadb.run("DROP TABLE every", mariadb.database)
    assert result.rows == (tuple(cell for _, cell, _ in columns.values()),)
    assert result.types == tuple(type_ for _, _, type_ in columns.values())


def test_text_of_another_character_set_is_read(database: ServerDatabase, mariadb: MariadbServer) -> None:
    mariadb.run("CREATE TABLE old (a varchar(9) CHARACTER SET latin1);\nINSERT INTO old VALUES ('é')", mariadb.database)
    rows = database.execute("SELECT a FROM old").rows
    mariadb.run("DROP TABLE old", mariadb.database)
    assert rows == (("é",),)


class TestLimits:
    def test_more_rows_than_the_limit_are_cut_visibly(self, open_database: Open) -> None:
        result = open_database(rows=5).execute("SELECT seq FROM seq_1_to_100000")
        assert (len(result.rows), result.truncated) == (5, True)

    def test_so_are_more_than_its_own_limit(self, open_database: Open) -> None:
        database = open_database(rows=5)
        result = database.execute("SELECT seq FROM seq_1_to_10000000 LIMIT 9999999")
        assert (len(result.rows), result.truncated) == (5, True)
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_as_many_rows_as_the_limit_are_all(self, open_database: Open) -> None:
        result = open_database(rows=20).execute("SELECT seq FROM seq_1_to_20")
        assert (len(result.rows), result.truncated) == (20, False)

    def test_the_limit_counts_for_the_whole_result_only(self, open_database: Open) -> None:
        """Not for a part of a union, nor inside."""
        database = open_database(rows=3)
        assert database.execute("SELECT count(*) FROM (SELECT seq FROM seq_1_to_9) x").rows == ((9,),)
        union = "SELECT seq FROM seq_1_to_9 UNION ALL SELECT seq FROM seq_1_to_9 ORDER BY seq DESC"
        assert database.execute(union).rows == ((9,), (9,), (8,))

    def test_a_long_cell_ends_in_an_ellipsis(self, open_database: Open) -> None:
        result = open_database(cell_chars=4).execute("SELECT 'abcde', 'abcd', x'0102030405'")
        assert result.rows == (("abcd…", "abcd", b"\x01\x02\x03\x04" + "…".encode()),)

    def test_more_bytes_than_the_limit_are_cut_visibly(self, open_database: Open) -> None:
        result = open_database(result_bytes=1000).execute("SELECT repeat('x', 300) FROM seq_1_to_20")
        assert (len(result.rows), result.truncated) == (3, True)

    def test_a_row_of_hundreds_of_megabytes_is_an_error(self, open_database: Open) -> None:
        database = open_database(seconds=30)
        with pytest.raises(QueryFailed, match="memory") as failure:
            database.execute("SELECT " + ", ".join(["repeat('x', 15000000)"] * 30))
        assert failure.value.code == "MEMORY"
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_an_endless_query_stops_at_the_time_limit(self, open_database: Open) -> None:
        started = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"0\.5 seconds"):
            open_database(seconds=0.5).execute(ENDLESS.format("timed"))
        assert time.monotonic() - started < 3

    def test_limits_may_differ_from_statement_to_statement(self, open_database: Open) -> None:
        assert len(open_database(rows=2).execute("SELECT seq FROM seq_1_to_9").rows) == 2
        assert len(open_database(rows=7).execute("SELECT seq FROM seq_1_to_9").rows) == 7


class TestErrors:
    @pytest.mark.parametrize(
        ("sql", "code", "message"),
        [
            ("SELECT foo FROM books", "1054", "Unknown column 'foo'"),
            ("SELECT 1 FROM bookz", "1146", "doesn't exist"),
            ("SELECT id FROM books, authors", "1052", "ambiguous"),
            ("SELECT 1 UNION SELECT 1, 2", "1222", "different number of columns"),
            ("SELECT 1 FROM books WHRE id = 1", "PARSE", "Syntax error"),
        ],
    )
    def test_the_message_and_the_code_are_the_server_s(
        self, database: ServerDatabase, sql: str, code: str, message: str
    ) -> None:
        with pytest.raises(QueryFailed) as failure:
            database.execute(sql)
        assert failure.value.code == code
        assert message in failure.value.message

    def test_a_write_is_refused(self, database: ServerDatabase) -> None:
        with pytest.raises(NotReadOnly):
            database.execute("DELETE FROM books")


class TestTheServerHearsOfTheEnd:
    """What is ended here does not go on there."""

    def test_a_cancelled_statement(self, open_database: Open, mariadb: MariadbServer) -> None:
        database = open_database(seconds=30)
        running = threading.Thread(target=_cancelled, args=(database, ENDLESS.format("cancelled")))
        running.start()
        assert _begins(mariadb, "cancelled")
        started = time.monotonic()
        database.cancel()
        assert time.monotonic() - started < 1
        assert _ends(mariadb, "cancelled")
        running.join(3)
        assert not running.is_alive()
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_a_statement_that_takes_too_long(self, open_database: Open, mariadb: MariadbServer) -> None:
        with pytest.raises(QueryTimeout):
            open_database(seconds=0.5).execute(ENDLESS.format("too long"))
        assert not mariadb.running("too long")

    def test_the_statements_of_a_site_that_was_killed(self, mariadb: MariadbServer) -> None:
        script = (
            "import json, sys\n"
            "from datasources.dsn import ServerAddress\n"
            "from datasources.engine import ServerDatabase\n"
            "address = ServerAddress(**json.loads(sys.stdin.readline()))\n"
            "ServerDatabase(address, ['127.0.0.1']).execute(sys.argv[1])\n"
        )
        address = json.dumps(mariadb.address(mariadb.reader).to_dict())
        command = [sys.executable, "-c", script, ENDLESS.format("killed")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as site:
            assert site.stdin
            site.stdin.write(address + "\n")
            site.stdin.flush()
            assert _begins(mariadb, "killed")
            site.kill()
        assert _ends(mariadb, "killed")


class TestSessions:
    def test_a_session_serves_many_statements(self, database: ServerDatabase, mariadb: MariadbServer) -> None:
        database.execute("SELECT 1")
        before = _sessions(mariadb)
        for number in range(5):
            database.execute(f"SELECT {number}")
        assert _sessions(mariadb) <= before

    def test_one_that_broke_while_idle_is_replaced_unnoticed(
        self, database: ServerDatabase, mariadb: MariadbServer
    ) -> None:
        database.execute("SELECT 1")
        _end_sessions(mariadb)
        assert database.execute("SELECT 2").rows == ((2,),)

    def test_one_that_breaks_in_a_statement_is_one_clean_error(
        self, database: ServerDatabase, mariadb: MariadbServer
    ) -> None:
        ending = threading.Thread(target=_end_what_begins, args=(mariadb, "broken"))
        ending.start()
        with pytest.raises(ConnectFailed, match="connection to the server broke"):
            database.execute(ENDLESS.format("broken"))
        ending.join()
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_a_database_that_was_dropped_says_so(self, mariadb: MariadbServer) -> None:
        name = f"{mariadb.database}_short"
        mariadb.run(f"CREATE DATABASE {name};\nGRANT SELECT ON {name}.* TO {mariadb.reader}@'%'")
        database = ServerDatabase(mariadb.address(mariadb.reader, database=name), ["127.0.0.1"])
        assert database.execute("SELECT 1").rows == ((1,),)
        mariadb.run(f"DROP DATABASE {name};\nREVOKE SELECT ON {name}.* FROM {mariadb.reader}@'%'")
        with pytest.raises(ConnectFailed) as failure:
            database.probe()
        assert failure.value.code == "NO_DATABASE"


def _sessions(mariadb: MariadbServer) -> set[tuple[object, ...]]:
    return set(mariadb.run(f"SELECT id FROM information_schema.processlist WHERE user = '{mariadb.reader}'"))


def _end_sessions(mariadb: MariadbServer) -> None:
    for (number,) in _sessions(mariadb):
        mariadb.run(f"KILL {number}")


def _end_what_begins(mariadb: MariadbServer, text: str) -> None:
    assert _begins(mariadb, text)
    _end_sessions(mariadb)


def _cancelled(database: ServerDatabase, sql: str) -> None:
    with pytest.raises(QueryCancelled):
        database.execute(sql)


def _begins(mariadb: MariadbServer, text: str) -> bool:
    return _within(5, lambda: bool(mariadb.running(text)))


def _ends(mariadb: MariadbServer, text: str) -> bool:
    return _within(3, lambda: not mariadb.running(text))


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()
