"""MariaDB's catalogues, asked on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pymysql
import pytest
from pymysql.connections import Connection

from datasources.catalogues import Ask, mysql
from datasources.dsn import ServerAddress
from datasources.engine import ServerDatabase
from datasources.introspect import Column, ForeignKey, Schema, Table
from tests.datasources.strange import NAMES, quoted, wide_table
from tests.mariadb import MariadbServer

# DDL cannot be taken back here: each run has databases of its own.
_RUN = uuid4().hex[:8]
HOME, OTHER, UNSEEN, READER = (f"t{_RUN}_{name}" for name in ("home", "other", "unseen", "reader"))
PASSWORD = uuid4().hex
SCRIPT = f"""
CREATE DATABASE {HOME};
CREATE DATABASE {OTHER};
CREATE DATABASE {UNSEEN};
CREATE TABLE {HOME}.customers (id int AUTO_INCREMENT PRIMARY KEY COMMENT 'Counts up', status varchar(20) NOT NULL,
    size enum('s', 'l'), balance decimal(10,2) unsigned, email text, seen timestamp NULL,
    latin text CHARACTER SET latin1)
    COMMENT 'Who buys';
CREATE TABLE {OTHER}.orders (year int, number int, PRIMARY KEY (year, number));
CREATE TABLE {HOME}.order_lines (id int PRIMARY KEY, number int, year int, customer_id int,
    CONSTRAINT a FOREIGN KEY (customer_id) REFERENCES {HOME}.customers (id),
    CONSTRAINT b FOREIGN KEY (year, number) REFERENCES {OTHER}.orders (year, number));
CREATE VIEW {HOME}.open_lines AS SELECT id FROM {HOME}.order_lines;
CREATE SEQUENCE {HOME}.numbers;
CREATE TABLE {HOME}.unread (id int PRIMARY KEY);
CREATE TABLE {UNSEEN}.secrets (id int PRIMARY KEY);
INSERT INTO {HOME}.customers (status, size, balance, email, latin)
    SELECT ELT(seq % 3 + 1, 'new', 'old', 'lost'), 's', 1, 'a@b.example', 'é' FROM {HOME}.seq_1_to_900;
