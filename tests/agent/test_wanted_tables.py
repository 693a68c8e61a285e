"""A schema that is not told whole: the model asks for a table, or fails for want of one, and is given it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent import prompt, wanted_tables
from agent.budget import Budget, tokens
from agent.episode import Episode, solve
from agent.events import EpisodeDone
from agent.llm import Message
from agent.policy import RandomPolicy
from agent.prompt import Prompt
from agent.scripted import ScriptedLLM
from datasources.engine import SqliteDatabase
from datasources.introspect import Column, Schema, Table
from tests.agent.many_tables import many_tables

ROOM = 700


@pytest.fixture(scope="module")
def schema() -> Schema:
    return many_tables()


@pytest.fixture(scope="module")
def large(schema: Schema) -> Prompt:
    return Prompt.of(schema, "postgres", "GENERATION", "", Budget.of(8192))


def names(definitions: str) -> list[str]:
    return [line.split()[2] for line in definitions.splitlines() if line.startswith("CREATE ")]


def wanted(schema: Schema, written: str, message: str = "", shown: str = "") -> list[str]:
    return names(wanted_tables.definitions(written, message, shown, schema, "postgres", ROOM))


def test_the_prefix_of_a_large_schema_says_how_to_ask(large: Prompt) -> None:
    assert "`-- need table: NAME`" in large.system


def test_that_of_a_small_schema_does_not() -> None:
    small = Schema((Table("t", (Column("id", "INTEGER"),)),))
    assert "need table" not in Prompt.of(small, "sqlite", "", "", Budget.of(8192)).system


@pytest.mark.parametrize(
    "written",
    [
        "-- need table: employees",
        "```sql\n-- need table: employees\n```",
        "I need tables: `employees`.",
        "-- need table employees;",
        "-- Need table: EMPLOYEES",
        "-- need table: employee",
    ],
)
def test_a_table_that_is_asked_for(schema: Schema, written: str) -> None:
    assert wanted(schema, written) == ["employees"]
    assert wanted_tables.is_request(written)


def test_several_are_given_in_the_order_in_which_they_are_asked_for(schema: Schema) -> None:
    assert wanted(schema, "-- need table: products, logistics.shipments and orders") == [
        "products",
        "logistics.shipments",
        "orders",
    ]


def test_one_that_nothing_is_called_like_is_found_by_its_words(schema: Schema) -> None:
    assert "wh_stk" in wanted(schema, "-- need table: stock_of_warehouses")


def test_one_that_was_told_already_is_not_told_again(schema: Schema) -> None:
    shown = wanted_tables.definitions("-- need table: orders", "", "", schema, "postgres", ROOM)
    assert wanted(schema, "-- need table: orders, customers", shown=shown) == ["customers"]


def test_the_tables_that_a_failed_statement_reads(schema: Schema) -> None:
    assert wanted(schema, "SELECT o.totl FROM orders AS o", "column o.totl does not exist")[0] == "orders"


def test_those_of_a_statement_that_cannot_be_parsed(schema: Schema) -> None:
    assert wanted(schema, "SELECT FROM ((( orders JOIN customers", "syntax error") == ["orders", "customers"]


def test_a_table_that_does_not_exist_brings_the_ones_like_it(schema: Schema) -> None:
    assert "orders" in wanted(schema, "SELECT 1 FROM ordrs", 'relation "ordrs" does not exist')


def test_a_missing_column_brings_the_table_that_has_it(schema: Schema) -> None:
    sql = "SELECT c.city, SUM(c.ordered_at) FROM customers AS c GROUP BY c.city"
    assert wanted(schema, sql, "column c.ordered_at does not exist") == ["customers", "orders"]


def test_other_failures_bring_nothing_that_is_known(large: Prompt) -> None:
    shown = large.opening([], "How many customers are there?")[-1].content
    assert large.tables_for_repair("SELECT count(*) FROM customers WHERE 1 / 0", "division by zero", shown) == ""


def test_where_the_schema_is_told_whole_there_is_nothing_to_add() -> None:
    small = Schema((Table("t", (Column("id", "INTEGER"),)),))
    assert Prompt.of(small, "sqlite", "", "", Budget.of(8192)).tables_for_repair("-- need table: t", "", "") == ""


def test_much_that_is_asked_for_stays_within_the_room(large: Prompt) -> None:
    every = ", ".join(table.full_name for table in large.schema.tables[:60])
    given = large.tables_for_repair(f"-- need table: {every}", "", "")
    assert 0 < tokens(given) <= large.budget.tables


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    """A hundred tables; one of them is called by a name that no question tells."""
    path: Path = tmp_path_factory.mktemp("wide") / "wide.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        for number in range(100):
            connection.execute(f"CREATE TABLE part_{number} (id INTEGER PRIMARY KEY, label TEXT, made_on TEXT, v TEXT)")
        connection.execute("CREATE TABLE p60 (pid INTEGER, gross REAL)")
        connection.execute("INSERT INTO p60 VALUES (1, 100), (2, 50)")
        connection.commit()
    with closing(SqliteDatabase(path)) as database:
        yield database


async def asked(database: SqliteDatabase, *replies: str) -> tuple[EpisodeDone, list[tuple[Message, ...]]]:
    llm = ScriptedLLM([{"text": text} for text in replies])
    asked_with = Prompt.of(database.schema(), "sqlite", prompt.seed(), "", Budget.of(4096))
    assert not asked_with.is_whole
    episode = Episode("Which parts have a label?", database, llm, asked_with)
    [end] = [event async for event in solve(episode, RandomPolicy(1)) if isinstance(event, EpisodeDone)]
    return end, llm.asked


async def test_the_model_asks_for_a_table_and_answers_with_it(wide: SqliteDatabase) -> None:
    end, told = await asked(wide, "```sql\n-- need table: p60\n```", "```sql\nSELECT max(gross) FROM p60\n```")
    assert end.success
    assert "CREATE TABLE p60 (" not in told[0][-1].content
    assert told[1][-1].content.startswith("CREATE TABLE p60 (")
    assert "failed" not in told[1][-1].content


async def test_a_statement_that_failed_brings_the_table_that_it_guessed_at(wide: SqliteDatabase) -> None:
    end, told = await asked(wide, "```sql\nSELECT max(wage) FROM p60\n```", "```sql\nSELECT max(gross) FROM p60\n```")
    assert end.success
    assert "no such column: wage" in told[1][-1].content
    assert "CREATE TABLE p60 (" in told[1][-1].content


async def test_a_later_repair_appends_and_does_not_tell_it_again(wide: SqliteDatabase) -> None:
    failing = "```sql\nSELECT max(wage) FROM p60\n```"
    end, told = await asked(wide, failing, failing.replace("wage", "pay"), "```sql\nSELECT max(gross) FROM p60\n```")
    assert end.success
    assert told[2][: len(told[1])] == told[1]
    assert sum(message.content.count("CREATE TABLE p60 (") for message in told[2]) == 1


async def test_two_requests_in_a_row_for_different_tables_are_both_heard(wide: SqliteDatabase) -> None:
    requests = ("-- need table: part_7", "-- need table: p60")
    end, told = await asked(wide, *requests, "```sql\nSELECT max(gross) FROM p60\n```")
    assert end.success
    assert "CREATE TABLE p60 (" in told[2][-1].content


async def test_who_asks_for_the_same_table_again_writes_nothing(wide: SqliteDatabase) -> None:
    end, _ = await asked(wide, "-- need table: p60", "-- need table: p60", "```sql\nSELECT 1\n```")
    assert not end.success
    assert end.attempts == 2
