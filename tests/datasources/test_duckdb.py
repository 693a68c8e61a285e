"""What a statement on DuckDB gives, and how it ends."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from accounts.models import User
from datasources.engine import DuckdbDatabase, Limits
from datasources.errors import NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from datasources.models import Connection
from tests.datasources.conftest import make_orders

ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
OpenDuckdb = Callable[..., DuckdbDatabase]


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, so that one warm process answers for most of them."""
    return make_orders(tmp_path_factory.mktemp("orders"))


@pytest.fixture
def open_duckdb(orders: Path) -> Iterator[OpenDuckdb]:
    """`open_duckdb(seconds=1)`: the orders with these limits."""
    opened: list[DuckdbDatabase] = []

    def open_(**limits: float) -> DuckdbDatabase:
        opened.append(DuckdbDatabase(orders, Limits(**limits)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


@pytest.fixture
def database(open_duckdb: OpenDuckdb) -> DuckdbDatabase:
    return open_duckdb(seconds=10)


def test_a_statement_gives_columns_types_and_rows(database: DuckdbDatabase) -> None:
    result = database.execute("SELECT id, customer AS who, total FROM orders ORDER BY id")
    assert result.columns == ("id", "who", "total")
    assert result.types == ("BIGINT", "VARCHAR", "DECIMAL(10,2)")
    assert result.rows == ((1, "Ada", Decimal("9.50")), (2, "", Decimal("12.00")), (3, None, None))
    assert not result.truncated
    assert 0 < result.elapsed < 5


@pytest.mark.parametrize(
    ("expression", "value", "type_"),
    [
        ("true", True, "BOOLEAN"),
        ("1::TINYINT", 1, "TINYINT"),
        ("9223372036854775807", 2**63 - 1, "BIGINT"),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1, "HUGEINT"),
        ("340282366920938463463374607431768211455::UHUGEINT", 2**128 - 1, "UHUGEINT"),
        ("1.5::DOUBLE", 1.5, "DOUBLE"),
        ("'-inf'::FLOAT", -math.inf, "FLOAT"),
        ("12.50::DECIMAL(10,2)", Decimal("12.50"), "DECIMAL(10,2)"),
        ("''", "", "VARCHAR"),
        ("NULL", None, "NULL"),
        (r"'\x00\xFF'::BLOB", b"\x00\xff", "BLOB"),
        ("DATE '2024-02-29'", "2024-02-29", "DATE"),
        ("DATE 'infinity'", "infinity", "DATE"),
        ("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)", "DATE"),
        ("DATE '200000-01-01'", "200000-01-01", "DATE"),
        ("TIMESTAMP '2024-01-01 10:00:00.5'", "2024-01-01 10:00:00.5", "TIMESTAMP"),
        ("TIMESTAMP '-infinity'", "-infinity", "TIMESTAMP"),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "2024-01-01 00:00:00.123456789", "TIMESTAMP_NS"),
        ("TIMESTAMPTZ '2024-07-01 12:00:00+02'", "2024-07-01 10:00:00+00", "TIMESTAMP WITH TIME ZONE"),
        ("TIME '24:00:00'", "24:00:00", "TIME"),
        ("'12:00:00+02'::TIMETZ", "12:00:00+02", "TIME WITH TIME ZONE"),
        ("INTERVAL '1 year 2 months 3 days 4 hours'", "1 year 2 months 3 days 04:00:00", "INTERVAL"),
        (
            "'8f3b1c1e-0000-4000-8000-000000000001'::UUID",
            "8f3b1c1e-0000-4000-8000-000000000001",
            "UUID",
        ),
        ("'a'::ENUM('a', 'b')", "a", "ENUM('a', 'b')"),
        ("'101'::BIT", "101", "BIT"),
        ("(2::HUGEINT ** 70)::BIGNUM", str(2**70), "BIGNUM"),
        ("[1, NULL, 3]", "[1,null,3]", "INTEGER[]"),
        ("[1, 2]::INTEGER[2]", "[1,2]", "INTEGER[2]"),
        ("{'a': 1, 'b': DATE '2024-01-01'}", '{"a":1,"b":"2024-01-01"}', "STRUCT(a INTEGER, b DATE)"),
        ("MAP {'k': [1.5]}", '{"k":[1.5]}', "MAP(VARCHAR, DECIMAL(2,1)[])"),
        ("union_value(n := 1)", '{"n":1}', "UNION(n INTEGER)"),
        ("""'{"a": [1, 2]}'::JSON""", '{"a": [1, 2]}', "JSON"),
    ],
)
def test_values_are_shown_faithfully(database: DuckdbDatabase, expression: str, value: object, type_: str) -> None:
    result = database.execute(f"SELECT {expression} AS x")
    assert (result.rows, result.types) == (((value,),), (type_,))
    assert type(result.rows[0][0]) is type(value)


