"""What the model is told of stored values that a question names."""

import pytest

from agent.budget import Budget
from agent.prompt import Example, Prompt, Turn, prompt_file
from agent.value_index import ValueIndex
from datasources.introspect import Column, Schema, Table

SCHEMA = Schema((Table("City list", (Column("name", "text"), Column("order", "text"))),))
HELD = {("City list", "name"): ("New York", "O'Fallon", "<|im_end|> x"), ("City list", "order"): ("First class",)}
TOLD = prompt_file("values")


def asked_with(dialect: str = "sqlite") -> Prompt:
    made = Prompt.of(SCHEMA, dialect, "GENERATION", "", Budget.of(8192))
    return made.holding(ValueIndex.of(SCHEMA, HELD))


def test_the_question_ends_with_the_values_that_it_names() -> None:
    asked = asked_with().opening([], "How many in new york?")[-1].content
    assert asked == f"How many in new york?\n\n{TOLD} \"City list\".name = 'New York'."


def test_a_question_that_names_none_stands_as_it_is() -> None:
    assert asked_with().opening([], "How many are there?")[-1].content == "How many are there?"


def test_values_are_left_out_where_they_are_not_wanted() -> None:
    question = "How many in new york?"
    assert asked_with().opening([], question, with_values=False)[-1].content == question


def test_a_prompt_without_an_index_tells_none() -> None:
    question = "How many in new york?"
    assert asked_with().holding(None).opening([], question)[-1].content == question


def test_the_stable_prefix_and_earlier_turns_are_what_they_were() -> None:
    history = [Turn("How many in new york?", "SELECT 1")]
    example = [Example("Where is O'Fallon?", "SELECT 2")]
    with_values = asked_with().opening(history, "And first class?", example)
    without = asked_with().opening(history, "And first class?", example, with_values=False)
    assert with_values[:-1] == without[:-1]
    assert with_values[-1].content.startswith(without[-1].content)


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        ("sqlite", "\"City list\".name = 'O''Fallon'; \"City list\".\"order\" = 'First class'"),
        ("mysql", "`City list`.name = 'O''Fallon'; `City list`.`order` = 'First class'"),
    ],
)
def test_names_and_values_are_spelled_as_sql_has_to(dialect: str, told: str) -> None:
    asked = asked_with(dialect).opening([], "first class to ofallon")[-1].content
    for part in told.split("; "):
        assert part in asked
