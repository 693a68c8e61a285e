"""One question of a run: the agent's SQL beside the gold, both results, and what failed."""

from __future__ import annotations

import pytest
from django.test import Client

from datasources.models import Connection
from learning.models import EvaluatedQuestion, Evaluation
from tests.learning.benchmark.pages.runs import address, htmx, run_of, text, words_of


def question(run: Evaluation, number: int) -> str:
    return address("evaluated_question", run, number=number)


def test_the_sql_stands_beside_every_gold(alice_client: Client, measured: Connection) -> None:
    page = words_of(text(alice_client, question(run_of(measured, "x"), 1)))
    assert page.index("SELECT 1 AS mine") < page.index("SELECT 1 AS gold") < page.index("SELECT 1 , 'too'")
    assert "Another SQL that is right" in page


def test_both_results_are_shown(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, question(run_of(measured, "x"), 1))
    assert page.count('<td class="number">1,000</td>') == 2
    assert words_of(page).count("1 row.") == 2


def test_it_says_why_it_is_not_right(alice_client: Client, measured: Connection) -> None:
    response = alice_client.get(question(run_of(measured, "x"), 1))
    assert "One column too many &amp; &lt;one&gt; row missing." in response.content.decode()


def test_failed_attempts_say_what_went_wrong(alice_client: Client, measured: Connection) -> None:
    page = words_of(text(alice_client, question(run_of(measured, "R"), 1)))
    assert "Wrong column no such column: title 1: generate" in page
    assert "SELECT title FROM products" in page
    assert "products has name" in page


def test_where_nothing_ran_there_is_no_sql(alice_client: Client, measured: Connection) -> None:
    page = words_of(text(alice_client, question(run_of(measured, "n"), 1)))
    assert "none gave an answer" in page
    assert "SELECT 1 AS gold" in page


@pytest.mark.parametrize(("mark", "said"), [("w", "not asked yet"), ("s", "not asked, as nothing could be graded")])
def test_where_nothing_was_asked_that_is_said(alice_client: Client, measured: Connection, mark: str, said: str) -> None:
    assert said in words_of(text(alice_client, question(run_of(measured, mark, state="stopped"), 1)))


def test_what_the_grader_minds_is_said_where_it_is_not_the_usual(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "x")
    assert "order of rows" not in text(alice_client, question(run, 1))
    EvaluatedQuestion.objects.update(ordered=True, extra_columns=True)
    page = words_of(text(alice_client, question(run, 1)))
    assert "The order of rows counts. More columns are no mistake." in page


def test_it_leads_to_its_neighbours(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rrr")
    first, middle, last = (text(alice_client, question(run, number)) for number in (1, 2, 3))
    assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
    assert question(run, 1) in middle
    assert question(run, 3) in middle
    assert ('rel="prev"' in last, 'rel="next"' in last) == (True, False)


def test_htmx_gets_what_unfolds(alice_client: Client, measured: Connection) -> None:
    part = htmx(alice_client, question(run_of(measured, "x"), 1))
    assert "<html" not in part
    assert part.strip().startswith('<div class="answered"')


@pytest.mark.parametrize("number", [0, 2, 99])
def test_a_question_that_is_none_is_not_found(alice_client: Client, measured: Connection, number: int) -> None:
    assert alice_client.get(question(run_of(measured, "x"), number)).status_code == 404
