"""An optimization: started, watched, cancelled, and what it found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.generations import changing
from learning.generations.pages.run_page import Run
from learning.models import SILENT, Optimization, Reflection
from learning.optimizing.data import Part
from tests.learning.benchmark.pages.runs import htmx, text, words_of
from tests.learning.generations.pages.made import address, candidate, examples, made, optimization
from tests.learning.optimizing.lessons import RULE, USELESS, script, team, work
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def under_way(connection: Connection) -> Optimization:
    return optimization(
        connection, examples(*"abcd"), state="running", phase="trying", outcome="", message="", finished_at=None
    )


def page_of(client: Client, run: Optimization) -> str:
    return words_of(text(client, address("optimization", run.connection, run.pk)))


def progress(client: Client, run: Optimization, known: str) -> str:
    return htmx(client, address("optimization_progress", run.connection, run.pk) + f"?known={known}")


def reflected(run: Optimization, number: int, **fields: object) -> Reflection:
    given = {"component": "rule 1", "asked": "Question: a private one", "reply": "I said this."}
    return Reflection.objects.create(optimization=run, number=number, **(given | fields))


def test_it_says_how_it_began_and_how_it_ended(alice_client: Client, connection: Connection, alice: User) -> None:
    page = page_of(alice_client, optimization(connection, user=alice))
    assert "Begun Asked for by a curator · alice From Generation 0 Changes Rules, one at a time Model small" in page
    assert "Reflects large" in page
    assert "No candidate was better on what it was tried on" in page
    assert "2 changes were tried, and none was better." in page
    assert "Questions asked 12 of 60 Tokens 0 of 100,000 Minutes 0.0 of 10" in page


def test_stopped_the_prompt_is_as_it_was(alice_client: Client, connection: Connection) -> None:
    page = page_of(alice_client, optimization(connection, state="stopped", outcome="", message="Cancelled by alice."))
    assert "Stopped" in page
    assert "Cancelled by alice. The prompt in use is as it was." in page
    assert "None: it ended before the prompt in use was measured." in page


def test_what_it_goes_by(alice_client: Client, connection: Connection) -> None:
    asked = [*examples("e1", "e2", part=Part.TRAIN), *examples(*"abcde"), *examples("f", part=Part.HELD)]
    page = page_of(alice_client, optimization(connection, asked))
    assert "It learns from 2 questions that people asked: 0 had failures, 0 were found wrong" in page
    assert "It searches by 5 questions that every candidate is asked, and holds 1 back until the end" in page
    assert "Of these 6 have a known answer" in page
    assert "Weak evidence" not in page


def test_few_known_answers_are_weak_evidence(alice_client: Client, connection: Connection) -> None:
    page = page_of(alice_client, optimization(connection, [*examples("e", part=Part.TRAIN), *examples("a")]))
    assert "Weak evidence: only 1 of the questions has a known answer, and 4 are needed." in page
    assert "It searches by 2 questions that every candidate is asked, those that it learns from among them" in page


def test_scores_by_few_known_answers_are_marked_as_weak(alice_client: Client, connection: Connection) -> None:
    run = optimization(connection, [*examples("e", part=Part.TRAIN), *examples("a")])
    candidate(run, 0, [0.5, 0.0])
    page = page_of(alice_client, run)
    assert "Best candidate 0.25 Weak evidence" in page
    assert "Candidates Weak evidence Few of the questions have a known answer." in page


def test_candidates_with_their_parents_scores_and_changes(alice_client: Client, connection: Connection) -> None:
    run = optimization(connection, examples(*"abc"))
    candidate(run, 0, [0.0, 0.5, 0.0])
    candidate(run, 1, [1.0, 0.0, 0.0], "Count paid orders.", parents=[0])
    candidate(run, 2, [0.0, 1.0, 0.0], "Names, no ids.", parents=[0])
    candidate(run, 3, [1.0, 0.9, 0.5], "Count paid orders.", "Names, no ids.", parents=[1, 2])
    made(changing.seed_of(connection), "one", optimization=run, candidate=3)
    page = page_of(alice_client, run)
    assert "0 generation 0 0.17 no" in page
    assert "1 0 0.33 no With the rule: Count paid orders." in page
    assert "2 0 0.33 best on 1 With the rule: Names, no ids." in page
    assert "3 Generation 1 1 and 2 merged 0.80 best on 2 With the rule: Names, no ids." in page
    assert "Best candidate 0.80 Weak evidence mean score; generation 0: 0.17" in page


def test_a_rule_that_went_and_other_instructions_are_told(alice_client: Client, connection: Connection) -> None:
    run = optimization(connection, examples("a"))
    candidate(run, 0, [0.0], "Old rule.")
    candidate(run, 1, [1.0], parents=[0], instructions="Others.")
    page = page_of(alice_client, run)
    assert "Without the rule: Old rule. Other instructions Others." in page


def test_who_is_best_on_which_question(alice_client: Client, connection: Connection) -> None:
    query = verified(connection, "Revenue of tents")
    asked = [*examples(f"verified-{query.pk}"), *examples("episode-1", part=Part.TRAIN)]
    run = optimization(connection, asked)
    candidate(run, 0, [0.2, 0.5])
    candidate(run, 1, [1.0, 0.5], "one", parents=[0])
    page = page_of(alice_client, run)
    assert "Candidate 0 Candidate 1 ● , on the front" in page
    assert "Revenue of tents 0.20 1.00 best" in page
    assert "A question that somebody asked Weak: no known answer 0.50 best 0.50 best" in page


def test_with_the_prompt_in_use_alone_there_is_no_front(alice_client: Client, connection: Connection) -> None:
    run = optimization(connection, examples("a"))
    candidate(run, 0, [0.2])
    assert "Who is best on which question" not in page_of(alice_client, run)


def test_reflections_say_what_came_of_them(curator: Client, connection: Connection) -> None:
    run = optimization(connection)
    reflected(run, 0, text="Count paid orders.", why="All were counted.", before=0.33, after=0.83, candidate=1)
    reflected(run, 1, text="Be brief.", before=1.0, after=1.0, outcome="Not better on the questions.")
    reflected(run, 2, component="instructions", outcome="The model answered nothing.", reply="")
    reflected(run, 3, text="In the making.")
    page = page_of(curator, run)
    assert "1 Became candidate 1 on a rule of candidate 0 · mean score 0.33 → 0.83 on the questions" in page
    assert "All were counted. Count paid orders." in page
    assert "2 Not better" in page
    assert "3 Of no use on the instructions of candidate 0 The model answered nothing." in page
    assert "4 Being tried" in page
    assert "Asked Question: a private one Said I said this." in page


def test_what_was_asked_quotes_people_and_is_told_to_curators_alone(
    alice_client: Client, connection: Connection
) -> None:
    run = optimization(connection)
    reflected(run, 0, text="Count paid orders.", candidate=1)
    page = page_of(alice_client, run)
    assert "Count paid orders." in page
    assert "a private one" not in page
    assert "I said this." not in page


def test_under_way_it_asks_what_changed(alice_client: Client, under_way: Optimization) -> None:
    page = text(alice_client, address("optimization", under_way.connection, under_way.pk))
    known = Run(under_way, Membership.Role.MEMBER).known
    asks = address("optimization_progress", under_way.connection, under_way.pk)
    assert f'hx-get="{asks}?known={known}"' in page
    assert "Trying a candidate 12 of 60 questions asked" in words_of(page)
    assert "Cancel" not in words_of(page)


def test_over_it_asks_no_more(alice_client: Client, connection: Connection) -> None:
    run = optimization(connection)
    assert "hx-get" not in text(alice_client, address("optimization", connection, run.pk))
    assert "hx-get" not in progress(alice_client, run, "trying.3.0.")


def test_while_nothing_changes_nothing_is_sent(alice_client: Client, under_way: Optimization) -> None:
    known = Run(under_way, Membership.Role.MEMBER).known
    asked = address("optimization_progress", under_way.connection, under_way.pk) + f"?known={known}"
    assert alice_client.get(asked, headers={"HX-Request": "true"}).status_code == 204


def test_what_is_new_is_sent_and_what_is_open_stays(alice_client: Client, under_way: Optimization) -> None:
    reflected(under_way, 0, text="One.")
    reflected(under_way, 1, text="Two.")
    known = Run(under_way, Membership.Role.MEMBER).known
    assert known == "trying.12.0.ww"
    under_way.reflections.filter(number=1).update(after=0.0, before=1.0, outcome="Not better.")
    reflected(under_way, 2, text="Three.")
    sent = progress(alice_client, under_way, known)
    assert 'id="reflection-0"' not in sent
    assert 'id="found"' not in sent
    assert 'id="reflection-1" hx-swap-oob="true"' in " ".join(sent.split())
    assert sent.index("beforeend:#reflections") < sent.index('id="reflection-2"')


def test_candidates_are_sent_when_there_is_one_more(alice_client: Client, under_way: Optimization) -> None:
    known = Run(under_way, Membership.Role.MEMBER).known
    candidate(under_way, 0, [0.5])
    assert 'id="found"' in progress(alice_client, under_way, known)


@pytest.mark.parametrize("known", ["", "x", "....", "trying.12.0.wwwww", "\u0000", "a" * 5000])
def test_whatever_a_browser_says_it_knows_it_is_answered(
    alice_client: Client, under_way: Optimization, known: str
) -> None:
    reflected(under_way, 0)
    assert 'id="run"' in progress(alice_client, under_way, known)


def test_beside_the_generations_it_is_told_in_a_few_lines(alice_client: Client, under_way: Optimization) -> None:
    asked = address("optimization_under_way", under_way.connection, under_way.pk)
    assert f'hx-get="{asked}?known=trying.12"' in text(alice_client, address("generations", under_way.connection))
    assert alice_client.get(f"{asked}?known=trying.12", headers={"HX-Request": "true"}).status_code == 204
    assert "Trying a candidate 12 of 60" in words_of(htmx(alice_client, f"{asked}?known=trying.11"))
    under_way.connection.optimizations.update(state="stopped", message="Cancelled by alice.")
    over = htmx(alice_client, f"{asked}?known=trying.12")
    assert "It is over. Stopped Cancelled by alice. Look at it" in words_of(over)
    assert "hx-get" not in over
    assert alice_client.get(asked)["Location"] == address("optimization", under_way.connection, under_way.pk)


def test_without_htmx_the_progress_is_the_page(alice_client: Client, under_way: Optimization) -> None:
    asked = address("optimization_progress", under_way.connection, under_way.pk)
    assert alice_client.get(asked)["Location"] == address("optimization", under_way.connection, under_way.pk)


def test_a_look_takes_a_silent_one_over(alice_client: Client, under_way: Optimization) -> None:
    Optimization.objects.filter(pk=under_way.pk).update(beat_at=timezone.now() - 2 * SILENT - timedelta(seconds=1))
    before = under_way.run
    page_of(alice_client, under_way)
    under_way.refresh_from_db()
    assert under_way.run != before


def test_cancelled_by_a_curator(curator: Client, under_way: Optimization) -> None:
    assert "Cancel" in page_of(curator, under_way)
    curator.post(address("cancel_optimization", under_way.connection, under_way.pk))
    under_way.refresh_from_db()
    assert (under_way.state, under_way.message) == ("stopped", "Cancelled by alice.")


def test_what_is_over_cannot_be_cancelled(curator: Client, connection: Connection) -> None:
    run = optimization(connection)
    response = curator.post(address("cancel_optimization", connection, run.pk), follow=True)
    assert b"It was over already." in response.content


def test_members_begin_and_cancel_none(alice_client: Client, under_way: Optimization) -> None:
    connection = under_way.connection
    assert alice_client.post(address("cancel_optimization", connection, under_way.pk)).status_code == 403
    assert alice_client.post(address("start_optimization", connection)).status_code == 403


def test_one_of_another_connection_is_not_found(alice_client: Client, under_way: Optimization) -> None:
    other = Connection.objects.create(team=under_way.connection.team, name="other", path="/x")
    assert alice_client.get(address("optimization", other, under_way.pk)).status_code == 404


def test_where_there_is_nothing_to_learn_from_it_says_so(
    curator: Client, connection: Connection, model: ServerHandle
) -> None:
    response = curator.post(address("start_optimization", connection), follow=True)
    assert b"There is nothing to learn from yet" in response.content
    assert not connection.optimizations.exists()


def test_many_candidates_cost_as_many_statements_as_few(
    alice_client: Client, connection: Connection, alice: User
) -> None:
    def statements(count: int) -> int:
        ids = [f"verified-{verified(connection, f'Question {number} of {count}').pk}" for number in range(count)]
        run = optimization(connection, examples(*ids))
        for number in range(count):
            candidate(run, number, [0.5] * count, f"rule {number}", parents=[0] if number else [])
            remark = connection.remarks.create(user=alice, origin="curator", text="r", reviewed_at=timezone.now())
            reflected(run, number, remark=remark)
        with CaptureQueriesContext(database) as caught:
            page_of(alice_client, run)
        return len(caught)

    statements(1)
    assert statements(3) == statements(30)


@pytest.mark.django_db(transaction=True)
def test_a_real_one_from_its_button_to_its_generation(
    curator: Client, connection: Connection, model: ServerHandle
) -> None:
    team(connection)
    model.set_script(script(USELESS, RULE))
    began = curator.post(address("start_optimization", connection))
    run = connection.optimizations.get()
    assert began["Location"] == address("optimization", connection, run.pk)
    work()
    run.refresh_from_db()
    page = page_of(curator, run)
    assert "A better prompt is in use Generation 1" in page
    assert f"With the rule: {RULE}" in page
    assert "3 → 8 of 8 questions right, 5 fixed, 0 broken" in page
    of_it = words_of(text(curator, address("generation", connection, 1)))
    assert "Fixed 5" in of_it
    assert "Revenue of tents" in of_it
    compared = words_of(text(curator, address("compare_generations", connection) + "?a=0&b=1"))
    assert "3 → 8 of 8 questions right, 5 fixed, 0 broken" in compared
    assert "two runs" not in compared
