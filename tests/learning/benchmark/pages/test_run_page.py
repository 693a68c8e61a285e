"""The page of a run: setup, summary, questions; cancelled and gone on with; as JSON."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.models import EvaluatedQuestion, Evaluation
from tests.learning.benchmark.pages.runs import address, lost_run, run_of, text, words_of


def shown(page: str) -> list[int]:
    """The numbers of the questions that are not hidden."""
    lines = re.findall(r'<li id="question-(\d+)"([^>]*)>', page)
    return [int(number) for number, attributes in lines if "hidden" not in attributes]


def said(page: str) -> str:
    return words_of(page).replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_it_says_under_what_was_measured(alice_client: Client, alice: User, measured: Connection) -> None:
    run = run_of(measured, "r", user=alice, model="large", generation=4, policy="random", attempts=2, seed=7)
    page = said(text(alice_client, address("evaluation", run)))
    for setting in ("Model large", "Generation 4", "Repairs At random", "Attempts at most 2", "Seed 7", "by alice"):
        assert setting in page
    assert "Questions easy, medium, hard" in page


def test_it_sums_up_what_came_of_it(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rrRxn")
    page = said(text(alice_client, address("evaluation", run)))
    assert "Accuracy 60 %" in page
    assert "3 of 5 right" in page
    assert "First attempt 40 %" in page
    assert "Valid SQL 80 % 60 % at first" in page
    assert "Attempts 1.20" in page
    assert "7,500 read" in page


def test_it_says_how_long_it_took(alice_client: Client, measured: Connection) -> None:
    started = timezone.now()
    run = run_of(measured, "rr", started_at=started, finished_at=started + timedelta(seconds=200))
    assert "2 questions in 3 min 20 s" in said(text(alice_client, address("evaluation", run)))


def test_it_has_a_row_for_each_difficulty_category_and_first_error(alice_client: Client, measured: Connection) -> None:
    page = said(text(alice_client, address("evaluation", run_of(measured, "rxxRn", state="stopped"))))
    assert "easy 2 of 2 100 %" in page
    assert "medium 0 of 2 0 %" in page
    assert "join 1 of 2 50 %" in page
    assert "Wrong column 2 1 1" in page


def test_groups_are_there_before_they_are_asked(alice_client: Client, measured: Connection) -> None:
    page = said(text(alice_client, address("evaluation", run_of(measured, "rwwx", state="running"))))
    assert "easy 1 of 2 50 %" in page
    assert "medium 1 left" in page


def test_nothing_is_said_of_what_nothing_is_known_of(alice_client: Client, measured: Connection) -> None:
    page = words_of(text(alice_client, address("evaluation", run_of(measured, "aw", state="running"))))
    for name in ("Accuracy", "First attempt", "Valid SQL", "Seconds", "Partial credit"):
        assert f"{name} – " in page


def test_what_cannot_be_graded_counts_nowhere(alice_client: Client, measured: Connection) -> None:
    page = said(text(alice_client, address("evaluation", run_of(measured, "rs"))))
    assert "1 of 1 right" in page
    assert "1 could not be graded" in page
    assert "Not graded" in page


def test_each_question_says_in_words_how_it_stands(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rxnaw", state="running")
    lines = text(alice_client, address("evaluation", run)).split('<li id="question-')[1:]
    words = ["Right", "Wrong", "No answer", "Asking", "Waiting"]
    for number, (word, line) in enumerate(zip(words, lines, strict=True), start=1):
        assert f"{word} What is {number}?" in said(line)


def test_only_what_is_over_unfolds(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, address("evaluation", run_of(measured, "raw", state="running")))
    assert page.count("<details hx-get") == 1
    assert page.count("hx-disable") >= 1


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("?show=right", [1, 4]),
        ("?show=wrong", [2, 3]),
        ("?difficulty=easy", [1, 4]),
        ("?difficulty=hard&show=wrong", [3]),
        ("?show=strange&difficulty=strange", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_questions_are_filtered(alice_client: Client, measured: Connection, query: str, numbers: list[int]) -> None:
    run = run_of(measured, "rxnrww", state="stopped")
    assert shown(text(alice_client, address("evaluation", run) + query)) == numbers


def test_filters_say_how_many_they_let_through(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, address("evaluation", run_of(measured, "rxnrww", state="stopped")) + "?show=wrong")
    assert "all 6 right 2 wrong 2 all 6 easy 2" in said(page)
    assert 'href="?show=right"' in page
    assert 'href="?show=wrong&difficulty=easy"' in page


def test_a_filter_that_leaves_nothing_leads_back(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rr")
    page = text(alice_client, address("evaluation", run) + "?show=wrong")
    assert "No question is like that." in page
    assert f'href="{address("evaluation", run)}">Show all</a>' in page


def test_a_filter_that_leaves_something_does_not_say_so(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, address("evaluation", run_of(measured, "rr")) + "?show=right")
    assert "No question is like that" not in page


def test_a_long_run_costs_no_more_queries_than_a_short_one(
    alice_client: Client, measured: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = run_of(measured, "rx" * 50)
    with django_assert_max_num_queries(9):
        text(alice_client, address("evaluation", run))


def test_a_member_sees_no_buttons_and_may_not_press_them(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rw", state="running")
    assert "cancel-run" not in text(alice_client, address("evaluation", run))
    assert alice_client.post(address("evaluation_cancel", run)).status_code == 403
    assert alice_client.post(address("evaluation_go_on", run)).status_code == 403
    run.refresh_from_db()
    assert run.is_running


def test_a_curator_cancels_and_goes_on(curator: Client, measured: Connection, model: ServerHandle) -> None:
    run = run_of(measured, "rw", state="running")
    page = text(curator, curator.post(address("evaluation_cancel", run))["Location"])
    assert "Stopped after 1 of 2. Cancelled by alice." in said(page)
    again = text(curator, curator.post(address("evaluation_go_on", run))["Location"])
    assert "1 right so far" in again


def test_going_on_says_why_it_is_not_possible(curator: Client, measured: Connection, model: ServerHandle) -> None:
    run = run_of(measured, "rw", state="stopped", model="another")
    response = curator.post(address("evaluation_go_on", run), follow=True)
    assert "It was begun with another, and now scripted would answer." in response.content.decode()


def test_a_run_whose_worker_is_gone_can_be_gone_on_with(curator: Client, measured: Connection) -> None:
    page = text(curator, address("evaluation", lost_run(measured, "rw")))
    assert "The server stopped while it was under way." in page
    assert "Go on where it stopped" in page


def test_pages_are_read_and_buttons_posted(curator: Client, measured: Connection) -> None:
    run = run_of(measured, "r")
    assert curator.post(address("evaluation", run)).status_code == 405
    assert curator.get(address("evaluation_cancel", run)).status_code == 405
    assert curator.get(address("evaluation_go_on", run)).status_code == 405


def test_the_whole_run_can_be_had_as_json(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rxw", state="stopped", policy="fixed", seed=None)
    response = alice_client.get(address("evaluation_download", run))
    assert 'filename="benchmark-' in response["Content-Disposition"]
    data = json.loads(response.content)
    assert (data["setup"]["model"], data["setup"]["policy"], data["setup"]["questions"]) == ("scripted", "fixed", 3)
    assert (data["summary"]["questions"], data["summary"]["right"]) == (2, 1)
    assert [one["task"] for one in data["outcomes"]] == ["t1", "t2"]
    assert data["outcomes"][1]["gold"] == ["SELECT 2 AS gold", "SELECT 2, 'too'"]


@pytest.mark.parametrize("model", [Evaluation, EvaluatedQuestion])
def test_the_operator_looks_at_runs_and_changes_none(
    admin_client: Client, measured: Connection, model: type[Evaluation | EvaluatedQuestion]
) -> None:
    run_of(measured, "rx")
    name = model._meta.model_name
    listed = admin_client.get(f"/admin/learning/{name}/")
    assert listed.status_code == 200
    one = admin_client.get(f"/admin/learning/{name}/{model.objects.all()[0].pk}/change/")
    assert one.status_code == 200
    assert 'name="_save"' not in one.content.decode()
    assert admin_client.get(f"/admin/learning/{name}/add/").status_code == 403


def test_it_says_whether_confidence_can_be_believed(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rrxx")
    assert "Calibration error" not in said(text(alice_client, address("evaluation", run)))
    run.questions.filter(is_right=True).update(confidence=0.9)
    run.questions.filter(is_right=False).update(confidence=0.3)
    page = said(text(alice_client, address("evaluation", run)))
    assert "Calibration error 0.10 of confidence (ECE); the surest half is 100 % right" in page
