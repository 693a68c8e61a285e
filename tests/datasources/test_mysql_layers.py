"""Each layer below the guard holds without it: these statements go to the child as they are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from datasources.children import Child
from datasources.engine import ServerDatabase
from datasources.wire import Failure
from tests.mariadb import MariadbServer

Ask = Callable[[str], tuple[Any, ...] | Failure]


@pytest.fixture
def ask(mariadb: MariadbServer) -> Iterator[Ask]:
    """As the owner of every table."""
    child = Child(ServerDatabase(mariadb.address(mariadb.owner), ["127.0.0.1"])._source())
    child.open()
    yield lambda sql: child.ask(("run", sql, (), 5, 100, 100_000, 1000), 10)
    child.bury()


def _state(mariadb: MariadbServer) -> list[tuple[Any, ...]]:
    return mariadb.run(
        "SELECT (SELECT group_concat(id, title ORDER BY id) FROM books), (SELECT count(*) FROM authors),"
        f" (SELECT count(*) FROM information_schema.tables WHERE table_schema = '{mariadb.database}')",
        mariadb.database,
    )


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO authors VALUES (3, 'Eve', 1)",
        "REPLACE INTO authors VALUES (1, 'Eve', 1)",
        "UPDATE books SET title = 'x'",
        "DELETE FROM books",
        "TRUNCATE books",
        "DROP TABLE books",
        "CREATE TABLE x (a int)",
        "CREATE TABLE x AS SELECT 1",
        "ALTER TABLE books ADD x int",
        "RENAME TABLE books TO b",
        "CREATE VIEW v AS SELECT 1",
        "SELECT 1; DELETE FROM books",
        "SELECT 1; COMMIT; DELETE FROM books",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT load_file('/etc/passwd') FROM nowhere",
        "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE authors (name)",
        "LOAD DATA INFILE '/etc/hostname' INTO TABLE authors (name)",
        "SELECT * FROM mysql.user",
        "SET GLOBAL general_log = 1",
        "EXECUTE IMMEDIATE 'DELETE FROM books'",
        "GRANT ALL ON *.* TO x@y",
    ],
)
def test_nothing_is_written(ask: Ask, mariadb: MariadbServer, sql: str) -> None:
    before = _state(mariadb)
    assert isinstance(ask(sql), Failure)
    assert _state(mariadb) == before


def test_reading_works(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM books")[1] == ((3,),)  # type: ignore[index]


def test_a_function_that_writes_cannot(ask: Ask, mariadb: MariadbServer) -> None:
    mariadb.run("CREATE FUNCTION tidy() RETURNS int BEGIN DELETE FROM books; RETURN 1; END", mariadb.database)
    answer = ask("SELECT tidy()")
    mariadb.run("DROP FUNCTION tidy", mariadb.database)
    assert isinstance(answer, Failure)
    assert answer.kind == "refused"


def test_quotes_and_backslashes_mean_what_the_guard_takes_them_for(ask: Ask, mariadb: MariadbServer) -> None:
    """Whatever the server's modes are."""
    answer = ask("SELECT @@sql_mode, 'a\\'b', \"c\"")
    assert answer[1][0][1:] == ("a'b", "c")  # type: ignore[index]


def test_the_session_is_read_only_between_transactions_too(ask: Ask) -> None:
    assert ask("SELECT @@tx_read_only")[1] == ((1,),)  # type: ignore[index]
