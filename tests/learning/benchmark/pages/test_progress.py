"""A run is followed: only what changed is sent, and nothing once it is over."""

from __future__ import annotations

import re

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasources.models import Connection
from learning.models import Evaluation
from tests.learning.benchmark.pages.runs import address, finish, htmx, lost_run, run_of, text, words_of


def progress(run: Evaluation, known: str, more: str = "") -> str:
    return f"{address('evaluation_progress', run)}?{more}known={known}"


def sent(part: str) -> list[tuple[str, bool]]:
    """The questions in it, and whether each is hidden."""
    return [(number, "hidden" in rest) for number, rest in re.findall(r'<li id="question-(\d+)"([^>]*)>', part)]


def test_a_page_asks_with_what_it_shows(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rxaw", state="running")
    page = text(alice_client, address("evaluation", run) + "?show=wrong")
    assert f'hx-get="{progress(run, "rxaw", "show=wrong&")}"' in page


def test_nothing_is_sent_while_nothing_changed(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "raw", state="running")
    response = alice_client.get(progress(run, "raw"), headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")


def test_asking_what_changed_writes_nothing_and_leaves_what_came_of_questions(
    alice_client: Client, measured: Connection
) -> None:
    run = run_of(measured, "raw", state="running")
    with CaptureQueriesContext(connections["default"]) as asked:
        alice_client.get(progress(run, "raw"), headers={"HX-Request": "true"})
    said = [query["sql"] for query in asked]
    assert all(sql.startswith("SELECT") for sql in said)
    assert "attempts" not in said[-1]
    assert len(said) <= 6


def test_only_questions_that_changed_are_sent(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "raaw", state="running")
    finish(run, 3, "x")
    part = htmx(alice_client, progress(run, "raaw"))
    assert sent(part) == [("3", False)]
    assert progress(run, "raxw") in part


def test_the_summary_and_the_filters_come_with_them(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "raw", state="running")
    finish(run, 2, "r")
    said = words_of(htmx(alice_client, progress(run, "raw")))
    assert "2 of 3 2 right so far" in said
    assert "right 2 wrong 0" in said


def test_a_screen_reader_hears_the_count_and_no_rows(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "ra", state="running")
    finish(run, 2, "x")
    part = htmx(alice_client, progress(run, "ra"))
    announced = part[part.index('<p id="announcer"') :]
    assert words_of(announced) == "2 of 2, 1 right"
    assert "aria-live" not in part


def test_a_question_that_the_filter_leaves_out_comes_hidden(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "aa", state="running")
    finish(run, 1, "r")
    finish(run, 2, "x")
    assert sent(htmx(alice_client, progress(run, "aa", "show=wrong&"))) == [("1", True), ("2", False)]


def test_what_a_browser_cannot_know_is_sent_whole(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rxw", state="running")
    for known in ("", "?", "rx", "zzzzzzzzzz"):
        assert ("3", False) in sent(htmx(alice_client, progress(run, known)))


def test_it_ends_when_the_run_is_over(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rx", state="done")
    part = htmx(alice_client, progress(run, "rx"))
    assert "Done" in part
    assert "hx-trigger" not in part
    assert sent(part) == []


def test_a_run_that_is_lost_meanwhile_is_shown_stopped(alice_client: Client, measured: Connection) -> None:
    part = htmx(alice_client, progress(lost_run(measured, "ra"), "ra"))
    assert "Stopped after 1 of 2." in words_of(part)
    assert "Asking" not in words_of(part)


def test_without_htmx_there_is_the_page(alice_client: Client, measured: Connection) -> None:
    run = run_of(measured, "rw", state="running")
    assert alice_client.get(progress(run, "rw"))["Location"] == address("evaluation", run)
    assert alice_client.get(address("evaluation_under_way", run))["Location"] == address("evaluation", run)
