"""Which tables of a database of 1,000 stand in the prompt, and which in that of one question."""

import time

import pytest

from agent import linking
from agent.budget import Budget, tokens
from agent.prompt import Prompt, Turn
from agent.stems import stems
from datasources.introspect import Column, Schema, Table
from tests.agent.many_tables import many_tables, table

QUESTIONS = [
    ("How many customers are there?", {"customers"}),
    ("Which customer placed the most orders?", {"customers", "orders"}),
    ("What is the total revenue of orders shipped last month?", {"orders", "logistics.shipments"}),
    ("Which products were ordered by customers from Berlin?", {"customers", "orders", "order_items", "products"}),
    ("Show the price of every product category", {"products", "product_categories"}),
    ("Who are the ten best paid employees by salary?", {"employees"}),
    ("Average salary per department", {"employees", "departments"}),
    ("Which invoices have not been paid?", {"Invoices"}),
    ("Sum the amount due of the invoice lines per customer", {"InvoiceLines", "Invoices", "customers"}),
    ("What do the warehouses have in stock?", {"wh_stk"}),
    ("How many people are on the platinum plan?", {"subscriptions"}),
    ("List the shipments of each carrier", {"logistics.shipments"}),
    ("How many employees were hired in 2024?", {"employees"}),
    ("Which order items have a quantity above ten?", {"order_items"}),
]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return many_tables()


@pytest.fixture(scope="module")
def prompt(schema: Schema) -> Prompt:
    return Prompt.of(schema, "postgres", "GENERATION", "", Budget.of(8192))


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_a_question_brings_its_tables(prompt: Prompt, question: str, expected: set[str]) -> None:
    asked = prompt.opening([], question)[-1].content
    wanted = [table.spelled("postgres") for table in prompt.schema.tables if table.full_name in expected]

    assert len(wanted) == len(expected)
    assert [name for name in wanted if f"CREATE TABLE {name} (" not in asked] == []
    assert asked.endswith(question)


def test_what_has_nothing_to_do_with_it_stays_out(schema: Schema) -> None:
    names = [table.full_name for table in linking.relevant("How many customers are there?", [], schema)]
    assert names == ["customers", "Invoices", "orders"]


def test_the_prefix_is_the_same_bytes_whatever_is_asked(schema: Schema, prompt: Prompt) -> None:
    again = Prompt.of(many_tables(), "postgres", "GENERATION", "", Budget.of(8192))
    prefixes = {prompt.opening([], question)[0].content for question, _ in QUESTIONS}
    assert prefixes == {again.system}


def test_the_prefix_says_how_many_tables_there_are_and_names_the_most_connected(prompt: Prompt) -> None:
    assert "1,000 tables" in prompt.system
    assert "Their names: orders, " in prompt.system
    assert "CREATE TABLE" not in prompt.system


def test_neither_part_exceeds_its_budget(schema: Schema, prompt: Prompt) -> None:
    assert tokens(linking.overview(schema, "postgres", 500)) < 600
    for question, _ in QUESTIONS:
        assert tokens(prompt.opening([], question)[-1].content) <= prompt.budget.tables + 100


def test_a_question_without_any_known_word_brings_the_most_connected_tables(prompt: Prompt) -> None:
    assert "CREATE TABLE orders (" in prompt.opening([], "Wie geht's?")[-1].content


def test_a_question_that_goes_on_brings_the_tables_of_the_one_before(prompt: Prompt) -> None:
    history = [Turn("How many employees are there?", "SELECT COUNT(*) FROM employees")]
    assert "CREATE TABLE employees (" in prompt.opening(history, "And in Berlin?")[-1].content


def test_tables_on_the_way_between_two_come_along(schema: Schema) -> None:
    names = [table.full_name for table in linking.relevant("customers and products", [], schema)]
    assert {"customers", "products", "orders", "order_items"} <= set(names[:6])


