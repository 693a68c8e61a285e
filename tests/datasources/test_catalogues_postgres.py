"""PostgreSQL's catalogues, asked on a real server. What a test makes is never committed."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from datasources.catalogues import Ask
from datasources.catalogues import postgres as catalogue
from datasources.engine import ServerDatabase
from datasources.introspect import Column, ForeignKey, Schema, Table
from tests.datasources.strange import NAMES, quoted, wide_table
from tests.postgres import PostgresServer

SCRIPT = """
CREATE SCHEMA shop; CREATE SCHEMA archive; CREATE SCHEMA hidden;
SET LOCAL search_path = shop;
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN colour AS varchar(20);
CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int, status text NOT NULL, mood mood,
    colour colour, balance numeric(10, 2), tags text[], seen timestamptz, email text, code char(5));
ALTER TABLE customers DROP COLUMN gone;
COMMENT ON TABLE customers IS 'Who buys';
COMMENT ON COLUMN customers.status IS 'Where they are in their life with us';
CREATE TABLE archive.orders (year int, number int, PRIMARY KEY (year, number));
CREATE TABLE lines (id int PRIMARY KEY, number int, year int, customer_id int REFERENCES customers,
    FOREIGN KEY (year, number) REFERENCES archive.orders (year, number));
CREATE VIEW open_lines AS SELECT id FROM lines;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM lines;
CREATE TABLE events (id int, day date, kind text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE remarks (event_id int, day date, FOREIGN KEY (event_id, day) REFERENCES events (id, day));
CREATE TABLE hidden.secrets (id int PRIMARY KEY);
"""


@pytest.fixture
def ask(postgres: PostgresServer) -> Iterator[Ask]:
    """As the superuser, in schemas of its own."""
    role = postgres.address("postgres")
    with psycopg.connect(
        host=role.host, port=role.port, dbname=role.database, user=role.user, password=role.password
    ) as connection:
        connection.execute(SCRIPT)

        def ask(sql: str) -> list[tuple[object, ...]]:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

        yield ask
        connection.rollback()


def read(ask: Ask) -> Schema:
    return Schema.from_dict({"tables": catalogue.read(ask)})


def table(ask: Ask, name: str) -> Table:
    found = read(ask).table(name)
    assert found
    return found


def values(ask: Ask, *names: str, seconds: float = 10) -> dict[tuple[str, str], list[str]]:
    tables = [table for table in catalogue.read(ask) if table["name"] in names]
    found = catalogue.values(ask, tables, seconds)
    return {(f"{schema}.{name}" if schema else name, column): held for schema, name, column, held in found}


def full_names(ask: Ask) -> list[str]:
    return [table.full_name for table in read(ask).tables]


def test_columns_have_their_declared_types(ask: Ask) -> None:
    assert table(ask, "customers").columns == (
        Column("id", "integer", nullable=False),
        Column("status", "text", nullable=False, comment="Where they are in their life with us"),
        Column("mood", "mood"),
        Column("colour", "colour"),
        Column("balance", "numeric(10,2)"),
        Column("tags", "text[]"),
        Column("seen", "timestamp with time zone"),
        Column("email", "text"),
        Column("code", "character(5)"),
    )


def test_the_comment_of_a_table(ask: Ask) -> None:
    assert table(ask, "customers").comment == "Who buys"


def test_keys_of_several_columns_and_to_other_schemas(ask: Ask) -> None:
    assert table(ask, "archive.orders").primary_key == ("year", "number")
    assert table(ask, "lines").foreign_keys == (
        ForeignKey(("year", "number"), "archive.orders", ("year", "number")),
        ForeignKey(("customer_id",), "customers", ("id",)),
    )


def test_only_the_first_schema_of_the_search_path_needs_no_naming(ask: Ask) -> None:
    assert {"customers", "lines", "archive.orders", "hidden.secrets"} <= set(full_names(ask))
    ask("SET LOCAL search_path = nowhere, archive, shop")
    assert {"orders", "shop.customers", "hidden.secrets"} <= set(full_names(ask))


def test_every_schema_is_named_where_none_is_searched(ask: Ask) -> None:
    ask("SET LOCAL search_path = nowhere")
    assert {"archive.orders", "shop.customers"} <= set(full_names(ask))
    assert values(ask, "customers")["shop.customers", "mood"] == ["happy", "sad"]


def test_views_say_so(ask: Ask) -> None:
    assert {found.name for found in read(ask).tables if found.is_view} >= {"open_lines", "counted"}
    assert table(ask, "open_lines").rows is None


def test_partitions_are_behind_their_parent(ask: Ask) -> None:
    assert "events" in full_names(ask)
    assert not {"events_2024", "events_2025"} & set(full_names(ask))
    assert table(ask, "remarks").foreign_keys == (ForeignKey(("event_id", "day"), "events", ("id", "day")),)


def test_foreign_tables_are_tables(ask: Ask) -> None:
    ask("CREATE FOREIGN DATA WRAPPER nothing")
    ask("CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing")
    ask("CREATE FOREIGN TABLE remote (id int, status text) SERVER elsewhere")
    assert [column.name for column in table(ask, "remote").columns] == ["id", "status"]
    assert values(ask, "remote") == {}


def test_what_is_the_systems_is_left_out(ask: Ask) -> None:
    ask("CREATE TEMP TABLE passing (a int)")
    schemas = {found.schema for found in read(ask).tables}
    assert not any(schema.startswith("pg_") or schema == "information_schema" for schema in schemas)


def test_estimates_are_the_servers_own(ask: Ask) -> None:
    assert table(ask, "lines").rows is None
    ask("INSERT INTO lines SELECT n FROM generate_series(1, 300) n")
    ask("ANALYZE lines")
    assert table(ask, "lines").rows == 300


def test_a_partitioned_table_has_the_rows_of_its_partitions(ask: Ask) -> None:
    ask("INSERT INTO events SELECT n, DATE '2024-03-01' + n, 'x' FROM generate_series(1, 400) n")
    ask("ANALYZE events_2024")
    ask("ANALYZE events_2025")
    assert table(ask, "events").rows == 400


class TestAsARoleThatMayReadLittle:
    @pytest.fixture
    def ask(self, ask: Ask) -> Ask:
        for statement in (
            "CREATE ROLE stranger",
            "GRANT USAGE ON SCHEMA shop TO stranger",
            "GRANT SELECT (id, status), INSERT ON customers TO stranger",
            "GRANT INSERT ON events TO stranger",
            "GRANT SELECT ON lines, archive.orders TO stranger",
            "SET LOCAL ROLE stranger",
        ):
            ask(statement)
        return ask

    def test_only_what_it_may_select_is_there(self, ask: Ask) -> None:
        assert [name for name in full_names(ask) if name in ("customers", "events", "lines")] == ["customers", "lines"]
        assert [column.name for column in table(ask, "customers").columns] == ["id", "status"]

    def test_a_schema_that_it_may_not_use_is_not(self, ask: Ask) -> None:
        assert not {"archive.orders", "hidden.secrets"} & set(full_names(ask))

    def test_a_key_to_what_it_may_not_read_is_not(self, ask: Ask) -> None:
        assert table(ask, "lines").foreign_keys == (ForeignKey(("customer_id",), "customers", ("id",)),)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(ask: Ask, name: str) -> None:
    ask(f"CREATE SCHEMA {quoted(name)}")
    for place in (quoted(name), "shop"):
        ask(f"CREATE TABLE {place}.{quoted(name)} ({quoted(name)} text PRIMARY KEY, parent text)")
        ask(f"ALTER TABLE {place}.{quoted(name)} ADD FOREIGN KEY (parent) REFERENCES {quoted(name)}.{quoted(name)}")
        ask(f"INSERT INTO {place}.{quoted(name)} VALUES ('red', NULL), ('blue', NULL)")
    full_name = f"{name}.{name}"
    for found in (table(ask, name), table(ask, full_name)):
        assert found.columns[0].name == name
        assert found.primary_key == (name,)
        assert found.foreign_keys == (ForeignKey(("parent",), full_name, (name,)),)
    assert values(ask, name) == {(name, name): ["blue", "red"], (full_name, name): ["blue", "red"]}


def test_a_table_of_500_columns(ask: Ask) -> None:
    ask(wide_table("wide"))
    assert [column.name for column in table(ask, "wide").columns] == [f"c{number}" for number in range(500)]


class TestValues:
    @pytest.fixture
    def ask(self, ask: Ask) -> Ask:
        ask(
            "INSERT INTO customers (status, colour, email, code) SELECT (ARRAY['new', 'old', 'lost'])[n % 3 + 1],"
            " n::text, (n % 2)::text, 'A' FROM generate_series(1, 900) n"
        )
        return ask

    @pytest.mark.parametrize("analysed", [True, False])
    def test_of_texts_of_few_values_and_of_enums(self, ask: Ask, analysed: bool) -> None:
        if analysed:
            ask("ANALYZE customers")
        assert values(ask, "customers") == {
            ("customers", "status"): ["lost", "new", "old"],
            ("customers", "mood"): ["happy", "sad"],
            ("customers", "code"): ["A"],
        }

    def test_statistics_spare_the_table(self, ask: Ask) -> None:
        ask("ANALYZE customers")
        ask("UPDATE customers SET status = 'changed since'")
        assert values(ask, "customers")["customers", "status"] == ["lost", "new", "old"]

    def test_values_that_occur_once_are_found_as_well(self, ask: Ask) -> None:
        ask("UPDATE customers SET status = 'once' WHERE id = 1")
        ask("UPDATE customers SET status = 'only' WHERE id = 2")
        ask("ANALYZE customers")
        assert values(ask, "customers")["customers", "status"] == ["lost", "new", "old", "once", "only"]

    def test_of_a_partitioned_table(self, ask: Ask) -> None:
        ask("INSERT INTO events SELECT n, DATE '2024-01-01' + n, 'kind ' || n % 2 FROM generate_series(1, 500) n")
        assert values(ask, "events") == {("events", "kind"): ["kind 0", "kind 1"]}
        ask("ANALYZE events")
        assert values(ask, "events") == {("events", "kind"): ["kind 0", "kind 1"]}

    def test_not_of_views(self, ask: Ask) -> None:
        ask("CREATE VIEW statuses AS SELECT status FROM customers")
        assert values(ask, "statuses") == {}

    def test_not_after_the_time_is_over(self, ask: Ask) -> None:
        ask("CREATE TABLE unseen (status text)")
        ask("INSERT INTO unseen VALUES ('new')")
        assert values(ask, "unseen") == {("unseen", "status"): ["new"]}
        assert values(ask, "unseen", seconds=-1) == {}


def test_through_the_child_process(postgres: PostgresServer) -> None:
    """A database of its own, which others see."""
    postgres.run("CREATE DATABASE catalogued OWNER owner", "postgres")
    postgres.run("CREATE TABLE t (status text); INSERT INTO t VALUES ('new'), ('old')", "catalogued", "owner")
    with closing(ServerDatabase(postgres.address("owner", "catalogued"), ["127.0.0.1"])) as database:
        schema = database.schema()
        assert [table.full_name for table in schema.tables] == ["t"]
        assert database.values(schema.tables) == {("t", "status"): ("new", "old")}
