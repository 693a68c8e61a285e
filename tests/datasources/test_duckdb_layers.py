"""Each layer below DuckDB's guard holds without it: the child, or the session, gets these as they are."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasources.children import Child, Source
from datasources.duckdb_driver import DuckdbDriver
from datasources.wire import Failure
from tests.datasources.conftest import make_orders

Answer = tuple[Any, ...] | Failure
Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def duckdb_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing here may change it."""
    return make_orders(tmp_path_factory.mktemp("layers"))


@pytest.fixture(scope="module")
def child(duckdb_path: Path) -> Iterator[Child]:
    child = Child(Source("duckdb", (("path", str(duckdb_path)),)))
    child.open()
    yield child
    child.bury()


@pytest.fixture(scope="module")
def ask(child: Child) -> Ask:
    return lambda sql: child.ask(("run", sql, (), 5, 100, 100_000, 1000), 10)


@pytest.fixture(scope="module")
def session(duckdb_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the driver has open, without the driver's own check of the statement."""
    driver = DuckdbDriver(str(duckdb_path))
    yield driver._connection
    driver._connection.close()


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of files that are nobody's business."""
    path = tmp_path_factory.mktemp("outside")
    (path / "secret.csv").write_text("secret\n42\n")
    (path / "secret.json").write_text('{"secret": 42}')
    with duckdb.connect(path / "secret.duckdb") as connection:
        connection.execute("CREATE TABLE secret AS SELECT 42 AS secret")
        connection.execute(f"COPY secret TO '{path}/secret.parquet'")
    return path


WRITING = [
    "INSERT INTO orders VALUES (4, 'Eve', 1)",
    "UPDATE orders SET id = 9",
    "DELETE FROM orders",
    "TRUNCATE orders",
    "DROP TABLE orders",
    "ALTER TABLE orders ADD COLUMN x INT",
    "CREATE TABLE x (a INT)",
    "CREATE OR REPLACE MACRO twice(a) AS a",
    "CREATE SCHEMA x",
    "CREATE INDEX x ON orders (customer)",
    "CREATE SEQUENCE x",
    "WITH x AS (DELETE FROM orders RETURNING *) FROM x",
    "COMMENT ON TABLE orders IS 'x'",
    "COPY orders TO 'OUTSIDE/out.csv'",
    "COPY orders TO '/dev/stdout'",
    "COPY orders FROM 'OUTSIDE/secret.csv'",
    "EXPORT DATABASE 'OUTSIDE/export'",
    "IMPORT DATABASE 'OUTSIDE/export'",
    "INSTALL httpfs",
    "INSTALL 'OUTSIDE/x.duckdb_extension'",
    "LOAD httpfs",
    "LOAD 'OUTSIDE/x.duckdb_extension'",
    "ATTACH 'OUTSIDE/secret.duckdb'",
    "ATTACH 'OUTSIDE/new.duckdb' AS n",
    "ATTACH ':memory:' AS m",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET allowed_configs = ['threads']",
    "SET allowed_directories = ['/']",
    "SET threads = 8",
    "SET memory_limit = '8GB'",
    "SET temp_directory = '/tmp'",
    "RESET memory_limit",
    "PRAGMA enable_profiling",
    "PRAGMA threads = 8",
    "CALL enable_logging()",
    "SELECT 1; DROP TABLE orders",
]
REACHING = [
    "FROM read_csv('OUTSIDE/secret.csv')",
    "FROM read_csv_auto(['OUTSIDE/secret.csv'])",
    "FROM read_text('OUTSIDE/secret.csv')",
    "FROM read_blob('OUTSIDE/*')",
    "FROM read_json('OUTSIDE/secret.json')",
    "FROM read_json_objects('OUTSIDE/secret.json')",
    "FROM read_parquet('OUTSIDE/secret.parquet')",
    "FROM parquet_metadata('OUTSIDE/secret.parquet')",
    "FROM parquet_schema('OUTSIDE/secret.parquet')",
    "FROM read_duckdb('OUTSIDE/secret.duckdb')",
    "FROM sniff_csv('OUTSIDE/secret.csv')",
    "FROM glob('OUTSIDE/*')",
    "FROM 'OUTSIDE/secret.csv'",
    'FROM "OUTSIDE/secret.csv"',
    'FROM "OUTSIDE/secret.parquet" AS t(a)',
    "FROM 'OUTSIDE/secret.duckdb'",
    "SUMMARIZE 'OUTSIDE/secret.csv'",
    "DESCRIBE 'OUTSIDE/secret.csv'",
    "PIVOT 'OUTSIDE/secret.csv' ON secret",
    "SELECT (SELECT secret FROM 'OUTSIDE/secret.csv')",
    "FROM query('FROM ''OUTSIDE/secret.csv''')",
    "FROM query_table(['OUTSIDE/secret.csv'])",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM ''OUTSIDE/secret.csv'''))",
    "FROM 'https://127.0.0.1/secret.csv'",
    "FROM read_text('/proc/self/environ')",
    "SELECT getenv('PATH')",
    "FROM enable_profiling()",
    "FROM enable_logging()",
    "FROM orders_python_variable",
]


@pytest.mark.parametrize("sql", [*WRITING, *REACHING])
def test_nothing_but_reading_the_database_gets_through(ask: Ask, sql: str, duckdb_path: Path, outside: Path) -> None:
    before = duckdb_path.read_bytes(), sorted(outside.rglob("*"))
    answer = ask(sql.replace("OUTSIDE", str(outside)))
    assert isinstance(answer, Failure)
    assert answer.kind in ("refused", "failed")
    assert (duckdb_path.read_bytes(), sorted(outside.rglob("*"))) == before
    assert ask("SELECT count(*) FROM orders")[1] == ((3,),)  # type: ignore[index]


@pytest.mark.parametrize("sql", [*WRITING, *REACHING])
def test_the_session_alone_keeps_what_is_outside(
    session: duckdb.DuckDBPyConnection, sql: str, duckdb_path: Path, outside: Path
) -> None:
    orders_python_variable = [42]
    before = duckdb_path.read_bytes(), sorted(outside.rglob("*"))
    with pytest.raises(duckdb.Error):
        session.execute(sql.replace("OUTSIDE", str(outside))).fetchall()
    assert (duckdb_path.read_bytes(), sorted(outside.rglob("*"))) == before
    assert orders_python_variable


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS PIVOT (FROM orders) ON customer",
        "CREATE TEMP VIEW orders AS SELECT 1",
        "EXPLAIN ANALYZE CREATE TEMP TABLE orders AS SELECT 1",
        "EXPLAIN /* SELECT */ (FORMAT json, ANALYZE) CREATE TEMP TABLE orders AS SELECT 1",
        "-- PIVOT\nCREATE TEMP TABLE orders AS PIVOT (FROM orders) ON customer",
        "CREATE TEMP MACRO twice(a) AS a",
        "SET VARIABLE x = 1",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "USE temp",
        "CALL pragma_version()",
        "PRAGMA version",
        "CHECKPOINT",
        "SET max_execution_time = 0",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_nothing_stays_in_the_session_for_the_next_person(ask: Ask, sql: str) -> None:
    """These the session would let pass: what they are is what the driver refuses."""
    answer = ask(sql)
    assert isinstance(answer, Failure)
    assert answer.kind == "refused"


def test_a_pivot_leaves_nothing_behind(ask: Ask) -> None:
    types = "SELECT count(*) FROM duckdb_types() WHERE NOT internal"
    before = ask(types)[1]  # type: ignore[index]
    assert ask("PIVOT orders ON customer USING count(*)")[1]  # type: ignore[index]
    assert ask(types)[1] == before  # type: ignore[index]


def test_no_path_of_the_server_is_told(ask: Ask, duckdb_path: Path) -> None:
    for sql in ("FROM duckdb_settings()", "SELECT current_setting('secret_directory')"):
        assert str(Path.home()) not in str(ask(sql)) or Path.home() == Path("/")
    assert str(duckdb_path.parent) not in str(ask("FROM duckdb_tables()"))


def test_the_child_has_one_thread_and_writes_no_file(child: Child, ask: Ask) -> None:
    ask("SELECT sum(range) FROM range(1000000)")
    process = Path(f"/proc/{child.pid}")
    limits = {line[:26].strip(): line[26:].split()[0] for line in (process / "limits").read_text().splitlines()}
    # The other one watches for the end of the server.
    assert len(os.listdir(process / "task")) == 2
    assert limits["Max file size"] == "0"
    assert limits["Max processes"] == "0"
    assert limits["Max address space"] == str(1 << 30)
