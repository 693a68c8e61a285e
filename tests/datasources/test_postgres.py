"""PostgreSQL: what a statement gives."""

import resource
import time
from contextlib import closing
from decimal import Decimal

import pytest

from datasources.engine import ServerDatabase
from datasources.errors import NotReadOnly, QueryFailed, QueryTimeout
from tests.postgres import ENDLESS, OpenPostgres, PostgresServer


@pytest.fixture
def database(open_postgres: OpenPostgres) -> ServerDatabase:
    return open_postgres(seconds=10)


def test_rows_columns_and_types(database: ServerDatabase) -> None:
    result = database.execute('SELECT title, "list price", id AS "a b" FROM books ORDER BY id')
    assert result.columns == ("title", "list price", "a b")
    assert result.types == ("character varying(80)", "numeric(8,2)", "integer")
    assert result.rows == (("Notes", Decimal("12.50"), 1), ("Letters", None, 2), ("Zen", Decimal("7.00"), 3))
    assert not result.truncated
    assert 0 < result.elapsed < 5


def test_no_rows_still_have_columns_and_types(database: ServerDatabase) -> None:
    result = database.execute("SELECT id, title FROM books WHERE false")
    assert (result.columns, result.types, result.rows) == (
        ("id", "title"),
        ("integer", "character varying(80)"),
        (),
    )


def test_columns_of_the_same_name_survive(database: ServerDatabase) -> None:
    assert database.execute("SELECT 1 AS id, 2 AS id, 3 AS id").columns == ("id", "id", "id")


@pytest.mark.parametrize(
    ("expression", "cell", "type_"),
    [
        ("NULL", None, "text"),
        ("''", "", "text"),
        ("true", True, "boolean"),
        ("32767::smallint", 32767, "smallint"),
        ("9223372036854775807", 9223372036854775807, "bigint"),
        ("1.5::float4", 1.5, "real"),
        ("0.1::float8", 0.1, "double precision"),
        ("'-infinity'::float8", float("-inf"), "double precision"),
        ("1.10", Decimal("1.10"), "numeric"),
        ("123456789012345678901234567890.5", Decimal("123456789012345678901234567890.5"), "numeric"),
        ("'Infinity'::numeric", Decimal("Infinity"), "numeric"),
        ("'\\x00ff'::bytea", b"\x00\xff", "bytea"),
        ("'naïve 🙂'", "naïve 🙂", "text"),
        ("'a  '::char(4)", "a   ", "character(4)"),
        ("date '2020-02-29'", "2020-02-29", "date"),
        ("date 'infinity'", "infinity", "date"),
        ("date '0044-03-15 BC'", "0044-03-15 BC", "date"),
        ("timestamp '2020-01-01 10:00:00.123456'", "2020-01-01 10:00:00.123456", "timestamp without time zone"),
        ("timestamptz '2020-01-01 10:00+02' AT TIME ZONE 'UTC'", "2020-01-01 08:00:00", "timestamp without time zone"),
        ("time '10:00'", "10:00:00", "time without time zone"),
        ("timetz '10:00+02'", "10:00:00+02", "time with time zone"),
        ("interval '1 year 2 days 03:00'", "1 year 2 days 03:00:00", "interval"),
        ('\'{"b": 1,  "a": 2}\'::json', '{"b": 1,  "a": 2}', "json"),
        ('\'{"b": 1, "a": 2}\'::jsonb', '{"a": 2, "b": 1}', "jsonb"),
        ("ARRAY[1, NULL, 3]", "{1,NULL,3}", "integer[]"),
        ("ARRAY['a b', 'c,d']", '{"a b","c,d"}', "text[]"),
        ("'550e8400-e29b-41d4-a716-446655440000'::uuid", "550e8400-e29b-41d4-a716-446655440000", "uuid"),
        ("int4range(1, 5)", "[1,5)", "int4range"),
        ("'192.168.0.1/24'::inet", "192.168.0.1/24", "inet"),
        ("row(1, 'a b')", '(1,"a b")', "record"),
        ("B'101'::bit(3)", "101", "bit(3)"),
        ("'a & b'::tsquery", "'a' & 'b'", "tsquery"),
        ("12.5::money", "$12.50", "money"),
    ],
)
def test_every_type_of_cell(database: ServerDatabase, expression: str, cell: object, type_: str) -> None:
    result = database.execute(f"SELECT {expression}")
    [[value]] = result.rows
    assert (value, type(value)) == (cell, type(cell))
    assert result.types == (type_,)


def test_not_a_number_is_one_of_each_kind(database: ServerDatabase) -> None:
    [[number, decimal]] = database.execute("SELECT 'NaN'::float8, 'NaN'::numeric").rows
    assert (str(number), str(decimal), type(decimal)) == ("nan", "NaN", Decimal)


def test_a_time_with_a_zone_keeps_it(database: ServerDatabase) -> None:
    [[value]] = database.execute("SELECT timestamptz '2020-01-01 10:00+02'").rows
    assert str(value)[-3] in "+-"


def test_enums_and_domains_are_shown_as_they_are(database: ServerDatabase, postgres: PostgresServer) -> None:
    postgres.run("CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN year AS int", user="owner")
    result = database.execute("SELECT 'glad'::mood, 1999::year")
    postgres.run("DROP TYPE mood; DROP DOMAIN year", user="owner")
    assert (result.rows, result.types) == ((("glad", 1999),), ("mood", "integer"))


