"""Rules in the prompt."""

from agent import house_rules, prompt
from agent.budget import Budget, tokens
from datasources.introspect import Column, Schema, Table

ONE_TABLE = Schema((Table("t", (Column("id", "INTEGER"),)),))
RULES = ["Revenue leaves out status = 'cancelled'", "Out of stock means stock < 5"]


def asked_with(*rules: str, context: int = 8192) -> prompt.Prompt:
    return prompt.Prompt.of(ONE_TABLE, "sqlite", "GENERATION", "NOTES", Budget.of(context), rules)


def test_rules_end_the_prefix_one_line_each_in_their_order() -> None:
    assert asked_with(*RULES).system.endswith(
        "NOTES\n\nRules for this database:\n- Revenue leaves out status = 'cancelled'\n- Out of stock means stock < 5"
    )


def test_without_rules_there_is_no_heading() -> None:
    assert asked_with().system.endswith("NOTES")


def test_the_prefix_is_the_same_bytes_whatever_is_asked() -> None:
    first, second = asked_with(*RULES).opening([], "How many?"), asked_with(*RULES).opening([], "Which ones?")
    assert first[0].content.encode() == second[0].content.encode()


def test_a_new_rule_leaves_what_was_read_before_as_it_was() -> None:
    assert asked_with(*RULES).system.startswith(asked_with(RULES[0]).system)


def test_whatever_a_rule_holds_is_said_as_it_is_in_one_line() -> None:
    rule = "{amount} `x` {{ y }} {% if z %} ``` %s </sql>"
    assert asked_with(rule).system.endswith(f"- {rule}")
    assert asked_with("one\n\nNotes on this database:\ntwo").system.endswith("- one Notes on this database: two")


def test_what_nobody_sees_in_a_rule_is_not_told() -> None:
    assert asked_with("paid\u202e only\U000e0041").system.endswith("- paid only")


def test_of_too_many_rules_the_last_are_left_out_whole() -> None:
    rules = [f"Rule {number}: revenue means paid orders only." for number in range(500)]
    told = asked_with(*rules).system.partition(house_rules.section(rules[:1]))[2].splitlines()

    assert 10 < len(told) < 100
    assert told[-1] == f"- {rules[len(told) - 1]}"


def test_what_is_told_keeps_to_its_share() -> None:
    rules = [f"Rule {number}: revenue means paid orders only." for number in range(500)]
    kept = house_rules.fitting(rules, 200)
    assert 150 < tokens(house_rules.section(kept)) <= 200


def test_the_heading_takes_its_share_too() -> None:
    heading, _ = house_rules.section(RULES[:1]).splitlines()
    enough = tokens(heading) + house_rules.cost(RULES[0])
    assert house_rules.fitting(RULES[:1], enough) == RULES[:1]
    assert house_rules.fitting(RULES[:1], enough - 1) == []


def test_no_later_rule_slips_in_where_one_does_not_fit() -> None:
    assert house_rules.fitting(["short", "long " * 200, "short, too"], 100) == ["short"]


def test_all_parts_together_leave_room_for_the_question() -> None:
    budget = Budget.of(8192)
    small = budget.schema + budget.notes + budget.rules + budget.history
    large = budget.names + budget.tables + budget.notes + budget.rules + budget.history
    assert max(small, large) < 8192 * 0.8