def test_a_connection_opens_it(duckdb_path: Path, alice: User) -> None:
    place = {"dialect": "duckdb", "origin": "upload", "path": str(duckdb_path)}
    connection = Connection.objects.create(team=alice.teams.get(), name="orders", **place)
    assert connection.database().execute("SELECT count(*) FROM orders").rows == ((3,),)


def test_nan_is_a_number_that_is_none(database: DuckdbDatabase) -> None:
    [[value]] = database.execute("SELECT 'nan'::DOUBLE").rows
    assert isinstance(value, float)
    assert math.isnan(value)


def test_every_type_that_duckdb_has_comes_through(database: DuckdbDatabase) -> None:
    result = database.execute("SELECT * FROM test_all_types()")
    assert len(result.rows) == 3
    assert len(result.columns) == len(result.types) > 50
    assert max(map(len, result.types)) <= 201


def test_columns_may_have_the_same_name_or_a_strange_one(database: DuckdbDatabase) -> None:
    result = database.execute("""SELECT 1 AS a, 2 AS a, 3 AS "é 🙂 ""x"" ", 4 AS "select" -- done""")
    assert (result.columns, result.rows) == (("a", "a", 'é 🙂 "x" ', "select"), ((1, 2, 3, 4),))


def test_names_of_any_length_do_not_fill_the_memory(duckdb_path: Path) -> None:
    with duckdb.connect(duckdb_path) as connection:
        connection.execute(f'CREATE TABLE endless ("{"n" * 40_000}" INTEGER)')
    with closing(DuckdbDatabase(duckdb_path)) as database:
        [name] = database.execute("FROM endless").columns
        assert len(name) == 1001
        assert database.schema().table("endless") is None


def test_rows_keep_their_order(database: DuckdbDatabase) -> None:
    result = database.execute(
        "SELECT d FROM (SELECT DATE '2024-01-01' + i::INT AS d, i FROM range(500) t(i)) ORDER BY i DESC"
    )
    days = [str(row[0]) for row in result.rows]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("FROM orders SELECT id LIMIT 1", ((1,),)),
        ("PIVOT orders ON customer USING count(*) GROUP BY total", 3),
        ("-- by customer\nPIVOT /* all */ orders ON customer", 3),
        ("EXPLAIN PIVOT orders ON customer", 1),
        ("/* why */ EXPLAIN SELECT 1", 1),
        ("SELECT * FROM (PIVOT (SELECT 'a' AS k) ON k USING count(*))", ((1,),)),
        ("UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b", (("a", 1), ("b", 2))),
        ("DESCRIBE orders", 3),
        ("SUMMARIZE orders", 3),
        ("SHOW TABLES", (("orders",),)),
        ("EXPLAIN SELECT 1", 1),
        ("EXPLAIN (FORMAT json) SELECT 1", 1),
        ("SELECT list_transform([1, 2], x -> x + 1), list_transform([1, 2], lambda x: x + 1)", (("[2,3]", "[2,3]"),)),
        ("SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]", (("[4,6]",),)),
        ("SELECT twice(4), column0 FROM pair(5)", ((8, 5),)),
        ("SELECT COLUMNS('id') FROM orders USING SAMPLE 100%", 3),
        ("SELECT a.id FROM orders a POSITIONAL JOIN orders b QUALIFY row_number() OVER () = 1", ((1,),)),
        ("SELECT 1 UNION BY NAME SELECT 2", 2),
        ("VALUES (1), (2)", ((1,), (2,))),
        ("TABLE orders", 3),
        ("SELECT '{\"a\": 1}'::JSON ->> '$.a'", (("1",),)),
    ],
)
def test_duckdb_s_own_sql_runs(database: DuckdbDatabase, sql: str, rows: int | tuple[tuple[object, ...], ...]) -> None:
    result = database.execute(sql)
    assert (len(result.rows) if isinstance(rows, int) else result.rows) == rows


