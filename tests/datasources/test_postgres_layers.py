"""Each layer below the guard holds without it: these statements go to the child as they are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from datasources.children import Child
from datasources.engine import ServerDatabase
from datasources.wire import Failure
from tests.postgres import PostgresServer

Ask = Callable[[str], tuple[Any, ...] | Failure]


@pytest.fixture
def ask(postgres: PostgresServer) -> Iterator[Ask]:
    """As the owner of every table."""
    child = Child(ServerDatabase(postgres.address("owner"), ["127.0.0.1"])._source())
    child.open()
    yield lambda sql: child.ask(("run", sql, (), 5, 100, 100_000, 1000), 10)
    child.bury()


def _state(postgres: PostgresServer) -> list[tuple[Any, ...]]:
    return postgres.run(
        "SELECT (SELECT string_agg(b::text, ';' ORDER BY id) FROM books b), (SELECT count(*) FROM pg_class),"
        " (SELECT last_value FROM numbers)"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO authors VALUES (3, 'Eve', 1)",
        "UPDATE books SET title = 'x'",
        "DELETE FROM books",
        "TRUNCATE books CASCADE",
        "DROP TABLE books",
        "CREATE TABLE x (a int)",
        "CREATE TEMP TABLE x (a int)",
        "ALTER TABLE books RENAME TO b",
        "SELECT * INTO x FROM books",
        "WITH a AS (DELETE FROM books RETURNING *) SELECT * FROM a",
        "SELECT nextval('numbers')",
        "SELECT setval('numbers', 9)",
        "SELECT 1; DELETE FROM books",
        "SELECT 1; COMMIT; DELETE FROM books",
        "COMMIT",
        "ROLLBACK; DELETE FROM books",
        "END; DROP TABLE books",
        "SET transaction_read_only = off",
        "SET LOCAL transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "EXPLAIN ANALYZE DELETE FROM books",
        "EXPLAIN ANALYZE INSERT INTO authors VALUES (3, 'Eve', 1)",
        "EXPLAIN SELECT 1; DELETE FROM books",
        "SELECT * FROM books FOR UPDATE",
        "SELECT lo_create(0)",
        "SELECT pg_notify('a', 'b'), nextval('numbers')",
        "COPY books TO '/tmp/x'",
        "COPY books TO PROGRAM 'id'",
        "COPY books TO STDOUT",
        "DO $$ BEGIN DELETE FROM books; END $$",
        "PREPARE x AS DELETE FROM books",
        "LISTEN x",
        "LOCK TABLE books",
        "VACUUM",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT * FROM pg_authid",
        "SELECT query_to_xml('DELETE FROM books', true, true, '')",
    ],
)
def test_nothing_is_written(ask: Ask, postgres: PostgresServer, sql: str) -> None:
    before = _state(postgres)
    assert isinstance(ask(sql), Failure)
    assert _state(postgres) == before


def test_reading_works(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM books")[1] == ((3,),)  # type: ignore[index]


def test_the_session_is_read_only_between_transactions_too(ask: Ask, postgres: PostgresServer) -> None:
    answer = ask("SELECT current_setting('default_transaction_read_only'), current_setting('transaction_read_only')")
    assert answer[1] == (("on", "on"),)  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "called"), [("shout", "shout"), ("Shout É", "Shout É"), ("x" * 63, "x" * 70), ("it's", "it's")]
)
def test_functions_that_may_do_something_are_not_called(postgres: PostgresServer, name: str, called: str) -> None:
    """Also those that came after the session was opened."""
    child = Child(ServerDatabase(postgres.address("owner"), ["127.0.0.1"])._source())
    child.open()
    postgres.run(f"""CREATE FUNCTION "{name}"() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'""", user="owner")
    answer = child.ask(("run", f'SELECT "{called}"()', (called,), 5, 100, 100_000, 1000), 10)
    postgres.run(f'ALTER FUNCTION "{name}"() STABLE', user="owner")
    afterwards = child.ask(("run", f'SELECT "{called}"()', (called,), 5, 100, 100_000, 1000), 10)
    postgres.run(f'DROP FUNCTION "{name}"()', user="owner")
    child.bury()
    assert isinstance(answer, Failure)
    assert (answer.kind, "VOLATILE" in answer.message) == ("refused", True)
    assert afterwards[1] == ((1,),)  # type: ignore[index]
