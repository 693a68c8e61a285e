"""Two runs side by side."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.models import Evaluation
from tests.learning.benchmark.pages.runs import htmx, run_of, text, words_of


def compare(before: Evaluation, after: Evaluation) -> str:
    query = f"before={before.pk}&after={after.pk}"
    return f"{reverse('benchmark_compare', args=[before.connection_id])}?{query}"


def question(before: Evaluation, after: Evaluation, task: str) -> str:
    query = f"before={before.pk}&after={after.pk}&task={task}"
    return f"{reverse('compared_question', args=[before.connection_id])}?{query}"


def said(page: str) -> str:
    return words_of(page).replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_it_begins_with_one_honest_sentence(alice_client: Client, measured: Connection) -> None:
    page = said(text(alice_client, compare(run_of(measured, "rxxx"), run_of(measured, "rrxx"))))
    assert "Better, but it could be chance: 1 → 2 of 4 right, 1 won, 0 lost, p = 1.000." in page
    assert "Before 25 %" in page
    assert "After 50 %" in page
    assert "Difference +25" in page


def test_what_differs_in_the_setups_is_marked(alice_client: Client, measured: Connection) -> None:
    before = run_of(measured, "r", generation=1, policy="random", seed=3)
    after = run_of(measured, "r", generation=2, policy="random")
    page = said(text(alice_client, compare(before, after)))
    assert "Generation 1 2 differs" in page
    assert "Seed 3 – differs" in page
    assert "Model scripted scripted Generation" in page


def test_questions_that_changed_come_first(alice_client: Client, measured: Connection) -> None:
    page = said(text(alice_client, compare(run_of(measured, "xrrx"), run_of(measured, "rnrx"))))
    assert "Won: wrong before, right after 1 Wrong → then Right What is 1?" in page
    assert "Lost: right before, wrong after 1 Right → then No answer What is 2?" in page
    assert page.index("Unchanged: 2") > page.index("What is 2?")
    assert "Right → then Right What is 3?" in page


def test_runs_are_paired_by_task_and_not_by_number(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "xr"), run_of(measured, "xr")
    after.questions.filter(number=1).update(number=9)
    assert "No difference: the same 1 of 2" in said(text(alice_client, compare(before, after)))


def test_both_answers_unfold_beside_the_gold(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "n"), run_of(measured, "r")
    assert question(before, after, "t1") in text(alice_client, compare(before, after))
    part = htmx(alice_client, question(before, after, "t1"))
    assert "<html" not in part
    words = words_of(part)
    assert "Before: none gave an answer" in words
    assert words.index("SELECT 1 AS mine") < words.index("SELECT 1 AS gold")


def test_a_pair_has_a_page_of_its_own(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "n"), run_of(measured, "r")
    page = text(alice_client, question(before, after, "t1"))
    assert compare(before, after) in page
    assert "What is 1?" in page


def test_a_task_that_not_both_answered_is_not_found(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "r"), run_of(measured, "rr")
    for task in ("t2", "", "nothing", "%00"):
        assert alice_client.get(question(before, after, task)).status_code == 404


def test_only_what_both_have_answered_is_compared(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "rxr"), run_of(measured, "rrww", state="running")
    page = said(text(alice_client, compare(before, after)))
    assert "2 questions answered by both are compared. Left out: 1 answered only before, 0 only after." in page


def test_one_run_twice_is_nothing_to_compare(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rx")
    page = text(alice_client, compare(run, run))
    assert "This is one run twice" in page
    assert "What changed" not in page


def test_runs_without_a_common_question_are_not_compared(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, compare(run_of(measured, "rw", state="stopped"), run_of(measured, "wr", state="stopped")))
    assert "no question in common" in page


def test_an_empty_run_can_be_named(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, compare(run_of(measured, "", state="stopped"), run_of(measured, "")))
    assert "no question in common" in page


def test_the_other_way_round_is_a_link(alice_client: Client, measured: Connection) -> None:
    before, after = run_of(measured, "r"), run_of(measured, "x")
    assert f'href="?before={after.pk}&after={before.pk}"' in text(alice_client, compare(before, after))


@pytest.mark.parametrize("query", ["", "?before=", "?before=&after="])
def test_who_names_no_two_runs_is_told_how(alice_client: Client, measured: Connection, query: str) -> None:
    page = text(alice_client, reverse("benchmark_compare", args=[measured.pk]) + query)
    assert "Choose a run as before and another as after." in page


@pytest.mark.parametrize("garbage", ["x", "1", "'", "%00", "../../", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_run_is_not_found(alice_client: Client, measured: Connection, garbage: str) -> None:
    run = run_of(measured, "r")
    address = reverse("benchmark_compare", args=[measured.pk])
    assert alice_client.get(f"{address}?before={garbage}&after={run.pk}").status_code == 404
    assert alice_client.get(f"{address}?before={run.pk}&after={garbage}").status_code == 404


def test_a_run_of_another_team_is_not_found(alice_client: Client, bob: User, measured: Connection) -> None:
    theirs = Connection.objects.create(team=bob.teams.get(), name="theirs", path=measured.path, is_sample=True)
    mine, foreign = run_of(measured, "r"), run_of(theirs, "r")
    assert alice_client.get(compare(mine, foreign)).status_code == 404
    assert alice_client.get(question(mine, foreign, "t1")).status_code == 404


def test_a_run_of_another_connection_of_the_team_is_not_found(alice_client: Client, measured: Connection) -> None:
    second = Connection.objects.create(team=measured.team, name="second", path=measured.path, is_sample=True)
    assert alice_client.get(compare(run_of(measured, "r"), run_of(second, "r"))).status_code == 404
