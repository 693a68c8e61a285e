"""What may run on MySQL and MariaDB and what may not, each on a real server."""

from collections.abc import Iterator

import pytest

from datasources.engine import ServerDatabase
from datasources.errors import NotReadOnly, QueryFailed
from tests.datasources.statements import statements
from tests.mariadb import MariadbServer


@pytest.fixture(scope="module")
def database(mariadb: MariadbServer) -> Iterator[ServerDatabase]:
    """As the owner, who could write if nothing stopped it."""
    database = ServerDatabase(mariadb.address(mariadb.owner), ["127.0.0.1"])
    yield database
    database.close()


@pytest.mark.parametrize("sql", statements("mysql_allowed.sql"))
def test_a_statement_that_reads_runs(database: ServerDatabase, sql: str) -> None:
    assert database.execute(sql).columns


@pytest.mark.parametrize("sql", statements("mysql_refused.sql"))
def test_any_other_is_refused(database: ServerDatabase, sql: str) -> None:
    with pytest.raises((NotReadOnly, QueryFailed)) as refusal:
        database.execute(sql)
    assert isinstance(refusal.value, NotReadOnly) or refusal.value.code == "PARSE"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 # one\n INTO OUTFILE '/tmp/x'",
        "SELECT 1 --\u00a0\n FROM books FOR UPDATE",
        "SELECT 1 --\u3000INTO OUTFILE '/tmp/x'",
        "SELECT sleep\n(9)",
        "SELECT 'a\\' INTO OUTFILE \\'/tmp/x' FROM books FOR UPDATE -- '",
    ],
)
def test_neither_do_lines_and_escapes_hide_one(database: ServerDatabase, sql: str) -> None:
    with pytest.raises((NotReadOnly, QueryFailed)) as refusal:
        database.execute(sql)
    assert isinstance(refusal.value, NotReadOnly) or refusal.value.code == "PARSE"


def test_afterwards_everything_is_as_it_was(database: ServerDatabase) -> None:
    assert database.execute("SELECT count(*), sum(id) FROM books").rows[0][0] == 3
