"""Which stored values a question names, however it spells them."""

import time

import pytest

from agent.value_index import Mention, ValueIndex
from datasources.introspect import Column, Schema, Table

HELD = {
    ("city", "name"): ("New York", "Sao Paulo", "São João", "Washington, D.C.", "York", "Reading", "Springfield"),
    ("city", "state"): ("CA", "IN", "NY", "OR"),
    ("product", "category"): ("Movies", "Bank of Islands", "Order items", "Other", "A"),
    ("product", "title"): ("The Long Way Round to a Small Harbour", "O'Brien's Tales", "Résumé", "Name"),
    ("month", "label"): ("May", "June"),
}
INDEX = ValueIndex(HELD, ("city", "name", "state", "product", "orderItems", "title", "category"))


def named(question: str, index: ValueIndex = INDEX) -> list[str]:
    return [mention.value for mention in index.mentioned(question)]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many live in new york?", ["New York"]),
        ("How many live in NEW-YORK", ["New York"]),
        ("How many live in York, New?", ["New York"]),
        ("How many live in York?", ["York"]),
        ("sales in são paulo", ["Sao Paulo"]),
        ("sales in sao joao", ["São João"]),
        ("a resume", ["Résumé"]),
        ("shops of Washington D.C.", ["Washington, D.C."]),
        ("which movie sold best", ["Movies"]),
        ("the bank of island", ["Bank of Islands"]),
        ("who wrote obriens tales", ["O'Brien's Tales"]),
        ("the long way round to a small harbour", ["The Long Way Round to a Small Harbour"]),
        ("the small harbour to a long way round", []),
        ("How many are there?", []),
        ("", []),
        ("?!", []),
    ],
)
def test_case_accents_plurals_punctuation_and_order_do_not_matter(question: str, values: list[str]) -> None:
    assert named(question) == values


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("people in ca or ny", []),
        ("people in CA or NY", ["CA", "NY"]),
        ("people in 'ca'", ["CA"]),
        ("PEOPLE IN OR", []),
        ("sales in may", []),
        ("May I see the others", []),
        ("sales of last May", ["May"]),
        ("sales of “may”", ["May"]),
        ("A list of all", []),
        ("products of category A", ["A"]),
        ("what I asked in June", ["June"]),
    ],
)
def test_words_that_say_nothing_count_where_they_stand_out(question: str, values: list[str]) -> None:
    assert named(question) == values


@pytest.mark.parametrize(("question", "values"), [("all order items", []), ("the order items by name", [])])
def test_the_name_of_a_table_or_a_column_is_no_value(question: str, values: list[str]) -> None:
    assert named(question) == values


def test_what_is_quoted_is_a_value_whatever_else_has_that_name() -> None:
    assert named("products called 'order items'") == ["Order items"]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("shops in Sprngfield", ["Springfield"]),
        ("shops in sprinfgield", ["Springfield"]),
        ("shops in Springfiled and york", ["Springfield", "York"]),
        ("shops in Spxxngfield", []),
        ("shops in washingtn d.c.", ["Washington, D.C."]),
        ("shops in Yrok", []),
        ("heading west", []),
        ("the staten", []),
    ],
)
def test_one_wrong_letter_of_a_long_word_is_borne(question: str, values: list[str]) -> None:
    assert named(question) == values


def test_a_value_beside_the_name_of_its_table_counts_more_than_others_in_other_words() -> None:
    held = {("orders", "status"): ("cancelled",), ("refunds", "reason"): ("order cancelled",)}
    index = ValueIndex(held, ("orders", "refunds", "status", "reason"))
    assert named("How many cancelled orders are there?", index) == ["cancelled"]
    assert named("refunds for an order cancelled", index) == ["order cancelled", "cancelled"]
    assert named("which order was it? Cancelled ones", index) == ["cancelled"]


def test_a_form_of_a_columns_name_is_no_misspelled_value() -> None:
    index = ValueIndex({("birds", "name"): ("Starling",)}, ("birds", "started_on", "name"))
    assert named("those starting this year", index) == []
    assert named("the starlings and starlimg nests", index) == ["Starling"]


def test_a_word_that_is_right_is_not_taken_for_a_misspelled_other() -> None:
    index = ValueIndex({("t", "c"): ("Marina", "Martina")})
    assert named("who is martina", index) == ["Martina"]


def test_a_mention_says_where_the_value_is_and_which_words_named_it() -> None:
    [mention] = INDEX.mentioned("How many live in new  york now?")
    assert mention == Mention("city", "name", "New York", "new  york")


def test_columns_that_the_question_names_come_first() -> None:
    index = ValueIndex({("a", "x"): ("Rome",), ("b", "town"): ("Rome", "Bern")}, ("a", "b", "x", "town"))
    assert [mention.column for mention in index.mentioned("the town of rome")] == ["town", "x"]
    assert [mention.column for mention in index.mentioned("of rome")] == ["x", "town"]


def test_there_are_eight_mentions_at_most_and_each_part_of_the_question_has_one() -> None:
    towns = ("Rome", "Bern", "Oslo", "Lima")
    index = ValueIndex({(f"t{number}", "town"): towns for number in range(9)})
    found = index.mentioned("from rome to bern, oslo and lima")
    assert len(found) == 8
    assert [mention.value for mention in found] == ["Rome", "Rome", "Bern", "Bern", "Oslo", "Oslo", "Lima", "Lima"]


@pytest.mark.parametrize(
    ("text", "first"),
    [("new york", "New York"), ("Washington DC", "Washington, D.C."), ("springfeild", "Springfield"), ("YORK", "York")],
)
def test_the_nearest_value_of_a_column_comes_first(text: str, first: str) -> None:
    near = INDEX.near("city", "name", text)
    assert near[0] == first
    assert len(near) <= 5


def test_nothing_is_near_to_what_is_like_nothing() -> None:
    assert INDEX.near("city", "name", "qqqq") == []
    assert INDEX.near("city", "name", "") == []
    assert INDEX.near("city", "nothing", "york") == []


def test_an_index_of_a_schema_has_no_private_column_and_what_the_schema_knows_itself() -> None:
    columns = (
        Column("kind", "text", values=("Alpine", "Coastal")),
        Column("owner", "text", values=("Ada",), is_private=True),
        Column("town", "text"),
    )
    kept = {("t", "town"): ("Oslo",), ("t", "owner"): ("Ada",), ("gone", "town"): ("Bern",)}
    index = ValueIndex.of(Schema((Table("t", columns),)), kept)
    assert len(index) == 3
    assert named("ada in oslo or bern, alpine", index) == ["Oslo", "Alpine"]


def test_a_question_is_looked_up_in_milliseconds_at_the_cap() -> None:
    letters = "bcdfghklmnprstvw"
    words = [a + e + b + c for a in letters for b in letters for c in letters for e in "aeiou"]
    held = {
        (f"t{table}", "name"): tuple(f"{words[n * 3 + table]} {words[(n * 7 + table) % 20_000]}" for n in range(5_000))
        for table in range(20)
    }
    index = ValueIndex(held)
    assert len(index) == 100_000
    question = f"How many customers bought anything in {held['t3', 'name'][77]} and lived in {words[5]}x before?"
    started = time.process_time()
    assert held["t3", "name"][77] in named(question, index)
    assert time.process_time() - started < 0.02


def test_a_long_question_takes_no_longer_than_a_short_one_may() -> None:
    question = " ".join(f"wurd{chr(97 + n % 26)}{chr(97 + n // 26)}xyz" for n in range(400))
    started = time.process_time()
    named(question)
    assert time.process_time() - started < 1
