"""What a member sees of remarks: their own, and the rules of all."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Remark
from tests.learning.feedback.pages.conftest import Remarked

pytestmark = pytest.mark.django_db

ACTIONS = ["decide_remark", "reopen_remark", "edit_rule", "stop_rule", "resume_rule"]


def page(client: Client, connection: Connection) -> str:
    return client.get(reverse("remarks", args=[connection.pk])).content.decode()


@pytest.fixture
def of_carol(remarked: Remarked, carol: User) -> Remark:
    return remarked("what carol said", by=carol, question="What did carol ask?", sql="SELECT 'carol'")


def test_of_other_people_s_remarks_nothing_is_shown(of_carol: Remark, alice_client: Client) -> None:
    assert "carol" not in page(alice_client, of_carol.connection)
    assert alice_client.get(reverse("remark", args=[of_carol.connection_id, of_carol.pk])).status_code == 404


def test_of_a_rule_of_others_the_question_is_not_told(of_carol: Remark, alice_client: Client, dave: User) -> None:
    remarks.accept(of_carol, dave, "The rule", "the reason")
    text = page(alice_client, of_carol.connection)
    for told in ("The rule", "A remark by carol", "accepted by dave", "the reason"):
        assert told in text
    for private in ("What did carol ask?", "what carol said", "SELECT 'carol'"):
        assert private not in text


def test_one_s_own_remarks_are_shown_with_what_became_of_them(
    remarked: Remarked, alice_client: Client, carol: User, connection: Connection
) -> None:
    remarked("the first")
    remarks.reject(remarked("the second"), carol, "It is right already")
    remarks.accept(remarked("the third", question="Asked by alice"), carol)
    text = page(alice_client, connection)

    for shown in ("It waits for a curator.", "It is right already", "by carol", "Asked by alice"):
        assert shown in text


@pytest.mark.parametrize("action", ACTIONS)
def test_deciding_is_the_curators_business(remarked: Remarked, alice_client: Client, action: str) -> None:
    remark = remarked("one of alice's")
    address = reverse(action, args=[remark.connection_id, remark.pk])
    assert alice_client.post(address, {"decision": "accept", "rule": "x"}).status_code == 403
    remark.refresh_from_db()
    assert remark.state == "pending"


def test_rules_are_written_by_curators(alice_client: Client, connection: Connection) -> None:
    assert alice_client.post(reverse("new_rule", args=[connection.pk]), {"rule": "x"}).status_code == 403
    assert not Remark.objects.exists()


def test_a_member_is_offered_nothing_that_they_may_not_do(remarked: Remarked, alice_client: Client) -> None:
    remark = remarked("one of alice's")
    text = page(alice_client, remark.connection)
    for words in ("Accept</button>", "Add the rule", "badge wait"):
        assert words not in text


@pytest.mark.parametrize("action", ["remark", *ACTIONS])
def test_a_remark_is_reached_through_its_own_connection_only(
    remarked: Remarked, carol_client: Client, connection: Connection, action: str
) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    address = reverse(action, args=[other.pk, remarked("a remark").pk])
    assert (carol_client.get if action == "remark" else carol_client.post)(address).status_code == 404
