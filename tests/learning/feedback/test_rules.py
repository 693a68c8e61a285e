"""The rules in force, and what they cost."""

import pytest
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from datasources.models import Connection
from learning.feedback import remarks, rules
from learning.models import Remark
from learning.prompts import system_prompt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_context(settings: Settings) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "model", "key", local=True)
    settings.LOCAL_MODEL_CONTEXT = 2048


def test_rules_are_listed_as_the_prompt_has_them(connection: Connection, alice: User) -> None:
    for text in ("One", "Two"):
        remarks.write(connection, alice, text)
    found = rules.in_force(connection)

    assert [(rule.remark.rule, rule.is_told) for rule in found.listed] == [("One", True), ("Two", True)]
    assert (found.told, found.left_out) == (2, 0)
    assert 0 < found.used < found.room


def test_those_that_find_no_room_are_listed_as_left_out_and_not_told(connection: Connection, alice: User) -> None:
    for number in range(5):
        remarks.write(connection, alice, f"Rule {number} " + "x" * 200)
    found = rules.in_force(connection)

    assert [rule.is_told for rule in found.listed] == [True, True, False, False, False]
    assert (found.told, found.left_out) == (2, 3)
    asked = system_prompt(connection)
    assert ["Rule 1 " in asked, "Rule 2 " in asked] == [True, False]


def test_what_a_generation_has_absorbed_is_no_rule_of_its_own_any_more(connection: Connection, alice: User) -> None:
    remarks.write(connection, alice, "One")
    Remark.objects.update(absorbed_in=3)
    assert rules.in_force(connection).listed == ()
