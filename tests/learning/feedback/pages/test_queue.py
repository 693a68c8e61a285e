"""The queue: what waits for a curator, and what a curator makes of it."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Remark
from tests.learning.feedback.pages.conftest import Remarked

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}


def page(client: Client, connection: Connection, query: str = "") -> str:
    return client.get(reverse("remarks", args=[connection.pk]) + query).content.decode()


def post(client: Client, name: str, remark: Remark, headers: dict[str, str] | None = None, **data: str) -> Any:
    return client.post(reverse(name, args=[remark.connection_id, remark.pk]), data, headers=headers or {})


def listed(text: str) -> list[int]:
    """The remarks in a page, by id, in their order."""
    return [int(number) for number in re.findall(r'<li id="remark-(\d+)"', text)]


def test_a_remark_comes_with_its_question_its_sql_its_author_and_how_it_came(
    remarked: Remarked, carol_client: Client, connection: Connection
) -> None:
    remarked("cancelled ones do not count", question="How many orders in May?", sql="SELECT COUNT(*) FROM orders")
    text = page(carol_client, connection)

    assert "cancelled ones do not count" in text
    assert "How many orders in May?" in text
    assert '<span class="k">SELECT</span>' in text
    assert "alice" in text
    assert "With a Wrong" in text


def test_what_waits_longest_comes_first(remarked: Remarked, carol_client: Client, connection: Connection) -> None:
    waiting = [remarked(f"remark {number}").pk for number in range(3)]
    assert listed(page(carol_client, connection)) == waiting


def test_what_a_person_wrote_is_shown_and_not_run(
    remarked: Remarked, carol_client: Client, connection: Connection
) -> None:
    remarked("<script>alert(1)</script> {{ settings }}", question="<b>q</b>", sql="SELECT '<i>'")
    text = page(carol_client, connection)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ settings }}" in text
    assert not re.search("<script>alert|<b>q|<i>", text)


def test_a_remark_is_accepted_as_the_rule_in_the_field(
    remarked: Remarked, carol_client: Client, connection: Connection
) -> None:
    remark = remarked("no cancelled ones")
    done = post(carol_client, "decide_remark", remark, decision="accept", rule="status <> 'cancelled'", reason="policy")

    assert done.status_code == 302
    remark.refresh_from_db()
    assert (remark.state, remark.rule, remark.reason) == ("accepted", "status <> 'cancelled'", "policy")
    text = carol_client.get(done.url).content.decode()
    assert "Accepted: the next question is asked with it." in text
    assert "Take the decision back" in text


def test_a_remark_is_rejected_with_or_without_a_reason(remarked: Remarked, carol_client: Client) -> None:
    for reason in ("It is right", ""):
        remark = remarked("no")
        post(carol_client, "decide_remark", remark, decision="reject", rule=remark.text, reason=reason)
        remark.refresh_from_db()
        assert (remark.state, remark.reason) == ("rejected", reason)


def test_a_decision_is_taken_back(remarked: Remarked, carol_client: Client, carol: User) -> None:
    remark = remarked("no")
    remarks.reject(remark, carol)
    done = post(carol_client, "reopen_remark", remark)
    remark.refresh_from_db()
    assert remark.state == "pending"
    assert "It waits again. What was decided counts no more." in carol_client.get(done.url).content.decode()


def test_in_place_come_the_remark_the_rules_the_counts_and_a_word_for_screen_readers(
    remarked: Remarked, carol_client: Client
) -> None:
    remark = remarked("no cancelled ones")
    remarked("another")
    answer: HttpResponse = post(carol_client, "decide_remark", remark, HTMX, decision="accept", rule="The rule")
    text = " ".join(answer.content.decode().split())

    assert listed(text) == [remark.pk]
    assert 'data-state="accepted"' in text
    assert f'<li id="rule-of-{remark.pk}">' in text
    assert 'Waiting <span class="number">1</span>' in text
    assert re.search(r'id="remarks-waiting" hx-swap-oob="true"> <span class="badge wait">1', text)
    assert "Accepted: the next question is asked with it. 1 waiting." in text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["form", "htmx"])
def test_the_second_curator_is_told_who_has_decided_already(
    remarked: Remarked, carol_client: Client, dave: User, headers: dict[str, str]
) -> None:
    remark = remarked("no cancelled ones")
    remarks.accept(remark, dave, "The rule of dave")
    done = post(carol_client, "decide_remark", remark, headers, decision="reject")
    text = (done if headers else carol_client.get(done.url)).content.decode()

    assert "dave has accepted this remark already, as “The rule of dave”. Nothing was changed." in text
    remark.refresh_from_db()
    assert (remark.state, remark.reviewer) == ("accepted", dave)


def test_a_rule_without_words_is_not_kept(remarked: Remarked, carol_client: Client, carol: User) -> None:
    remark = remarked("no")
    remarks.accept(remark, carol)
    done = post(carol_client, "edit_rule", remark, rule="  ")
    assert "Write the rule first." in carol_client.get(done.url).content.decode()
    remark.refresh_from_db()
    assert remark.rule == "no"


@pytest.mark.parametrize(
    ("state", "shown"), [("", 0), ("pending", 0), ("accepted", 1), ("rejected", 2), ("withdrawn", 3), ("nonsense", 0)]
)
def test_the_list_is_filtered_by_what_became_of_them(
    remarked: Remarked, carol_client: Client, carol: User, connection: Connection, state: str, shown: int
) -> None:
    made = [remarked(f"remark {number}") for number in range(4)]
    remarks.accept(made[1], carol)
    remarks.reject(made[2], carol)
    remarks.accept(made[3], carol)
    remarks.stop(made[3], carol)
    assert listed(page(carol_client, connection, f"?state={state}")) == [made[shown].pk]


def test_a_long_list_is_paged(remarked: Remarked, carol_client: Client, connection: Connection) -> None:
    made = [remarked(f"remark {number}").pk for number in range(23)]
    assert listed(page(carol_client, connection)) == made[:20]
    assert listed(page(carol_client, connection, "?page=2")) == made[20:]
    assert listed(page(carol_client, connection, "?page=nonsense")) == made[:20]


def test_an_empty_queue_says_how_remarks_come(carol_client: Client, connection: Connection) -> None:
    assert "Somebody presses <strong>Wrong</strong>" in page(carol_client, connection)


def test_a_queue_that_is_worked_off_says_so(remarked: Remarked, carol_client: Client, carol: User) -> None:
    remark = remarked("no")
    remarks.reject(remark, carol)
    assert "Nothing waits: every remark has been decided on." in page(carol_client, remark.connection)


def test_a_remark_of_somebody_who_is_gone_stays(remarked: Remarked, carol_client: Client, alice: User) -> None:
    remark = remarked("cancelled ones do not count")
    alice.delete()
    text = page(carol_client, remark.connection)
    assert "cancelled ones do not count" in text
    assert "Somebody who has left" in text


@pytest.mark.parametrize("decided", ["", "nonsense", "-1", "9" * 30, "9" * 5000])
def test_an_address_that_names_no_remark_shows_the_queue(
    carol_client: Client, connection: Connection, decided: str
) -> None:
    assert "Remarks and rules" in page(carol_client, connection, f"?decided={decided}")


def test_each_remark_has_a_page(remarked: Remarked, carol_client: Client, carol: User) -> None:
    remark = remarked("cancelled ones do not count", question="How many in May?")
    address = reverse("remark", args=[remark.connection_id, remark.pk])
    assert "The rule that it becomes" in carol_client.get(address).content.decode()
    remarks.reject(remark, carol, "It is right")
    text = carol_client.get(address).content.decode()
    assert "It is right" in text
    assert "How many in May?" in text


def test_the_tab_says_how_many_wait(remarked: Remarked, carol_client: Client, connection: Connection) -> None:
    remarked("one")
    remarked("two")
    text = " ".join(carol_client.get(reverse("learning", args=[connection.pk])).content.decode().split())
    assert 'class="badge wait">2' in text
