"""What may run on PostgreSQL and what may not, each on a real server."""

from collections.abc import Iterator

import pytest

from datasources.engine import ServerDatabase
from datasources.errors import NotReadOnly, QueryFailed
from tests.datasources.statements import statements
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Iterator[ServerDatabase]:
    """As the owner, who could write if nothing stopped it."""
    database = ServerDatabase(postgres.address("owner"), ["127.0.0.1"])
    yield database
    database.close()


@pytest.mark.parametrize("sql", statements("postgres_allowed.sql"))
def test_a_statement_that_reads_runs(database: ServerDatabase, sql: str) -> None:
    assert database.execute(sql).columns


@pytest.mark.parametrize("sql", statements("postgres_refused.sql"))
def test_any_other_is_refused(database: ServerDatabase, sql: str) -> None:
    with pytest.raises((NotReadOnly, QueryFailed)) as refusal:
        database.execute(sql)
    assert isinstance(refusal.value, NotReadOnly) or refusal.value.code == "PARSE"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_sleep\n(9)",
        "SELECT 1 -- one\n; DELETE FROM books",
        "SELECT E'\\\\'; DELETE FROM books; --'",
        "SELECT 'a\\'; DELETE FROM books; --'",
        "SELECT U&'\\0061' UESCAPE\n'!'",
        "EXPLAIN (\nANALYZE\n) SELECT 1",
        "EXPLAIN -- VERBOSE\nANALYZE SELECT 1",
    ],
)
def test_neither_do_lines_and_escapes_hide_one(database: ServerDatabase, sql: str) -> None:
    with pytest.raises(NotReadOnly):
        database.execute(sql)


def test_afterwards_everything_is_as_it_was(database: ServerDatabase) -> None:
    assert database.execute("SELECT count(*), sum(id) FROM books").rows == ((3, 6),)
