"""What the agent knows of real servers' failures, and that names run as the prompt spells them."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent.errors import ErrorClass, classify_error, is_connection_lost
from agent.hints import hint
from datasources.engine import Database, ServerDatabase
from datasources.errors import SQLError
from datasources.introspect import quoted
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

BOTH = [
    ("SELECT titel FROM books", ErrorClass.NO_SUCH_COLUMN, "closest are books.title"),
    ("SELECT b.name FROM books b JOIN authors a ON a.id = b.author_id", ErrorClass.NO_SUCH_COLUMN, "a.name"),
    ("SELECT * FROM book", ErrorClass.NO_SUCH_TABLE, "closest are books"),
    (
        "SELECT id FROM books JOIN authors ON author_id = authors.id",
        ErrorClass.AMBIGUOUS_COLUMN,
        "books.id or authors.id",
    ),
    ("SELECT author_id FROM books WHERE SUM(id) > 1", ErrorClass.AGGREGATION_ERROR, "HAVING"),
    ("SELECT * FROM books WHERE id = (SELECT id FROM authors)", ErrorClass.OTHER, "IN instead of ="),
]
POSTGRES = [
    *BOTH,
    ("SELECT books.id FROM books b", ErrorClass.NO_SUCH_TABLE, "called b (which is books)"),
    ("SELECT author_id, title FROM books GROUP BY author_id", ErrorClass.AGGREGATION_ERROR, "GROUP BY"),
    ("SELECT * FROM authors WHERE name = 3", ErrorClass.DATATYPE_MISMATCH, ""),
    ("SELECT group_concat(name) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "string_agg"),
    ("SELECT round(born::float8, 2) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "round(x::numeric, 2)"),
]
MYSQL = [
    *BOTH,
    ("SELECT id FROM books WHERE row_number() OVER (ORDER BY id) = 1", ErrorClass.AGGREGATION_ERROR, ""),
    ("SELECT julianday(born) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "DATEDIFF"),
    ("SELECT id FROM books UNION SELECT id, name FROM authors", ErrorClass.SYNTAX_ERROR, ""),
]


@pytest.fixture
def library(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The library of the server that the test names."""
    server: PostgresServer | MariadbServer = request.getfixturevalue(request.param)
    reader = "reader" if isinstance(server, PostgresServer) else server.reader
    database = ServerDatabase(server.address(reader), ["127.0.0.1"])
    yield database
    database.close()


def cases() -> list[Any]:
    return [("postgres", *case) for case in POSTGRES] + [("mariadb", *case) for case in MYSQL]


@pytest.mark.parametrize(("library", "sql", "expected", "help_"), cases(), indirect=["library"])
def test_a_failure_is_understood(library: Database, sql: str, expected: ErrorClass, help_: str) -> None:
    with pytest.raises(SQLError) as failure:
        library.execute(sql)
    schema = library.schema()

    assert classify_error(failure.value, library.dialect) is expected
    assert help_ in hint(expected, failure.value.message, sql, schema, library.dialect)
    assert not is_connection_lost(failure.value, library.dialect)


@pytest.mark.parametrize("library", ["postgres", "mariadb"], indirect=True)
def test_names_run_as_the_prompt_spells_them(library: Database) -> None:
    """Also a table called `; drop`, and columns with spaces, quotes and reserved words."""
    for table in library.schema().tables:
        columns = ", ".join(quoted(column.name, library.dialect) for column in table.columns)
        assert f"CREATE TABLE {table.spelled(library.dialect)} (" in library.schema().to_prompt(library.dialect)
        assert library.execute(f"SELECT {columns} FROM {table.spelled(library.dialect)}").rows
