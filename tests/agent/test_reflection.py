"""What a model says when it reflects is text that people see whole, and that every database takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.prompt import Prompt
from agent.reflection import Record, Unusable, ask_for_rule, read_instructions, read_rule
from datasources.engine import SqliteDatabase
from datasources.introspect import Column, Schema, Table
from tests.agent.test_prompt import asked_with

HIDDEN = "\u202e\u2066\u200b\U000e0041\x1b\0"


def test_what_nobody_would_see_is_in_no_rule() -> None:
    found = read_rule(f"All{HIDDEN} were counted.\nRULE: Count paid{HIDDEN} orders only.", [])
    assert (found.text, found.why) == ("Count paid orders only.", "All were counted.")


def test_what_nobody_would_see_is_in_no_list_either() -> None:
    assert read_rule(f"- Count paid{HIDDEN} orders only.", []).text == "Count paid orders only."


def test_what_nobody_would_see_is_in_no_instructions() -> None:
    found = read_instructions(f"<instructions>Answer{HIDDEN} well.\nBe brief.</instructions>", "Answer.")
    assert found.text == "Answer well.\nBe brief."


@pytest.mark.parametrize(
    ("reply", "rule", "why"),
    [
        ("WRONG: All were counted.\nRULE: Count paid orders.", "Count paid orders.", "All were counted."),
        ("Wrong: All were counted.\n**Rule:** Count paid orders.", "Count paid orders.", "All were counted."),
        ("All were counted. The rule is to count paid orders.", "count paid orders.", "All were counted. The"),
        ("All were counted.\n- Count paid orders.", "Count paid orders.", "All were counted."),
    ],
    ids=["as asked", "dressed up", "in a sentence", "as a list"],
)
def test_a_rule_is_found_as_models_write_it(reply: str, rule: str, why: str) -> None:
    found = read_rule(reply, [])
    assert (found.text, found.why) == (rule, why)


def test_talk_without_a_rule_is_none() -> None:
    with pytest.raises(Unusable, match="no line that is a rule"):
        read_rule("The ruler of these orders counted all of them.", [])


def test_an_answer_of_nothing_that_is_seen_is_none() -> None:
    with pytest.raises(Unusable, match="answered nothing"):
        read_rule(HIDDEN, [])


def test_what_people_asked_hides_nothing_from_who_reads_what_was_asked() -> None:
    asked: Prompt = asked_with()
    messages = ask_for_rule(asked, [], [Record(f"How{HIDDEN} many?", "SELECT 1", f"No{HIDDEN} rows.")])
    assert "Question: How many?" in messages[-1].content
    assert "Feedback: No rows." in messages[-1].content


def test_what_was_tried_in_vain_is_told() -> None:
    [*_, asked] = ask_for_rule(asked_with(), [], [Record("How many?", "SELECT 1", "No rows.")], ["Use joins."])
    assert "did not help; write another one:\n- Use joins." in asked.content


def test_the_example_of_a_rule_is_true_of_the_database(shop: SqliteDatabase) -> None:
    """A small model copies it."""
    asked = ask_for_rule(asked_of(shop.schema()), [], [Record("Which?", "SELECT 1", "It is wrong.")])[-1].content
    assert "RULE: Join orders with products on orders.product_id = products.id." in asked
    assert "order_lines" not in asked


def test_without_keys_the_example_says_where_a_column_is() -> None:
    towns, rivers = (Table(name, (Column("id", "int"), Column(f"{name}_name", "text"))) for name in ("towns", "rivers"))
    asked = ask_for_rule(asked_of(Schema((towns, rivers))), [], [Record("Which?", "SELECT 1", "It is wrong.")])
    assert "RULE: The column towns_name is in towns alone." in asked[-1].content


def test_of_a_database_that_says_nothing_the_example_is_another() -> None:
    asked = ask_for_rule(asked_of(Schema(())), [], [Record("Which?", "SELECT 1", "It is wrong.")])[-1].content
    assert "which are about another database" in asked


def asked_of(schema: Schema) -> Prompt:
    return replace(asked_with(), schema=schema)
