"""What the agent knows of real databases' failures, and that names run as the prompt spells them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agent.errors import ErrorClass, classify_error, is_connection_lost
from agent.hints import hint
from datasources.engine import Database, DuckdbDatabase, ServerDatabase
from datasources.errors import SQLError
from datasources.introspect import quoted
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

ALL_KNOW = [
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
    *ALL_KNOW,
    ("SELECT books.id FROM books b", ErrorClass.NO_SUCH_TABLE, "called b (which is books)"),
    ("SELECT author_id, title FROM books GROUP BY author_id", ErrorClass.AGGREGATION_ERROR, "GROUP BY"),
    ("SELECT * FROM authors WHERE name = 3", ErrorClass.DATATYPE_MISMATCH, ""),
    ("SELECT group_concat(name) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "string_agg"),
    ("SELECT round(born::float8, 2) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "round(x::numeric, 2)"),
]
MYSQL = [
    *ALL_KNOW,
    ("SELECT id FROM books WHERE row_number() OVER (ORDER BY id) = 1", ErrorClass.AGGREGATION_ERROR, ""),
    ("SELECT julianday(born) FROM authors", ErrorClass.NO_SUCH_FUNCTION, "DATEDIFF"),
    ("SELECT id FROM books UNION SELECT id, name FROM authors", ErrorClass.SYNTAX_ERROR, ""),
]

DUCKDB = [
    *ALL_KNOW,
    ("SELECT books.id FROM books b", ErrorClass.NO_SUCH_TABLE, "called b (which is books)"),
    ("SELECT author_id, title FROM books GROUP BY author_id", ErrorClass.AGGREGATION_ERROR, "GROUP BY"),
    ("SELECT to_char(born, 'YYYY') FROM authors", ErrorClass.NO_SUCH_FUNCTION, "strftime"),
    ("SELECT sum(name) FROM authors", ErrorClass.DATATYPE_MISMATCH, "sum(x::DOUBLE)"),
    ("SELECT * FROM authors WHERE born = 'abc'", ErrorClass.DATATYPE_MISMATCH, ""),
]
DUCKDB_SCRIPT = """
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, born int);
CREATE TABLE books (id int PRIMARY KEY, author_id int REFERENCES authors (id), title text, "list price" double);
CREATE TABLE "; drop" ("a ""b"" c" int, "select" text);
INSERT INTO authors VALUES (1, 'Ada', 1815), (2, 'Ben', NULL);
INSERT INTO books VALUES (1, 1, 'Notes', 12.5), (2, 1, 'Letters', NULL), (3, 2, 'Zen', 7);
INSERT INTO "; drop" VALUES (1, 'x');
"""


@pytest.fixture(scope="session")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("duck") / "library.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(DUCKDB_SCRIPT)
    return path


@pytest.fixture
def library(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The library in the database that the test names."""
    database = _opened(request.getfixturevalue(request.param))
    yield database
    database.close()


def _opened(where: PostgresServer | MariadbServer | Path) -> Database:
    if isinstance(where, Path):
        return DuckdbDatabase(where)
    reader = "reader" if isinstance(where, PostgresServer) else where.reader
    return ServerDatabase(where.address(reader), ["127.0.0.1"])


def cases() -> list[Any]:
    by_fixture = {"postgres": POSTGRES, "mariadb": MYSQL, "duck": DUCKDB}
    return [(fixture, *case) for fixture, known in by_fixture.items() for case in known]


@pytest.mark.parametrize(("library", "sql", "expected", "help_"), cases(), indirect=["library"])
def test_a_failure_is_understood(library: Database, sql: str, expected: ErrorClass, help_: str) -> None:
    with pytest.raises(SQLError) as failure:
        library.execute(sql)
    schema = library.schema()

    assert classify_error(failure.value, library.dialect) is expected
    assert help_ in hint(expected, failure.value.message, sql, schema, library.dialect)
    assert not is_connection_lost(failure.value, library.dialect)


@pytest.mark.parametrize("library", ["postgres", "mariadb", "duck"], indirect=True)
def test_names_run_as_the_prompt_spells_them(library: Database) -> None:
    """Also a table called `; drop`, and columns with spaces, quotes and reserved words."""
    for table in library.schema().tables:
        columns = ", ".join(quoted(column.name, library.dialect) for column in table.columns)
        assert f"CREATE TABLE {table.spelled(library.dialect)} (" in library.schema().to_prompt(library.dialect)
        assert library.execute(f"SELECT {columns} FROM {table.spelled(library.dialect)}").rows