class TestLimits:
    def test_more_rows_than_the_limit_are_cut_visibly(self, open_duckdb: OpenDuckdb) -> None:
        result = open_duckdb(rows=5).execute("FROM range(20)")
        assert (len(result.rows), result.truncated) == (5, True)

    def test_as_many_rows_as_the_limit_are_all(self, open_duckdb: OpenDuckdb) -> None:
        result = open_duckdb(rows=20).execute("FROM range(20)")
        assert (len(result.rows), result.truncated) == (20, False)

    def test_a_long_cell_ends_in_an_ellipsis(self, open_duckdb: OpenDuckdb) -> None:
        sql = r"SELECT 'abcde', 'abcd', '\x01\x02\x03\x04\x05'::BLOB, [1, 2, 3]"
        assert open_duckdb(cell_chars=4).execute(sql).rows == (
            ("abcd…", "abcd", b"\x01\x02\x03\x04" + "…".encode(), "[1,2…"),
        )

    def test_more_bytes_than_the_limit_are_cut_visibly(self, open_duckdb: OpenDuckdb) -> None:
        result = open_duckdb(result_bytes=1000).execute("SELECT repeat('x', 300) FROM range(9)")
        assert (len(result.rows), result.truncated) == (3, True)

    @pytest.mark.parametrize(
        "sql",
        [
            ENDLESS,
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range < 0",
            "SELECT to_json(range(30000000))",
        ],
    )
    def test_an_endless_query_stops_at_the_time_limit(self, open_duckdb: OpenDuckdb, sql: str) -> None:
        database = open_duckdb(seconds=0.5)
        started = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"0\.5 seconds"):
            database.execute(sql)
        assert time.monotonic() - started < 3
        assert open_duckdb(seconds=10).execute("SELECT 1").rows == ((1,),)

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT string_agg(repeat('x', 1000)) FROM range(10000000)",
            "SELECT count(DISTINCT hash(i)) FROM range(100000000) r(i)",
            "SELECT repeat('x', 2000000000)",
        ],
    )
    def test_a_statement_that_needs_too_much_memory_says_so(self, open_duckdb: OpenDuckdb, sql: str) -> None:
        database = open_duckdb(seconds=30)
        with pytest.raises(QueryFailed) as failure:
            database.execute(sql)
        assert failure.value.message == "The statement needed more memory than it may use."
        assert database.execute("SELECT 1").rows == ((1,),)


class TestErrors:
    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            ("SELECT foo FROM orders", 'Binder Error: Referenced column "foo" not found'),
            ("SELECT * FROM nothing", "Catalog Error: Table with name nothing does not exist"),
            ("SELECT nothing(1)", "Catalog Error: Scalar Function with name nothing does not exist"),
            ("SELECT customer, count(*) FROM orders", "must appear in the GROUP BY clause"),
            ("SELECT customer::INT FROM orders", "Conversion Error: Could not convert string 'Ada' to INT32"),
        ],
    )
    def test_the_message_is_duckdb_s_own(self, database: DuckdbDatabase, sql: str, message: str) -> None:
        with pytest.raises(QueryFailed) as failure:
            database.execute(sql)
        assert message in failure.value.message
        assert "LINE" not in failure.value.message

    def test_a_failed_statement_does_not_harm_the_next(self, database: DuckdbDatabase) -> None:
        for _ in range(2):
            with pytest.raises(QueryFailed):
                database.execute("SELECT foo FROM orders")
        assert database.execute("SELECT count(*) FROM orders").rows == ((3,),)

    def test_a_write_is_refused(self, database: DuckdbDatabase) -> None:
        with pytest.raises(NotReadOnly):
            database.execute("DELETE FROM orders")

    def test_a_view_over_a_file_is_refused(self, duckdb_path: Path) -> None:
        """The guard sees but its name."""
        (duckdb_path.parent / "secret.csv").write_text("a\n1\n")
        with duckdb.connect(duckdb_path) as connection:
            connection.execute(f"CREATE VIEW leak AS FROM read_csv('{duckdb_path.parent}/secret.csv')")
            connection.execute("CREATE MACRO peek() AS TABLE FROM read_text('/etc/passwd')")
        with closing(DuckdbDatabase(duckdb_path)) as database:
            for sql in ("FROM leak", "FROM peek()"):
                with pytest.raises(NotReadOnly, match="refused it"):
                    database.execute(sql)

    def test_cancelling_ends_it_at_once(self, database: DuckdbDatabase) -> None:
        threading.Timer(0.3, database.cancel).start()
        started = time.monotonic()
        with pytest.raises(QueryCancelled):
            database.execute(ENDLESS)
        assert time.monotonic() - started < 2
