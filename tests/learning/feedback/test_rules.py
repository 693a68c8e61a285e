"""The rules in force, and what they cost."""

import pytest
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from datasources.models import AuditEntry, Connection
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


class TestTheOrder:
    @pytest.fixture
    def three(self, connection: Connection, alice: User) -> list[Remark]:
        return [remarks.write(connection, alice, text) for text in ("One", "Two", "Three")]

    def ordered(self, connection: Connection) -> list[str]:
        return [rule.remark.rule for rule in rules.in_force(connection).listed]

    def test_a_rule_moves_up_and_down(self, connection: Connection, alice: User, three: list[Remark]) -> None:
        assert rules.move(three[2], alice, up=True)
        assert self.ordered(connection) == ["One", "Three", "Two"]
        assert rules.move(three[0], alice, up=False)
        assert self.ordered(connection) == ["Three", "One", "Two"]

    def test_the_prompt_has_the_same_order(self, connection: Connection, alice: User, three: list[Remark]) -> None:
        rules.move(three[1], alice, up=True)
        assert "- Two\n- One\n- Three" in system_prompt(connection)

    def test_there_is_no_place_before_the_first_or_after_the_last(
        self, connection: Connection, alice: User, three: list[Remark]
    ) -> None:
        assert not rules.move(three[0], alice, up=True)
        assert not rules.move(three[2], alice, up=False)
        assert self.ordered(connection) == ["One", "Two", "Three"]

    def test_it_decides_who_finds_room(self, connection: Connection, alice: User) -> None:
        written = [remarks.write(connection, alice, f"Rule {number} " + "x" * 200) for number in range(3)]
        rules.move(written[2], alice, up=True)
        found = rules.in_force(connection).listed
        assert [rule.remark.rule[:6] for rule in found if rule.is_told] == ["Rule 0", "Rule 2"]

    def test_a_move_is_on_record(self, connection: Connection, alice: User, three: list[Remark]) -> None:
        rules.move(three[1], alice, up=True)
        assert AuditEntry.objects.filter(message="a rule was moved up: “Two”", user=alice).exists()

    def test_a_rule_that_is_written_later_comes_last(
        self, connection: Connection, alice: User, three: list[Remark]
    ) -> None:
        rules.move(three[2], alice, up=True)
        remarks.write(connection, alice, "Four")
        assert self.ordered(connection) == ["One", "Three", "Two", "Four"]

    def test_rewording_keeps_the_place(self, connection: Connection, alice: User, three: list[Remark]) -> None:
        remarks.edit(three[0], alice, "First")
        assert self.ordered(connection) == ["First", "Two", "Three"]

    def test_what_was_stopped_meanwhile_is_not_moved(self, alice: User, three: list[Remark]) -> None:
        remarks.stop(three[1], alice)
        with pytest.raises(remarks.AlreadyDecided, match="not in force any more"):
            rules.move(three[1], alice, up=True)