ANALYZE TABLE {HOME}.customers;
CREATE USER {READER}@'%' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT ON {OTHER}.* TO {READER}@'%';
GRANT SELECT ON {HOME}.order_lines TO {READER}@'%';
GRANT SELECT (id, status), INSERT ON {HOME}.customers TO {READER}@'%';
GRANT INSERT ON {HOME}.unread TO {READER}@'%'
"""


@pytest.fixture(scope="module")
def server(mariadb: MariadbServer) -> Iterator[Connection[pymysql.cursors.Cursor]]:
    connection = pymysql.connect(host="127.0.0.1", port=mariadb.port, user="root", autocommit=True)
    with closing(connection):
        try:
            for statement in SCRIPT.split(";\n"):
                connection.query(statement)
            yield connection
        finally:
            for database in (HOME, OTHER, UNSEEN):
                connection.query(f"DROP DATABASE IF EXISTS {database}")
            connection.query(f"DROP USER IF EXISTS {READER}@'%'")


@pytest.fixture
def ask(server: Connection[pymysql.cursors.Cursor]) -> Ask:
    """As root, who may read everything."""
    server.select_db(HOME)
    return asking(server)


@pytest.fixture
def ask_as_reader(server: Connection[pymysql.cursors.Cursor]) -> Iterator[Ask]:
    port = server.port
    connection = pymysql.connect(host="127.0.0.1", port=port, user=READER, password=PASSWORD, database=HOME)
    with closing(connection):
        yield asking(connection)


def asking(connection: Connection[pymysql.cursors.Cursor]) -> Ask:
    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    return ask


def read(ask: Ask) -> Schema:
    return Schema.from_dict({"tables": mysql.read(ask)})


def table(ask: Ask, name: str) -> Table:
    found = read(ask).table(name)
    assert found
    return found


def values(ask: Ask, *names: str, seconds: float = 10) -> dict[tuple[str, str], list[str]]:
    tables = [table for table in mysql.read(ask) if table["name"] in names]
    return {(name, column): held for _, name, column, held in mysql.values(ask, tables, seconds)}


def test_columns_have_their_declared_types(ask: Ask) -> None:
    assert table(ask, "customers").columns == (
        Column("id", "int(11)", nullable=False, comment="Counts up"),
        Column("status", "varchar(20)", nullable=False),
        Column("size", "enum('s','l')"),
        Column("balance", "decimal(10,2) unsigned"),
        Column("email", "text"),
        Column("seen", "timestamp"),
        Column("latin", "text"),
    )


def test_comment_key_and_estimated_rows_of_a_table(ask: Ask) -> None:
    customers = table(ask, "customers")
    assert (customers.comment, customers.primary_key) == ("Who buys", ("id",))
    assert customers.rows == pytest.approx(900, rel=0.2)


def test_views_say_so_and_sequences_are_no_tables(ask: Ask) -> None:
    assert [(found.name, found.is_view) for found in read(ask).tables if found.name in ("open_lines", "numbers")] == [
        ("open_lines", True)
    ]
    assert table(ask, "open_lines").comment == ""


def test_who_may_read_everything_sees_the_connected_database(ask: Ask) -> None:
    assert {found.schema for found in read(ask).tables} == {""}


def test_who_may_read_some_databases_sees_those(ask_as_reader: Ask) -> None:
    assert {found.full_name for found in read(ask_as_reader).tables} == {"customers", "order_lines", f"{OTHER}.orders"}


def test_only_columns_that_may_be_read(ask_as_reader: Ask) -> None:
    assert [column.name for column in table(ask_as_reader, "customers").columns] == ["id", "status"]


def test_keys_of_several_columns_and_to_other_databases(ask_as_reader: Ask) -> None:
    assert table(ask_as_reader, "order_lines").foreign_keys == (
        ForeignKey(("customer_id",), "customers", ("id",)),
        ForeignKey(("year", "number"), f"{OTHER}.orders", ("year", "number")),
    )


def test_values_of_texts_of_few(ask: Ask) -> None:
    assert values(ask, "customers") == {
        ("customers", "status"): ["lost", "new", "old"],
        ("customers", "latin"): ["é"],
    }


def test_no_values_after_the_time_is_over(ask: Ask) -> None:
    assert values(ask, "customers", seconds=-1) == {}


# Its names have no characters beyond the first 65,536.
@pytest.mark.parametrize("name", [name.replace("🐘", "é") for name in NAMES])
def test_any_name_will_do(ask: Ask, name: str) -> None:
    spelled = quoted(name, "`")
    ask(
        f"CREATE TABLE {spelled} ({spelled} varchar(50) PRIMARY KEY, parent varchar(50),"
        f" FOREIGN KEY (parent) REFERENCES {spelled} ({spelled}))"
    )
    try:
        ask(f"INSERT INTO {spelled} VALUES ('red', NULL), ('blue', NULL)")
        found = table(ask, name)
        assert found.name.casefold() == name.casefold()
        assert found.columns[0].name == name
        assert found.primary_key == (name,)
        assert found.foreign_keys == (ForeignKey(("parent",), found.name, (name,)),)
        assert values(ask, found.name) == {(found.name, name): ["blue", "red"]}
    finally:
        ask(f"DROP TABLE {spelled}")


def test_a_table_of_500_columns(ask: Ask) -> None:
    ask(wide_table("wide"))
    assert [column.name for column in table(ask, "wide").columns] == [f"c{number}" for number in range(500)]


def test_through_the_child_process(server: Connection[pymysql.cursors.Cursor]) -> None:
    address = ServerAddress("mysql", "127.0.0.1", server.port, HOME, READER, PASSWORD)
    with closing(ServerDatabase(address, ["127.0.0.1"])) as database:
        schema = database.schema()
        assert schema.table("customers")
        assert database.values(schema.tables) == {("customers", "status"): ("lost", "new", "old")}
