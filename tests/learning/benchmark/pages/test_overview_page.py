"""The Benchmark tab: what is chosen before a run, and the runs there were."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.benchmark.pages import history
from learning.benchmark.suite import suite
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import Evaluation
from tests.learning.benchmark.pages.runs import address, htmx, lost_run, run_of, text, words_of
from tests.learning.verified.queries import verified

CHOSEN = {"difficulties": ["easy", "hard"], "policy": "fixed", "attempts": "3"}


def overview(connection: Connection) -> str:
    return reverse("benchmark", args=[connection.pk])


def test_only_a_connection_with_questions_has_the_tab(alice_client: Client, connection: Connection) -> None:
    data = reverse("data", args=[connection.pk])
    assert overview(connection) not in text(alice_client, data)
    Connection.objects.update(is_sample=True)
    assert overview(connection) in text(alice_client, data)


def test_a_connection_without_questions_says_so(curator: Client, connection: Connection) -> None:
    page = text(curator, overview(connection))
    assert "nothing to measure the agent by" in page
    assert "<form method" not in page.partition("<main")[2]


def test_it_begins_with_what_it_is_for(curator: Client, measured: Connection) -> None:
    page = words_of(text(curator, overview(measured)))
    assert f"{len(suite(measured))} questions whose answers are known" in page
    assert "No runs yet" in page


def test_each_difficulty_says_how_many_questions_it_has(curator: Client, measured: Connection) -> None:
    easy = sum(task.difficulty == "easy" for task in suite(measured))
    assert f"easy · {easy}" in text(curator, overview(measured))


def test_run_starts_what_was_chosen(curator: Client, alice: User, measured: Connection, model: ServerHandle) -> None:
    response = curator.post(overview(measured), CHOSEN)
    run = Evaluation.objects.get()
    assert response["Location"] == address("evaluation", run)
    assert (run.user, run.difficulties, run.policy, run.attempts) == (alice, ["easy", "hard"], "fixed", 3)


def test_any_generation_of_the_prompt_can_be_chosen(curator: Client, measured: Connection, model: ServerHandle) -> None:
    assert "Generation of the prompt" not in text(curator, overview(measured))
    changing.add(changing.seed_of(measured), Text("Answer."), "edited")
    page = text(curator, overview(measured))
    assert '<option value="0" selected>0 · In use</option>' in page
    assert '<option value="1">1 · Proposed</option>' in page
    curator.post(overview(measured), CHOSEN | {"generation": "1"})
    assert Evaluation.objects.get().generation == 1


def test_a_generation_that_is_not_there_is_refused(curator: Client, measured: Connection, model: ServerHandle) -> None:
    changing.add(changing.seed_of(measured), Text("Answer."), "edited")
    page = curator.post(overview(measured), CHOSEN | {"generation": "7"}).content.decode()
    assert "Select a valid choice. 7 is not one of the available choices." in page
    assert not Evaluation.objects.exists()


def test_a_seed_counts_only_where_chance_chooses(curator: Client, measured: Connection, model: ServerHandle) -> None:
    curator.post(overview(measured), CHOSEN | {"seed": "7"})
    Evaluation.objects.update(state="done")
    curator.post(overview(measured), CHOSEN | {"seed": "7", "policy": "random"})
    assert [run.seed for run in Evaluation.objects.order_by("started_at")] == [None, 7]


def test_who_starts_a_second_one_is_told(curator: Client, measured: Connection, model: ServerHandle) -> None:
    run_of(measured, "ra", state="running")
    said = words_of(curator.post(overview(measured), CHOSEN).content.decode())
    assert "One is under way already." in said
    assert Evaluation.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"difficulties": []}, "Choose at least one kind of questions."),
        ({"policy": "magic"}, "Select a valid choice."),
        ({"attempts": "6"}, "Select a valid choice."),
        ({"policy": "random", "seed": "-1"}, "greater than or equal to 0"),
        ({"policy": "random", "seed": "many"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(
    curator: Client, measured: Connection, changed: dict[str, Any], said: str
) -> None:
    response = curator.post(overview(measured), CHOSEN | changed)
    assert said in response.content.decode()
    assert not Evaluation.objects.exists()


def test_without_a_model_it_says_why_and_keeps_what_was_chosen(
    curator: Client, measured: Connection, settings: Settings
) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "embedded", "", local=True)
    page = curator.post(overview(measured), CHOSEN).content.decode()
    assert "No model is running." in page
    checked = [line for line in page.partition("<main")[2].split("<input") if " checked" in line.partition(">")[0]]
    assert [value.split('value="')[1].split('"')[0] for value in checked] == ["easy", "hard", "fixed"]
    assert '<option value="3" selected>' in page


def test_a_member_may_look_and_not_run(alice_client: Client, measured: Connection) -> None:
    page = text(alice_client, overview(measured))
    assert "started by the team's curators and owners" in page
    assert alice_client.post(overview(measured), CHOSEN).status_code == 403
    assert not Evaluation.objects.exists()


def test_while_a_run_is_under_way_it_stands_in_the_place_of_the_form(curator: Client, measured: Connection) -> None:
    run = run_of(measured, "rxaw", state="running")
    page = text(curator, overview(measured))
    assert "2 of 4 asked, 1 right" in page
    assert address("evaluation", run) in page
    assert address("evaluation_cancel", run) in page
    assert 'name="difficulties"' not in page


def test_the_run_under_way_is_asked_about_until_it_is_over(curator: Client, measured: Connection) -> None:
    run = run_of(measured, "rxaw", state="running")
    watched = address("evaluation_under_way", run)
    assert f"{watched}?known=rxaw" in text(curator, overview(measured))
    assert curator.get(f"{watched}?known=rxaw", headers={"HX-Request": "true"}).status_code == 204
    Evaluation.objects.update(state="done")
    over = htmx(curator, f"{watched}?known=rxaw")
    assert "Done: 1 of 2 right" in words_of(over)
    assert "hx-trigger" not in over


def test_a_run_whose_worker_is_gone_is_found_stopped(curator: Client, measured: Connection) -> None:
    run = lost_run(measured, "rw")
    page = words_of(text(curator, overview(measured)))
    assert "Stopped" in page
    run.refresh_from_db()
    assert run.state == "stopped"


def test_the_history_has_a_run_s_setup_and_figures(curator: Client, alice: User, measured: Connection) -> None:
    run_of(measured, "rrx", user=alice, model="large", generation=4, policy="fixed", attempts=2)
    page = words_of(text(curator, overview(measured)))
    assert "67 % 21–94 %" in page.replace("\N{NARROW NO-BREAK SPACE}", " ")
    for said in ("2 of 3", "large", "4", "Fixed order", "1.0 of 2", "6.0 s", "4,560", "Done", "alice"):
        assert said in page


def test_a_stopped_run_says_how_much_is_left(curator: Client, measured: Connection) -> None:
    run_of(measured, "rxww", state="stopped")
    assert "1 of 2 , 2 left" in words_of(text(curator, overview(measured)))


def test_two_runs_can_be_chosen_as_before_and_after(curator: Client, measured: Connection) -> None:
    run_of(measured, "r")
    alone = text(curator, overview(measured))
    assert 'name="before"' not in alone
    assert "After a second run" in alone
    run_of(measured, "x")
    both = text(curator, overview(measured))
    assert both.count('name="before"') == both.count('name="after"') == 2
    assert f'action="{reverse("benchmark_compare", args=[measured.pk])}"' in both


def test_the_history_is_shown_a_page_at_a_time(
    curator: Client, measured: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    runs = [run_of(measured, "r", started_at=timezone.now()) for _ in range(history.A_PAGE + 1)]
    with django_assert_max_num_queries(14):
        first = text(curator, overview(measured))
    assert address("evaluation", runs[0]) not in first
    older = f"?older_than={runs[1].pk}"
    assert older in first
    last = text(curator, overview(measured) + older)
    assert address("evaluation", runs[0]) in last
    assert address("evaluation", runs[1]) not in last


@pytest.mark.parametrize("nonsense", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_page_that_is_none_is_the_newest(curator: Client, measured: Connection, nonsense: str) -> None:
    run = run_of(measured, "r")
    assert address("evaluation", run) in text(curator, f"{overview(measured)}?older_than={nonsense}")


def test_a_connection_with_verified_queries_has_the_tab_under_another_name(
    curator: Client, connection: Connection, model: ServerHandle
) -> None:
    verified(connection, "How many products?")
    verified(connection, "And orders?", follows="How many products?")
    page = words_of(text(curator, overview(connection)))
    assert "Settings" in page
    assert "Evaluate" in page
    assert "Benchmark" not in page
    assert "1 verified query is left out: follow-up questions" in page


def test_where_there_is_one_kind_of_questions_nothing_is_to_choose(
    curator: Client, connection: Connection, model: ServerHandle
) -> None:
    verified(connection, "How many products?")
    assert 'name="difficulties"' not in text(curator, overview(connection))
    curator.post(overview(connection), {"policy": "fixed", "attempts": "3"})
    run = Evaluation.objects.get()
    assert (run.difficulties, run.questions.get().question) == (["verified"], "How many products?")
    page = words_of(text(curator, address("evaluation", run)))
    assert "Questions verified queries" in page
    assert "Examples similar ones of 1 verified query" in page
    assert "By difficulty" not in page


def test_runs_of_verified_queries_have_no_columns_of_difficulties(curator: Client, connection: Connection) -> None:
    verified(connection, "How many products?")
    run_of(connection, "rx", difficulties=["verified"])
    page = words_of(text(curator, overview(connection)))
    assert "Model Attempts Time" in page
    assert history.points(connection)[0].series == "scripted, Learned (the bandit)"


def test_the_sample_s_verified_queries_are_a_kind_of_questions(curator: Client, measured: Connection) -> None:
    verified(measured, "How many products?")
    run_of(measured, "rx", difficulties=["verified"])
    page = words_of(text(curator, overview(measured)))
    assert "verified queries · 1" in page
    assert "Easy Medium Hard Verified Attempts" in page
    assert history.points(measured)[0].series.endswith("verified queries only")
