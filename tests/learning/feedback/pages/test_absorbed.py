"""Rules that the prompt says in its own words, on the pages of remarks."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Generation, Remark
from learning.prompts import active
from tests.learning.feedback.pages.conftest import Remarked

pytestmark = pytest.mark.django_db

WORDED = "For revenue, leave out orders where orders.status = 'cancelled'."


@pytest.fixture
def remark(remarked: Remarked, carol: User) -> Remark:
    """A remark of alice's, which generation 1 says."""
    given = remarked("no cancelled ones")
    remarks.accept(given, carol, "Leave out cancelled orders.")
    seed = changing.seed_of(given.connection)
    made = changing.add(seed, Text("Answer well.", [Rule(WORDED, given.pk)]), Generation.Origin.EVOLVED)
    changing.promote(made, carol)
    given.refresh_from_db()
    return given


def page(client: Client, connection: Connection, query: str = "") -> str:
    return " ".join(client.get(reverse("remarks", args=[connection.pk]) + query).content.decode().split())


def test_the_page_shows_the_prompt_s_words_beside_the_rule(remark: Remark, carol_client: Client) -> None:
    text = page(carol_client, remark.connection)
    assert "Generation 1 of the prompt, which is in use, says this in its own words." in text
    assert "orders.status = &#x27;cancelled&#x27;" in text
    assert "Leave out cancelled orders." in text


def test_it_says_beforehand_what_taking_it_back_does(remark: Remark, carol_client: Client) -> None:
    text = page(carol_client, remark.connection, "?state=accepted")
    assert "a generation without it, or with the new words, is put to use at once" in text
    assert "since generation 1. If the decision is taken back, a generation without it is put to use at once." in text


def test_members_are_told_that_and_offered_nothing(remark: Remark, alice: User, alice_client: Client) -> None:
    remark.connection.team.memberships.filter(user=alice).update(role="member")
    text = page(alice_client, remark.connection)
    assert "says this in its own words" in text
    assert reverse("stop_rule", args=[remark.connection_id, remark.pk]) not in text
    assert "is put to use at once" not in text


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("stop_rule", "The rule is stopped: no question is asked with it any more."),
        ("reopen_remark", "It waits again. What was decided counts no more."),
    ],
)
def test_it_says_afterwards_which_generation_is_in_use(
    remark: Remark, carol_client: Client, route: str, said: str
) -> None:
    address = reverse(route, args=[remark.connection_id, remark.pk])
    text = carol_client.post(address, follow=True).content.decode()
    assert f"{said} Generation 2 of the prompt is in use for that now.<" in text
    now = active(remark.connection)
    assert now is not None
    assert now.told == []


def test_with_htmx_it_is_said_in_its_place(remark: Remark, carol_client: Client) -> None:
    address = reverse("reopen_remark", args=[remark.connection_id, remark.pk])
    text = carol_client.post(address, headers={"HX-Request": "true"}).content.decode()
    assert text.count("Generation 2 of the prompt is in use for that now.") == 2  # on the remark, and announced


def test_it_is_reworded_there(remark: Remark, carol_client: Client) -> None:
    address = reverse("edit_rule", args=[remark.connection_id, remark.pk])
    carol_client.post(address, {"rule": "Leave out returns, too."})
    now = active(remark.connection)
    assert now is not None
    assert now.rules == [{"text": "Leave out returns, too.", "remark": remark.pk}]


def test_what_an_earlier_prompt_says_although_it_was_taken_back_is_marked(
    remark: Remark, carol: User, carol_client: Client
) -> None:
    remarks.stop(remark, carol)
    changing.roll_back(changing.lineage(changing.in_use(remark.connection))[1], carol, "A mistake.")
    text = page(carol_client, remark.connection)
    assert "It was taken back, and this generation was put to use again since" in text
