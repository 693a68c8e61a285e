"""Parameters of a statement: where they may stand, and that no value of one is ever read as SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from datasources.binding import Bound, Given, bind, explained, names
from datasources.engine import Database, DuckdbDatabase, ServerDatabase, SqliteDatabase
from datasources.errors import NotReadOnly, QueryFailed
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

HOSTILE = (
    "'",
    "''",
    "\\",
    "\\'",
    "\\' OR 1=1 -- ",
    "' OR '1'='1",
    "x'; DROP TABLE authors; --",
    '"',
    "`",
    "$1",
    "?",
    ":p1",
    "%s",
    "{{name}}",
    "$$ || version() || $$",
    "/*! SELECT 1 */",
    "a\nb\r\nc",
    "é😀",
    "NULL",
    "",
)


@pytest.fixture(params=["sqlite", "duckdb", "postgres", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with closing(_opened(request.param, request)) as opened:
        yield opened


def _opened(dialect: str, request: pytest.FixtureRequest) -> Database:
    if dialect == "sqlite":
        path: Path = request.getfixturevalue("path")
        return SqliteDatabase(path)
    if dialect == "duckdb":
        return DuckdbDatabase(request.getfixturevalue("duckdb_path"))
    if dialect == "postgres":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        return ServerDatabase(postgres.address("reader"), ["127.0.0.1"])
    mariadb: MariadbServer = request.getfixturevalue("mariadb")
    return ServerDatabase(mariadb.address(mariadb.reader), ["127.0.0.1"])


Run = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def run(database: Database) -> Run:
    def run(sql: str, **given: Given) -> list[tuple[object, ...]]:
        statement = bind(sql, database.dialect, given)
        return list(database.execute(statement.sql, statement.bound).rows)

    return run


def test_a_hostile_text_comes_back_as_it_is(run: Run, database: Database) -> None:
    cast = "CHAR" if database.dialect == "mysql" else "text"
    sql = f"SELECT CAST({{{{v}}}} AS {cast}) AS v"
    assert [run(sql, v=value) for value in HOSTILE] == [[(value,)] for value in HOSTILE]


def test_a_hostile_text_finds_nothing_that_it_is_not(run: Run, database: Database) -> None:
    table, column = ("orders", "customer") if database.dialect == "duckdb" else ("authors", "name")
    sql = f"SELECT * FROM {table} WHERE {column} = {{{{v}}}}"
    assert [value for value in HOSTILE if value and run(sql, v=value)] == []
    assert run(f"SELECT count(*) AS n FROM {table}") != [(0,)]


def test_a_list_becomes_as_many_placeholders(run: Run, database: Database) -> None:
    table = "orders" if database.dialect == "duckdb" else "books"
    sql = f"SELECT id FROM {table} WHERE id IN ({{{{ids}}}}) AND id < {{{{most}}}} ORDER BY id"
    assert run(sql, ids=[1, 3], most=10) == [(1,), (3,)]
    assert run(sql, ids=[3, 2, 1], most=3) == [(1,), (2,)]
    assert run(sql, ids=[], most=10) == []


def test_one_that_stands_twice_is_optional(run: Run, database: Database) -> None:
    table = "orders" if database.dialect == "duckdb" else "books"
    sql = f"SELECT id FROM {table} WHERE {{{{one}}}} IS NULL OR id = {{{{one}}}} ORDER BY id"
    assert run(sql, one=None) == [(1,), (2,), (3,)]
    assert run(sql, one=2) == [(2,)]


def test_a_text_that_is_a_number_is_compared_as_one(run: Run, database: Database) -> None:
    table = "orders" if database.dialect == "duckdb" else "books"
    assert run(f"SELECT id FROM {table} WHERE id = {{{{one}}}}", one="2") == [(2,)]


def test_a_statement_is_explained_with_its_values(run: Run, database: Database) -> None:
    plan = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    table = "orders" if database.dialect == "duckdb" else "books"
    assert run(f"{plan} SELECT id FROM {table} WHERE id = {{{{one}}}}", one=2)


def test_numbers_and_limits(run: Run) -> None:
    assert run("SELECT {{a}} + {{b}} AS n", a=40, b=2) in ([(42,)], [(42.0,)])
    [(sum_,)] = run("SELECT {{a}} + 0.25 AS n", a=Decimal("1.50"))
    assert float(str(sum_)) == 1.75


def test_a_limit_may_be_one(run: Run, database: Database) -> None:
    table = "orders" if database.dialect == "duckdb" else "books"
    assert len(run(f"SELECT id FROM {table} LIMIT {{{{most}}}}", most=2)) == 2


def test_a_date_is_compared_as_one(run: Run, database: Database) -> None:
    if database.dialect == "sqlite":
        assert run("SELECT date('2025-03-02') > {{day}} AS later", day=date(2025, 3, 1)) == [(1,)]
        return
    [(later,)] = run("SELECT CAST('2025-03-02' AS date) > {{day}} AS later", day=date(2025, 3, 1))
    assert later in (True, 1)


def test_a_statement_without_values_still_runs_after_one_with(run: Run) -> None:
    assert run("SELECT {{a}} + 0 AS n", a=1) in ([(1,)], [(1.0,)])
    assert run("SELECT 2 AS n") == [(2,)]
    assert run("SELECT {{a}} + 0 AS n", a=3) in ([(3,)], [(3.0,)])


def test_what_writes_is_refused_with_parameters_too(run: Run, database: Database) -> None:
    table = "orders" if database.dialect == "duckdb" else "authors"
    with pytest.raises(NotReadOnly):
        run(f"DELETE FROM {table} WHERE id = {{{{v}}}}", v=1)
    with pytest.raises((NotReadOnly, QueryFailed)):
        run("SELECT {{v}}; DROP TABLE authors", v=1)


def test_placeholders_have_to_be_as_many_as_values(database: Database) -> None:
    more: dict[str, tuple[str, tuple[Bound, ...]]] = {
        "sqlite": ("SELECT :p1, :p3", (1, 2)),
        "postgres": ("SELECT $1::int, $3::int", (1, 2)),
        "duckdb": ("SELECT ?, ?", (1,)),
        "mysql": ("SELECT ?, ?", (1,)),
    }
    sql, bound = more[database.dialect]
    with pytest.raises(QueryFailed, match="not as many"):
        database.execute(sql, bound)
    with pytest.raises(QueryFailed, match="placeholder"):
        database.execute(sql)


def test_what_no_database_takes_is_said_before(database: Database) -> None:
    one = bind("SELECT {{v}} AS v", database.dialect, {"v": "a\0b"})
    with pytest.raises(QueryFailed, match="no database takes"):
        database.execute(one.sql, one.bound)


def test_where_a_value_s_type_cannot_be_told_the_way_out_is_said(postgres: PostgresServer) -> None:
    one = bind("SELECT jsonb_build_object('a', {{v}}) AS v", "postgres", {"v": "x"})
    with closing(ServerDatabase(postgres.address("reader"), ["127.0.0.1"])) as database:
        with pytest.raises(QueryFailed) as failed:
            database.execute(one.sql, one.bound)
    assert explained(failed.value).message.endswith("such as {{name}}::text.")
    other = QueryFailed("no such column: x")
    assert explained(other) is other


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgres", "mysql"])
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM t WHERE a = '{{v}}'", "in a text in quotes"),
        ("SELECT * FROM t WHERE a LIKE '%{{v}}%'", "in a text in quotes"),
        ("SELECT * FROM t -- {{v}}", "in a comment"),
        ("SELECT /* {{v}} */ 1", "in a comment"),
        ("SELECT a{{v}} FROM t", "joined to what is beside it"),
        ("SELECT {{v}}a FROM t", "joined to what is beside it"),
        ("SELECT {{Ä v}} FROM t", "is no name"),
        ("SELECT {{}} FROM t", "is no name"),
    ],
)
def test_where_none_may_stand_is_said(dialect: str, sql: str, said: str) -> None:
    with pytest.raises(QueryFailed, match=said):
        names(sql, dialect)


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [("sqlite", 'SELECT "{{v}}" FROM t'), ("postgres", 'SELECT "{{v}}" FROM t'), ("mysql", "SELECT `{{v}}` FROM t")],
)
def test_none_stands_for_a_name(dialect: str, sql: str) -> None:
    with pytest.raises(QueryFailed, match="can name no table and no column"):
        names(sql, dialect)


def test_a_name_without_a_value_is_said() -> None:
    with pytest.raises(QueryFailed, match="There is no value for"):
        bind("SELECT {{month}}", "sqlite", {})


def test_names_come_once_in_their_order() -> None:
    assert names("SELECT {{b}}, {{ a }}, {{b}}, {{month.first}}", "postgres") == ["b", "a", "month.first"]
