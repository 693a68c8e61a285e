"""The rules in force, on their page and beside the chat."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from chat.models import Conversation
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Remark, TeamLearning
from learning.prompts import rules_of
from tests.learning.feedback.pages.conftest import Remarked

pytestmark = pytest.mark.django_db


def page(client: Client, connection: Connection) -> str:
    return client.get(reverse("remarks", args=[connection.pk])).content.decode()


def test_a_curator_writes_a_rule(carol_client: Client, connection: Connection) -> None:
    carol_client.post(reverse("new_rule", args=[connection.pk]), {"rule": "Out of stock means stock < 5"})
    text = page(carol_client, connection)
    assert rules_of(connection) == ["Out of stock means stock < 5"]
    assert "The rule is in force" in text
    assert "Written by carol" in text


def test_a_rule_says_where_it_came_from(remarked: Remarked, carol_client: Client, dave: User) -> None:
    remark = remarked("no cancelled ones", question="How many in May?")
    remarks.accept(remark, dave, "status <> 'cancelled'", "as in the reports")
    text = page(carol_client, remark.connection)
    for told in ("A remark by alice</a>", "on “How many in May?”", "accepted by dave", "Reason: as in the reports"):
        assert told in text


def test_a_rule_is_reworded_stopped_and_put_in_force_again(
    carol_client: Client, carol: User, connection: Connection
) -> None:
    rule = remarks.write(connection, carol, "One")
    carol_client.post(reverse("edit_rule", args=[connection.pk, rule.pk]), {"rule": "Two"})
    assert rules_of(connection) == ["Two"]
    stopped = carol_client.post(reverse("stop_rule", args=[connection.pk, rule.pk]), follow=True)
    assert rules_of(connection) == []
    assert "Put it in force again" in stopped.content.decode()
    carol_client.post(reverse("resume_rule", args=[connection.pk, rule.pk]))
    assert rules_of(connection) == ["Two"]


def test_a_rule_that_was_stopped_is_said_to_be(
    remarked: Remarked, carol_client: Client, carol: User, connection: Connection
) -> None:
    remark = remarked("no cancelled ones")
    remarks.accept(remark, carol)
    remarks.stop(remark, carol)
    text = carol_client.get(reverse("remark", args=[connection.pk, remark.pk])).content.decode()
    assert '<span class="badge">Stopped</span>' in text
    assert "Put it in force again" in text


def test_what_a_team_accepts_by_itself_is_listed_as_that_and_can_be_stopped(
    remarked: Remarked, carol_client: Client, connection: Connection
) -> None:
    TeamLearning.objects.create(team=connection.team, accepts_remarks=True)
    remark = remarked("no cancelled ones")
    assert "Accepted by itself" in page(carol_client, connection)
    carol_client.post(reverse("stop_rule", args=[connection.pk, remark.pk]))
    assert rules_of(connection) == []


def test_rules_that_find_no_room_are_said_to_be_left_out(
    settings: Settings, carol_client: Client, carol: User, connection: Connection
) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "model", "key", local=True)
    settings.LOCAL_MODEL_CONTEXT = 2048
    for number in range(4):
        remarks.write(connection, carol, f"Rule {number} " + "x" * 200)
    text = " ".join(page(carol_client, connection).split())

    assert "There is no room for the last 2: no question is asked with them." in text
    assert text.count("Left out: no room") == 2


def panel(client: Client, conversation: Conversation) -> str:
    text = client.get(reverse("prompt_panel", args=[conversation.connection_id])).content.decode()
    return " ".join(text.split())


def test_the_prompt_panel_lists_the_rules_and_what_waits(
    remarked: Remarked, carol_client: Client, carol: User, conversation: Conversation
) -> None:
    remarks.accept(remarked("no cancelled ones"), carol, "{{ braces }} <b>")
    remarked("another")
    text = panel(carol_client, conversation)
    assert "Rules from remarks (1)" in text
    assert "{{ braces }} &lt;b&gt;" in text
    assert "1 remark waits" in text


def test_the_prompt_panel_tells_a_member_of_no_queue(
    remarked: Remarked, alice_client: Client, conversation: Conversation
) -> None:
    remarked("another")
    text = panel(alice_client, conversation)
    assert "Rules from remarks" not in text
    assert "remark waits" not in text


class TestTheOrder:
    @pytest.fixture
    def two(self, carol: User, connection: Connection) -> list[Remark]:
        return [remarks.write(connection, carol, text) for text in ("One", "Two")]

    def address(self, rule: Remark) -> str:
        return reverse("move_rule", args=[rule.connection_id, rule.pk])

    def test_a_curator_moves_a_rule(self, carol_client: Client, two: list[Remark]) -> None:
        response = carol_client.post(self.address(two[1]), {"to": "up"})
        assert response.headers["Location"].endswith(f"/remarks/#rule-of-{two[1].pk}")
        assert rules_of(two[0].connection) == ["Two", "One"]
        carol_client.post(self.address(two[1]), {"to": "down"})
        assert rules_of(two[0].connection) == ["One", "Two"]

    def test_htmx_gets_the_rules_in_their_new_order(self, carol_client: Client, two: list[Remark]) -> None:
        response = carol_client.post(self.address(two[1]), {"to": "up"}, headers={"HX-Request": "true"})
        text = response.content.decode()
        assert text.index("Two") < text.index("One")
        assert "<html" not in text

    def test_what_is_no_rule_any_more_is_said(self, carol_client: Client, carol: User, two: list[Remark]) -> None:
        remarks.stop(two[1], carol)
        response = carol_client.post(self.address(two[1]), {"to": "up"}, headers={"HX-Request": "true"})
        assert "This rule is not in force any more." in response.content.decode()

    def test_one_alone_has_no_buttons(self, carol_client: Client, carol: User, connection: Connection) -> None:
        remarks.write(connection, carol, "One")
        assert "Move up" not in page(carol_client, connection)

    def test_a_member_has_none_either(self, alice_client: Client, alice: User, two: list[Remark]) -> None:
        alice.memberships.update(role="member")
        assert "Move up" not in page(alice_client, two[0].connection)
        assert alice_client.post(self.address(two[1]), {"to": "up"}).status_code == 403
