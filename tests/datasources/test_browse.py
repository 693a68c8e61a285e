"""What an address asks of a table becomes a statement that the guard lets through, in every dialect."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import sqlglot

from datasources import guard
from datasources.browse import COLUMNS_SHOWN, MAX_PAGE, View
from datasources.browse_filters import BadFilter, Filter, Operator
from datasources.engine import SqliteDatabase
from datasources.introspect import Column, Table

DIALECTS = ["sqlite", "postgres", "mysql", "duckdb"]
HARD_NAMES = [
    "plain", "two words", "order", 'double " quote', "back ` tick", "it's", '"; drop table x; --', "back \\ slash",
    "😀", "100%_!", "[brackets]", "dot.ted", "tab\there", "new\nline", "$1", ":name", "?", "%s", "-- comment", "é",
    "a" * 60,
]  # fmt: skip

ORDERS = Table(
    "orders",
    (
        Column("id", "INTEGER", nullable=False),
        Column("status", "TEXT"),
        Column("amount", "NUMERIC(10,2)"),
        Column("paid", "BOOLEAN"),
        Column("at", "TIMESTAMP"),
        Column("day", "DATE"),
        Column("data", "JSON"),
        Column("anything", ""),
    ),
    ("id",),
)


def view(query: str = "", table: Table = ORDERS) -> View:
    return View.from_query(table, parse_qs(query, keep_blank_values=True))


def where(query: str, dialect: str = "sqlite") -> str:
    """The condition, on one line."""
    tree = sqlglot.parse_one(view(query).statement(dialect), dialect=dialect)
    return tree.args["where"].this.sql(dialect=dialect)  # type: ignore[no-any-return]


def one_line(query: str, dialect: str = "sqlite") -> str:
    return " ".join(view(query).statement(dialect).split())


def test_a_page_is_read_with_one_row_more_in_the_order_of_the_key() -> None:
    assert one_line("") == 'SELECT * FROM "orders" ORDER BY "id" LIMIT 51'


def test_later_pages_are_offset() -> None:
    assert one_line("page=3&size=100").endswith("LIMIT 101 OFFSET 200")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nulls_come_last_and_the_key_decides_between_equals(dialect: str) -> None:
    order = one_line("sort=status&desc=1", dialect).split("ORDER BY ")[1]
    natural = {"sqlite", "mysql", "duckdb"}
    quote = "`" if dialect == "mysql" else '"'
    nulls = "" if dialect in natural else " NULLS LAST"
    assert order == f"{quote}status{quote} DESC{nulls}, {quote}id{quote} LIMIT 51"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("desc", ["", "&desc=1"])
def test_a_column_without_nulls_is_sorted_as_an_index_has_it(dialect: str, desc: str) -> None:
    order = one_line("sort=id" + desc, dialect).split("ORDER BY ")[1]
    assert "NULLS" not in order
    assert "CASE" not in order


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("c=status&op=contains&v=pai", """LOWER("status") LIKE LOWER('%pai%')"""),
        ("c=status&op=starts&v=it's", """LOWER("status") LIKE LOWER('it''s%')"""),
        ("c=status&op=contains&v=5%25_!", """LOWER("status") LIKE LOWER('%5!%!_!!%') ESCAPE '!'"""),
        ("c=status&op=eq&v=", """"status" = ''"""),
        ("c=status&op=ne&v=x", """"status" <> 'x' OR "status" IS NULL"""),
        ("c=status&op=null&v=", '"status" IS NULL'),
        ("c=status&op=notnull&v=", 'NOT "status" IS NULL'),
        ("c=amount&op=gt&v=12.5", '"amount" > 12.5'),
        ("c=amount&op=le&v=-1e3", '"amount" <= -1E+3'),
        ("c=amount&op=ge&v=1,204.50", '"amount" >= 1204.50'),
        ("c=amount&op=starts&v=12", """LOWER(CAST("amount" AS TEXT)) LIKE LOWER('12%')"""),
        ("c=paid&op=eq&v=Yes", '"paid" = TRUE'),
        ("c=at&op=eq&v=2024-02-29", """"at" >= '2024-02-29' AND "at" < '2024-03-01'"""),
        ("c=at&op=ne&v=2024-02-29", """("at" < '2024-02-29' OR "at" >= '2024-03-01') OR "at" IS NULL"""),
        ("c=at&op=gt&v=2024-02-29", """"at" >= '2024-03-01'"""),
        ("c=at&op=le&v=2024-02-29", """"at" < '2024-03-01'"""),
        ("c=at&op=lt&v=2024-02-29", """"at" < '2024-02-29'"""),
        ("c=at&op=lt&v=2024-02-29 10:00", """"at" < '2024-02-29 10:00'"""),
        ("c=day&op=eq&v=2024-02-29", """"day" = '2024-02-29'"""),
        ("c=data&op=eq&v={}", """CAST("data" AS TEXT) = '{}'"""),
        ("c=anything&op=eq&v=5", """CAST("anything" AS TEXT) = '5'"""),
        ("c=id&op=gt&v=1&c=id&op=lt&v=9", '"id" > 1 AND "id" < 9'),
    ],
)
def test_a_filter_is_a_condition(query: str, condition: str) -> None:
    assert where(query) == condition


@pytest.mark.parametrize(
    "query",
    [
        "c=amount&op=gt&v=much", "c=amount&op=eq&v=", "c=amount&op=eq&v=1e9999", "c=amount&op=eq&v=1 OR 1=1",
        "c=paid&op=eq&v=maybe", "c=at&op=eq&v=2024-02-30", "c=at&op=eq&v=9999-12-31", "c=gone&op=eq&v=1",
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_a_sentence(query: str) -> None:
    with pytest.raises(BadFilter, match=r"\.$"):
        view(query).statement("sqlite")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_name_is_one_name(dialect: str, name: str) -> None:
    table = Table(name, (Column(name, "TEXT"), Column("b", "TEXT")), (name,), schema=name)
    asked = View(table, (Filter(name, Operator.CONTAINS, name), Filter(name, Operator.IS, name)), name, chosen=(name,))
    sql = asked.statement(dialect)
    guard.check(sql, dialect)
    tree = sqlglot.parse_one(sql, dialect=dialect)
    [source] = tree.find_all(sqlglot.exp.Table)
    assert (source.name, source.db) == (name, name)
    assert {column.name for column in tree.find_all(sqlglot.exp.Column)} == {name}
    assert name in {literal.name for literal in tree.find_all(sqlglot.exp.Literal)}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("column", ORDERS.columns, ids=lambda column: column.name)
def test_the_guard_lets_every_filter_through(dialect: str, operator: Operator, column: Column) -> None:
    value = {"id": "1", "amount": "2.5", "paid": "true", "at": "2024-01-01", "day": "2024-01-01"}.get(column.name, "x")
    guard.check(View(ORDERS, (Filter(column.name, operator, value),), column.name).statement(dialect), dialect)


@pytest.fixture
def hard(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """A table for each hard name, with a column and a value of that name."""
    with closing(sqlite3.connect(tmp_path / "hard.db")) as connection:
        for name in HARD_NAMES:
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"CREATE TABLE {quoted} ({quoted} TEXT, other TEXT)")
            connection.execute(f"INSERT INTO {quoted} VALUES (?, 'x'), ('something else', 'y')", (name,))
        connection.commit()
    database = SqliteDatabase(tmp_path / "hard.db")
    yield database
    database.close()


@pytest.mark.parametrize("operator", [Operator.IS, Operator.CONTAINS, Operator.STARTS])
def test_hard_names_and_values_are_found_in_a_real_database(hard: SqliteDatabase, operator: Operator) -> None:
    for name in HARD_NAMES:
        table = hard.schema().table(name)
        assert table is not None
        found = hard.execute(View(table, (Filter(name, operator, name),)).statement("sqlite"))
        assert found.rows == ((name, "x"),)


def test_an_address_says_all_of_it_and_reads_back_the_same() -> None:
    asked = View(
        ORDERS,
        (Filter("status", Operator.CONTAINS, "a&b=c"), Filter("at", Operator.NULL)),
        sort="amount",
        descending=True,
        page=7,
        size=200,
        chosen=("id", "amount"),
    )
    assert view(asked.to_query()[1:]) == asked


@pytest.mark.parametrize(
    ("query", "page", "size"),
    [("page=0", 1, 50), ("page=-1", 1, 50), ("page=x", 1, 50), ("page=²", 1, 50), ("size=7", 1, 50),
     ("page=999999999&size=200", MAX_PAGE, 200), ("page=" + "9" * 5000, 1, 50)],
)  # fmt: skip
def test_pages_and_sizes_stay_within_reason(query: str, page: int, size: int) -> None:
    assert (view(query).page, view(query).size) == (page, size)


@pytest.mark.parametrize("query", ["c=status&op=like&v=x", "c=&op=eq&v=x", "c=status&op=eq", "c=status&op=contains&v="])
def test_half_a_filter_is_none(query: str) -> None:
    assert view(query).filters == ()


def test_sorting_goes_up_then_down_then_away() -> None:
    up = view("page=3").sorted_by("amount")
    down = up.sorted_by("amount")
    assert [(one.sort, one.descending, one.page) for one in (up, down, down.sorted_by("amount"))] == [
        ("amount", False, 1), ("amount", True, 1), ("", False, 1),
    ]  # fmt: skip


def test_a_sort_by_what_is_not_there_is_none() -> None:
    assert "gone" not in view("sort=gone").statement("sqlite")


def test_a_filter_is_taken_away_by_itself() -> None:
    asked = view("c=id&op=gt&v=1&c=id&op=gt&v=1&page=4")
    assert len(asked.without(asked.filters[0]).filters) == 1
    assert asked.without(asked.filters[0]).page == 1


def test_of_many_columns_the_first_are_read() -> None:
    wide = Table("wide", tuple(Column(f"c{i}", "TEXT") for i in range(500)))
    assert view("", wide).statement("sqlite").count('"c') == COLUMNS_SHOWN
    assert view("show=c499&show=c3&show=gone", wide).statement("sqlite").split() == [
        "SELECT", '"c3",', '"c499"', "FROM", '"wide"', "LIMIT", "51",
    ]  # fmt: skip