def names(question: str, *tables: Table) -> list[str]:
    """The tables that matter, in a schema where others have the same everyday columns."""
    others = (table(f"{word}_log", "name", "city", "status") for word in ("audit", "batch", "meter", "permit", "relay"))
    return [found.full_name for found in linking.relevant(question, [], Schema((*tables, *others)))]


def plain(name: str, *columns: str) -> Table:
    """A table that declares no key."""
    return Table(name, tuple(Column(column, "TEXT") for column in columns))


def test_tables_that_no_declared_key_joins_come_along() -> None:
    tables = (plain("club", "club_id", "title"), plain("venue", "venue_id", "club_id", "seats"))
    assert names("How many seats are there?", *tables) == ["venue", "club"]


def test_what_a_table_refers_to_comes_before_what_refers_to_it() -> None:
    tables = (
        table("clubs", "title"),
        table("players", "club_id", club_id="clubs"),
        table("absences", "player_id", player_id="players"),
    )
    assert names("Who are the players?", *tables) == ["players", "clubs", "absences"]


def test_a_table_that_tells_of_what_the_best_ones_do_not_comes_before_more_of_those() -> None:
    copies = [table(f"player_{word}", "player_name", "position") for word in ("draft", "export", "history", "queue")]
    found = names(
        "Which players earn the highest wage?", table("players", "player_name"), *copies, table("pay", "wage")
    )
    assert found.index("pay") <= 4


def test_of_tables_that_tell_the_same_those_that_can_be_joined_come_first() -> None:
    tables = (
        plain("shop", "shop_id", "site_code", "turnover"),
        plain("site_info", "site_code", "climate"),
        *(plain(f"old_{number}", "climate", "v") for number in range(5)),
    )
    assert names("What is the turnover of the shops in each climate?", *tables)[:2] == ["shop", "site_info"]


@pytest.mark.parametrize(
    "question",
    ["List the players, ordered by name", "List the players. Order the results by name.", "players sorted by name"],
)
def test_how_the_rows_are_arranged_asks_for_no_table(question: str) -> None:
    tables = (table("players", "name"), table("orders", "total"), table("sorts", "total"))
    assert names(question, *tables)[:1] == ["players"]
    assert {"orders", "sorts"}.isdisjoint(names(question, *tables))


def test_a_stored_value_of_several_words_counts_as_one() -> None:
    with_value = Table("depots", (Column("id", "INTEGER"), Column("place", "TEXT", values=("Bad Homburg",))))
    others = [Table(f"d{number}", (Column("p", "TEXT", values=("Bad Ems", "Homburg")),)) for number in range(4)]
    assert names("What is stored in Bad Homburg?", *others, with_value)[0] == "depots"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is the quantity?", "qty"),
        ("How many accounts are there?", "acct"),
        ("List each department", "dept"),
        ("Who is the manager?", "mgr"),
        ("How much stock is left?", "stk"),
    ],
)
def test_abbreviations_are_understood(question: str, name: str) -> None:
    assert names(question, table(f"{name}_x", "v"))[:1] == [f"{name}_x"]


def test_a_description_tells_what_a_name_does_not() -> None:
    assert names("What wages do we pay?", table("p60", "gross", comment="Wages by month"))[:1] == ["p60"]


def test_it_takes_no_time_that_anybody_notices(schema: Schema) -> None:
    started = time.process_time()
    linking.relevant("Which products were ordered by customers from Berlin?", [], schema)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orderItems", ["order", "item"]),
        ("ORDER_ITEMS", ["order", "item"]),
        ("HTTPStatus2024", ["http", "status", "2024"]),
        ("Which categories were shipped?", ["category", "ship"]),
        ("addresses", ["address"]),
        ("Größe der Städte", ["gröss", "der", "städt"]),
    ],
)
def test_words_are_split_and_lose_their_endings(text: str, expected: list[str]) -> None:
    assert stems(text) == expected