class TestLimits:
    def test_more_rows_than_the_limit_are_cut_visibly(self, open_postgres: OpenPostgres) -> None:
        for rows in (1, 128, 129, 1000):
            result = open_postgres(rows=rows).execute("SELECT generate_series(1, 100000)")
            assert (len(result.rows), result.truncated, result.rows[-1]) == (rows, True, (rows,))

    def test_as_many_rows_as_the_limit_are_all(self, open_postgres: OpenPostgres) -> None:
        for rows in (0, 1, 127, 128, 129, 600, 2000):
            result = open_postgres(rows=2000).execute(f"SELECT generate_series(1, {rows})")
            assert (len(result.rows), result.truncated) == (rows, False)

    def test_a_long_cell_ends_in_an_ellipsis(self, open_postgres: OpenPostgres) -> None:
        result = open_postgres(cell_chars=4).execute("SELECT 'abcde', 'abcd', '\\x0102030405'::bytea, 12345.678, 9999")
        assert result.rows == (("abcd…", "abcd", b"\x01\x02\x03\x04" + "…".encode(), "1234…", 9999),)

    def test_more_bytes_than_the_limit_are_cut_visibly(self, open_postgres: OpenPostgres) -> None:
        result = open_postgres(result_bytes=1000).execute("SELECT repeat('x', 300) FROM generate_series(1, 20)")
        assert (len(result.rows), result.truncated) == (3, True)

    def test_rows_that_grow_heavy_do_not_fill_the_memory(self, open_postgres: OpenPostgres) -> None:
        sql = "SELECT repeat('x', CASE WHEN n > 100 THEN 1000000 ELSE 1 END) FROM generate_series(1, 5000) AS n"
        result = open_postgres(seconds=30).execute(sql)
        assert result.truncated
        assert len(result.rows) > 300

    @pytest.mark.parametrize("sql", ["SELECT repeat('x', 200000000)", "SELECT repeat('x', 100000000)::bytea"])
    def test_a_cell_of_200_megabytes_is_an_error(self, open_postgres: OpenPostgres, sql: str) -> None:
        database = open_postgres(seconds=30)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(QueryFailed, match="memory") as failure:
            database.execute(sql)
        assert failure.value.code == "MEMORY"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes
        assert database.execute("SELECT 1").rows == ((1,),)

    def test_an_endless_query_stops_at_the_time_limit(self, open_postgres: OpenPostgres) -> None:
        database = open_postgres(seconds=0.5)
        started = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"0\.5 seconds"):
            database.execute(ENDLESS)
        assert time.monotonic() - started < 2

    def test_so_does_one_that_gives_rows_slowly(self, open_postgres: OpenPostgres) -> None:
        """The server's own limit counts for each batch anew."""
        sql = "SELECT n, (SELECT count(*) FROM generate_series(1, 50000 + n)) FROM generate_series(1, 100000) n"
        with pytest.raises(QueryTimeout):
            open_postgres(seconds=0.8, rows=100_000).execute(sql)

    def test_a_wide_result_is_shown(self, open_postgres: OpenPostgres) -> None:
        result = open_postgres().execute("SELECT " + ", ".join(["1"] * 1600))
        assert (len(result.columns), result.rows) == (1600, ((1,) * 1600,))


class TestErrors:
    @pytest.mark.parametrize(
        ("sql", "code", "message"),
        [
            ("SELECT foo FROM books", "42703", 'column "foo" does not exist'),
            ("SELECT titel FROM books", "42703", 'HINT: Perhaps you meant to reference the column "books.title".'),
            ("SELECT 1 FROM bookz", "42P01", 'relation "bookz" does not exist'),
            ("SELECT nope(1)", "42883", "function nope(integer) does not exist"),
            ("SELECT title FROM books GROUP BY id, author_id HAVING born > 1", "42703", "born"),
            ("SELECT author_id, title FROM books GROUP BY author_id", "42803", "must appear in the GROUP BY clause"),
            ("SELECT 'a'::int", "22P02", "invalid input syntax"),
            ("SELECT 1 / 0", "22012", "division by zero"),
            ("SELECT * FROM pg_catalog.pg_class WHERE", "PARSE", "Syntax error"),
        ],
    )
    def test_the_message_and_the_code_are_the_server_s(
        self, database: ServerDatabase, sql: str, code: str, message: str
    ) -> None:
        with pytest.raises(QueryFailed) as failure:
            database.execute(sql)
        assert failure.value.code == code
        assert message in failure.value.message

    def test_a_message_that_repeats_a_large_value_is_cut(self, database: ServerDatabase) -> None:
        with pytest.raises(QueryFailed, match="invalid input syntax") as failure:
            database.execute("SELECT repeat('://:', 10000000)::int")
        assert len(failure.value.message) < 5000

    def test_a_write_is_refused(self, database: ServerDatabase) -> None:
        with pytest.raises(NotReadOnly):
            database.execute("DELETE FROM books")

    def test_a_table_that_may_not_be_read_says_so(self, database: ServerDatabase, postgres: PostgresServer) -> None:
        postgres.run("CREATE TABLE secrets (a int)", user="owner")
        with pytest.raises(QueryFailed, match="permission denied for table secrets") as failure:
            database.execute("SELECT * FROM secrets")
        postgres.run("DROP TABLE secrets", user="owner")
        assert failure.value.code == "42501"

    def test_a_lock_is_not_waited_for_for_long(self, open_postgres: OpenPostgres, postgres: PostgresServer) -> None:
        with closing(postgres.connected(user="owner")) as locking:
            locking.execute("LOCK TABLE books")
            with pytest.raises(QueryFailed, match="lock timeout"):
                open_postgres(seconds=20).execute("SELECT * FROM books")
