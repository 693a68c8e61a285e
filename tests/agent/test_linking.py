"""Which tables of a database of 1,000 stand in the prompt, and which in that of one question."""

import time

import pytest

from agent import linking
from agent.budget import Budget, tokens
from agent.prompt import Prompt, Turn
from agent.stems import stems
from datasources.introspect import Schema
from tests.agent.many_tables import many_tables

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


def test_it_takes_no_time_that_anybody_notices(schema: Schema) -> None:
    started = time.perf_counter()
    linking.relevant("Which products were ordered by customers from Berlin?", [], schema)
    assert time.perf_counter() - started < 1


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
