"""Correct, Wrong and what is wrong, under an answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from chat.models import Conversation, Turn
from chat.turns import SHOWN
from learning.feedback import judging, remarks, verdicts
from learning.models import Attempt, Episode, Remark, TeamLearning, Verdict, VerifiedQuery
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

QUESTION = "Which products do we sell?"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def episode(conversation: Conversation, alice: User) -> Episode:
    return answered(conversation, alice)


def answered(conversation: Conversation, user: User, sql: str = "SELECT name FROM products", **more: Any) -> Episode:
    rows = {"columns": ["name"], "rows": [["Rope"]], "truncated": False, "elapsed": 0.1}
    values = {"question": QUESTION, "status": Episode.Status.SUCCEEDED, "sql": sql, "result": rows, **more}
    episode = Episode.objects.create(
        connection=conversation.connection, user=user, source="chat", model="scripted", **values
    )
    Attempt.objects.create(episode=episode, number=1, strategy="generate", sql=sql, reward_parts={"success": 1.0})
    Turn.objects.create(conversation=conversation, episode=episode)
    return episode


def press(client: Client, episode: Episode, verdict: str, **headers: str) -> str:
    return said(client.post(reverse("verdict", args=[episode.pk]), {"verdict": verdict}, headers=HTMX | headers))


def explain(client: Client, episode: Episode, text: str) -> str:
    return said(client.post(reverse("remark", args=[episode.pk]), {"remark": text}, headers=HTMX))


def said(response: Any) -> str:
    """The page or fragment, in one line."""
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def pressed(html: str) -> list[str]:
    """Which of the buttons are pressed."""
    buttons = {name: html.split(f'id="{name}-')[1].split(">")[0] for name in ("correct", "wrong")}
    return [name for name, button in buttons.items() if 'aria-pressed="true"' in button]


def page(client: Client, episode: Episode) -> str:
    return said(client.get(reverse("conversation", args=[episode.turn.conversation_id])))


def test_an_answer_that_was_found_can_be_called_right_or_wrong(alice_client: Client, episode: Episode) -> None:
    assert pressed(page(alice_client, episode)) == []
    assert pressed(press(alice_client, episode, "right")) == ["correct"]
    assert pressed(page(alice_client, episode)) == ["correct"]


def test_it_can_be_changed_and_taken_back(alice_client: Client, episode: Episode, alice: User) -> None:
    press(alice_client, episode, "right")
    assert pressed(press(alice_client, episode, "wrong")) == ["wrong"]
    assert Verdict.objects.count() == 1
    html = press(alice_client, episode, "none")
    assert pressed(html) == []
    assert "Taken back." in html
    assert verdicts.of(episode, alice) is None


def test_a_tab_that_does_not_know_of_a_verdict_does_not_take_it_back(
    alice_client: Client, episode: Episode, alice: User
) -> None:
    for _ in range(2):
        press(alice_client, episode, "wrong")
    assert verdicts.of(episode, alice) is False


@pytest.mark.parametrize("verdict", ["", "yes", "True"])
def test_what_is_no_verdict_is_refused(alice_client: Client, episode: Episode, verdict: str) -> None:
    response = alice_client.post(reverse("verdict", args=[episode.pk]), {"verdict": verdict})
    assert response.status_code == 400
    assert not Verdict.objects.exists()


def test_an_answer_that_was_not_found_has_nothing_to_press(alice_client: Client, episode: Episode) -> None:
    Episode.objects.update(status=Episode.Status.FAILED, result=None)
    assert "aria-pressed" not in page(alice_client, episode)
    assert "There is no answer to judge" in press(alice_client, episode, "right")


@pytest.mark.parametrize("name", ["verdict", "remark"])
def test_others_answers_are_not_found_not_even_a_colleague_s(
    episode: Episode, bob: User, make_user: MakeUser, conversation: Conversation, name: str
) -> None:
    colleague = make_user("carol", conversation.connection.team)
    for stranger in (bob, colleague):
        client = Client()
        client.force_login(stranger)
        response = client.post(reverse(name, args=[episode.pk]), {"verdict": "right", "remark": "no"})
        assert response.status_code == 404
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("role", Membership.Role)
def test_whoever_may_ask_may_judge(alice_client: Client, episode: Episode, alice: User, role: str) -> None:
    alice.memberships.update(role=role)
    assert pressed(press(alice_client, episode, "right")) == ["correct"]


def test_both_need_a_token(episode: Episode, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(reverse("verdict", args=[episode.pk]), {"verdict": "right"}).status_code == 403
    token = said(client.get(reverse("answer", args=[episode.pk]))).split('hx-headers=\'{"X-CSRFToken": "')[1][:64]
    assert pressed(press(client, episode, "right", **{"X-CSRFToken": token})) == ["correct"]


@pytest.mark.parametrize("alone", [True, False])
def test_without_htmx_one_is_back_at_the_answer(alice_client: Client, episode: Episode, alone: bool) -> None:
    fields = {"verdict": "wrong"} | ({"alone": "1"} if alone else {})
    response = alice_client.post(reverse("verdict", args=[episode.pk]), fields, follow=True)
    [(address, _)] = response.redirect_chain
    assert address.endswith(f"#answer-{episode.pk}")
    assert pressed(said(response)) == ["wrong"]
    assert ('id="chat"' in response.content.decode()) is not alone


def test_correct_says_what_became_of_it(alice_client: Client, episode: Episode) -> None:
    html = press(alice_client, episode, "right")
    assert "are now a verified query of the team" in html
    assert reverse("verified_queries", args=[episode.connection_id]) in html


def test_a_correct_that_another_person_contradicts_says_why_nothing_is_verified(
    alice_client: Client, episode: Episode, make_user: MakeUser, alice: User
) -> None:
    verdicts.give(episode, make_user("carol", alice.teams.get()), False)
    html = press(alice_client, episode, "right")
    assert "People differ about the SQL for this question" in html
    assert reverse("verified_queries", args=[episode.connection_id]) in html


def test_a_correct_on_the_same_sql_confirms(
    alice_client: Client, episode: Episode, conversation: Conversation, alice: User
) -> None:
    press(alice_client, answered(conversation, alice), "right")
    assert "a verified query of the team already" in press(alice_client, episode, "right")


def test_a_correct_on_other_sql_replaces(
    alice_client: Client, episode: Episode, conversation: Conversation, alice: User
) -> None:
    press(alice_client, answered(conversation, alice, "SELECT 1"), "right")
    assert "in the place of other SQL" in press(alice_client, episode, "right")


def test_a_correct_leaves_what_a_curator_wrote(
    alice_client: Client, episode: Episode, conversation: Conversation, alice: User
) -> None:
    press(alice_client, answered(conversation, alice, "SELECT 1"), "right")
    VerifiedQuery.objects.update(is_curated=True)
    assert "was written by a curator and stays" in press(alice_client, episode, "right")


def test_a_correct_leaves_what_more_people_confirmed(
    alice_client: Client, episode: Episode, conversation: Conversation, alice: User, make_user: MakeUser
) -> None:
    other = answered(conversation, alice, "SELECT 1")
    for person in (alice, make_user("carol", alice.teams.get())):
        verdicts.give(other, person, True)
    assert "Other SQL is the verified query for this question" in press(alice_client, episode, "right")


def test_wrong_asks_what_is_wrong_and_says_who_reads_it(alice_client: Client, episode: Episode) -> None:
    html = press(alice_client, episode, "wrong")
    assert "autofocus" in html
    assert "The team's curators see it with the question and its SQL." in html
    assert "autofocus" not in page(alice_client, episode).split('class="verdict"')[1].split('id="ask"')[0]


def test_a_remark_waits_for_a_curator_and_can_be_said_otherwise(alice_client: Client, episode: Episode) -> None:
    press(alice_client, episode, "wrong")
    html = explain(alice_client, episode, "without returns")
    assert "<q>without returns</q>" in html
    assert "Waiting for a curator." in html
    assert "Change the remark" in html
    explain(alice_client, episode, "without returns and tax")
    assert [remark.text for remark in Remark.objects.all()] == ["without returns and tax"]


def test_an_empty_remark_is_fine(alice_client: Client, episode: Episode, alice: User) -> None:
    press(alice_client, episode, "wrong")
    assert pressed(explain(alice_client, episode, "  ")) == ["wrong"]
    assert not Remark.objects.exists()


def test_who_says_what_is_wrong_says_that_it_is(alice_client: Client, episode: Episode) -> None:
    assert pressed(explain(alice_client, episode, "without returns")) == ["wrong"]


def test_a_remark_that_is_too_long_is_kept_with_the_reason(alice_client: Client, episode: Episode) -> None:
    press(alice_client, episode, "wrong")
    long = "x" * (remarks.LONGEST + 1)
    html = explain(alice_client, episode, long)
    assert "1,001 characters; at most 1,000" in html
    assert long in html
    plain = alice_client.post(reverse("remark", args=[episode.pk]), {"remark": long}).content.decode()
    assert "1,001 characters; at most 1,000" in plain
    assert long in plain
    assert not Remark.objects.exists()


def test_the_remark_goes_with_the_wrong_and_is_offered_again(alice_client: Client, episode: Episode) -> None:
    explain(alice_client, episode, "without returns")
    assert "<q>" not in press(alice_client, episode, "right")
    assert Remark.objects.get().state == Remark.State.WITHDRAWN
    assert ">without returns</textarea>" in press(alice_client, episode, "wrong")


def test_what_a_curator_decided_is_said(alice_client: Client, episode: Episode, make_user: MakeUser) -> None:
    explain(alice_client, episode, "without returns")
    curator = make_user("carol", episode.connection.team)
    remarks.accept(Remark.objects.get(), curator, "Revenue is net of returns.", "As in the report.")
    html = page(alice_client, episode)
    assert "Accepted as the rule “Revenue is net of returns.” by carol on" in html
    assert "As in the report." in html
    assert "Another remark" in html


def test_a_rejection_is_said_with_its_reason(alice_client: Client, episode: Episode, make_user: MakeUser) -> None:
    explain(alice_client, episode, "without returns")
    remarks.reject(Remark.objects.get(), make_user("carol", episode.connection.team), "Returns count.")
    html = page(alice_client, episode)
    assert "Rejected by carol on" in html
    assert "Returns count." in html


def test_that_a_curator_stopped_the_rule_is_said(alice_client: Client, episode: Episode, make_user: MakeUser) -> None:
    explain(alice_client, episode, "without returns")
    curator = make_user("carol", episode.connection.team)
    remarks.accept(Remark.objects.get(), curator)
    remarks.stop(Remark.objects.get(), curator)
    html = page(alice_client, episode)
    assert "It was a rule until carol stopped it on" in html
    assert ">without returns</textarea>" not in html


def test_where_the_team_wants_no_review_a_remark_is_a_rule(alice_client: Client, episode: Episode) -> None:
    TeamLearning.objects.create(team=episode.connection.team, accepts_remarks=True)
    assert "It becomes a rule for every question at once" in press(alice_client, episode, "wrong")
    assert "The team accepts remarks without review." in explain(alice_client, episode, "without returns")
    press(alice_client, episode, "none")
    assert not Remark.objects.rules().exists()


def test_what_was_written_is_escaped(alice_client: Client, episode: Episode) -> None:
    html = explain(alice_client, episode, "<script>alert(1)</script>")
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)") == 2


def test_a_page_of_many_answers_asks_the_database_as_often_as_one_of_one(
    alice_client: Client, conversation: Conversation, alice: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(reverse("conversation", args=[conversation.pk]))
        return len(captured)

    def one_more(number: int) -> None:
        episode = answered(conversation, alice, question=f"Question number {number}, which is it?")
        judging.judge(episode, alice, bool(number % 2))
        if not number % 2:
            judging.explain(episode, alice, "not so")

    for number in range(3):
        one_more(number)
    few = asked()
    for number in range(3, SHOWN):
        one_more(number)
    assert asked() == few


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_press_at_once_one_counts(alice_client: Client, episode: Episode, alice: User) -> None:
    def tab(verdict: str) -> None:
        client = Client()
        client.cookies = alice_client.cookies
        press(client, episode, verdict)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tab, ["right", "wrong"] * 4))
    verdict = Verdict.objects.get()
    assert VerifiedQuery.objects.active().exists() is verdict.is_right
    assert Episode.objects.get().reward == (1.0 if verdict.is_right else -0.5)
