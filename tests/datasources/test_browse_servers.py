"""What the Data tab asks is understood by real servers: every filter on every kind of column, every hard name."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from datasources.browse import View
from datasources.browse_filters import Filter, Operator
from datasources.engine import Database, ServerDatabase
from datasources.introspect import Column, Table
from tests.datasources.test_browse import HARD_NAMES
from tests.mariadb import MariadbServer
from tests.postgres import PostgresServer

Rows = list[tuple[Any, ...]]
Read = Callable[[str], Rows]

COLUMNS = {
    "postgres": "id int PRIMARY KEY, label text, amount numeric(20, 4), ratio double precision, paid boolean, "
    "day date, moment timestamptz, clock time, code uuid, data jsonb, tags int[], bytes bytea",
    "mysql": "id int PRIMARY KEY, label varchar(80), amount decimal(20, 4), ratio double, paid boolean, day date, "
    "moment datetime, clock time, code char(36), data json, bytes blob",
    "duckdb": "id INTEGER PRIMARY KEY, label VARCHAR, amount DECIMAL(20, 4), ratio DOUBLE, paid BOOLEAN, day DATE, "
    "moment TIMESTAMPTZ, clock TIME, code UUID, data JSON, tags INTEGER[], bytes BLOB",
}
UUID = "6f8d9bea-0000-4000-8000-000000000001"
VALUES = {
    "id": "1", "label": "100%_!\\ it's", "amount": "12.5000", "ratio": "0.5", "paid": "true", "day": "2024-02-29",
    "moment": "2024-02-29", "clock": "10:00:00", "code": UUID, "data": '{"a": 1}',
}  # fmt: skip
EXACT = ("id", "label", "amount", "ratio", "paid", "day", "moment", "clock", "code")


def table(dialect: str) -> Table:
    written = COLUMNS[dialect].replace("(20, 4)", "").replace("(36)", "").split(", ")
    columns = (part.removesuffix(" PRIMARY KEY").split(" ", 1) for part in written)
    kinds = {"boolean": "tinyint(1)"} if dialect == "mysql" else {}
    return Table("Kinds", tuple(Column(name, kinds.get(kind, kind), name != "id") for name, kind in columns), ("id",))


def script(dialect: str) -> str:
    quote = "`" if dialect == "mysql" else '"'
    backslash = "\\\\" if dialect == "mysql" else "\\"
    label = f"100%_!{backslash} it''s"
    names = "id, label, amount, ratio, paid, day, moment, clock, code, data"
    return (
        f"CREATE TABLE {quote}Kinds{quote} ({COLUMNS[dialect]});\n"
        f"INSERT INTO {quote}Kinds{quote} ({names}) VALUES (1, '{label}', 12.5, 0.5, true, '2024-02-29', "
        f"""'2024-02-29 10:00:00', '10:00:00', '{UUID}', '{{"a": 1}}');\n"""
        f"INSERT INTO {quote}Kinds{quote} ({names}) VALUES (2, 'other', -1, 2, false, '2023-01-01', "
        f"'2023-01-01 00:00:00', '11:00:00', '6f8d9bea-0000-4000-8000-000000000002', '{{}}');\n"
        f"INSERT INTO {quote}Kinds{quote} (id) VALUES (3);\n"
    )


def reading(database: Database) -> Read:
    return lambda sql: list(database.execute(sql).rows)


@pytest.fixture(scope="module")
def postgres_rows(postgres: PostgresServer) -> Read:
    postgres.run(script("postgres") + 'GRANT SELECT ON "Kinds" TO reader', user="owner")
    return reading(ServerDatabase(postgres.address("reader"), ["127.0.0.1"]))


@pytest.fixture(scope="module")
def mysql_rows(mariadb: MariadbServer) -> Read:
    mariadb.run(script("mysql"), mariadb.database)
    return reading(ServerDatabase(mariadb.address(mariadb.reader), ["127.0.0.1"]))


@pytest.fixture(scope="module")
def duckdb_rows() -> Read:
    database = duckdb.connect()
    database.execute(script("duckdb"))
    return lambda sql: database.execute(sql).fetchall()


@pytest.fixture
def read(request: pytest.FixtureRequest, dialect: str) -> Read:
    found: Read = request.getfixturevalue(f"{dialect}_rows")
    return found


def found(read: Read, dialect: str, *filters: Filter, **others: Any) -> list[Any]:
    """The keys of the rows."""
    return [row[0] for row in read(View(table(dialect), filters, **others).statement(dialect))]


pytestmark = pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb"])


@pytest.mark.parametrize("operator", Operator)
def test_every_filter_is_understood_on_every_column(read: Read, dialect: str, operator: Operator) -> None:
    for column in table(dialect).columns:
        found(read, dialect, Filter(column.name, operator, VALUES.get(column.name, "x")))


@pytest.mark.parametrize("column", EXACT)
def test_is_finds_the_row_and_is_not_the_others_with_nulls(read: Read, dialect: str, column: str) -> None:
    assert found(read, dialect, Filter(column, Operator.IS, VALUES[column])) == [1]
    assert found(read, dialect, Filter(column, Operator.IS_NOT, VALUES[column])) == [2, 3]


@pytest.mark.parametrize("column", ["label", "amount", "day", "moment", "code"])
def test_the_start_of_what_is_shown_finds_the_row(read: Read, dialect: str, column: str) -> None:
    assert found(read, dialect, Filter(column, Operator.STARTS, VALUES[column][:8])) == [
        1, *([2] if column == "code" else []),
    ]  # fmt: skip


def test_signs_of_patterns_and_of_texts_are_themselves(read: Read, dialect: str) -> None:
    for value in ("%", "_", "!", "\\", "'", "0%_!\\ IT'S"):
        assert found(read, dialect, Filter("label", Operator.CONTAINS, value)) == [1]


@pytest.mark.parametrize("column", ["amount", "day", "moment"])
def test_nulls_come_last_both_ways(read: Read, dialect: str, column: str) -> None:
    assert found(read, dialect, sort=column) == [2, 1, 3]
    assert found(read, dialect, sort=column, descending=True) == [1, 2, 3]


def test_null_is_found_and_left_out(read: Read, dialect: str) -> None:
    assert found(read, dialect, Filter("amount", Operator.NULL)) == [3]
    assert found(read, dialect, Filter("amount", Operator.NOT_NULL), sort="id", descending=True) == [2, 1]


def test_names_of_any_kind_reach_the_server_as_names(read: Read, dialect: str) -> None:
    """None of them is there, and that is what it says: nothing else went wrong."""
    # MariaDB's names hold no characters beyond the first 65,536.
    for name in [name for name in HARD_NAMES if dialect != "mysql" or max(name) < "\U00010000"]:
        asked = View(Table(name, (Column(name, "text"),)), (Filter(name, Operator.CONTAINS, name),), name)
        with pytest.raises(Exception, match=r"(?i)not exist|doesn't exist"):
            read(asked.statement(dialect))
