"""Evaluations in the background: question by question, stopped, gone on with, and giving way."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry, Connection
from embedded.status import State, Status, write_status
from learning.benchmark import running, steps
from learning.benchmark.running import NotPossible, Wanted
from learning.benchmark.suite import suite
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import BanditArm, Episode, EvaluatedQuestion, Evaluation, Generation
from learning.models.evaluations import SILENT

pytestmark = pytest.mark.django_db(transaction=True)

EASY = Wanted(difficulties=("easy",), policy="fixed")


def work() -> None:
    """What the worker does, until nothing is due."""
    call_command("db_worker", queue_name="model", batch=True, interval=0, verbosity=0)


def knows_all(model: ServerHandle, connection: Connection) -> None:
    """The model answers each of the suite's questions with its gold."""
    model.set_script(
        [{"when": task.question, "text": f"```sql\n{task.gold[0]}\n```", "times": 9} for task in suite(connection)]
    )


def states(evaluation: Evaluation) -> set[str]:
    return set(evaluation.questions.values_list("state", flat=True))


def test_the_sample_s_suite_is_the_benchmark(sample: Connection) -> None:
    assert suite(sample)
    assert all(task.database == "sample" for task in suite(sample))


def test_where_nothing_is_verified_there_is_nothing_to_ask(connection: Connection, alice: User) -> None:
    with pytest.raises(NotPossible, match="nothing to ask"):
        running.start(connection, alice, Wanted())


def test_all_questions_are_there_from_the_start(sample: Connection, alice: User, model: ServerHandle) -> None:
    evaluation = running.start(sample, alice, EASY)
    asked = list(evaluation.questions.values_list("number", "task"))
    easy = [task.id for task in suite(sample) if task.difficulty == "easy"]
    assert asked == list(enumerate(easy, start=1))
    assert states(evaluation) == {"waiting"}


def test_the_worker_asks_and_grades_them_all(sample: Connection, alice: User, model: ServerHandle) -> None:
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    work()

    evaluation.refresh_from_db()
    assert (evaluation.state, states(evaluation)) == ("done", {"done"})
    assert evaluation.finished_at is not None
    assert all(question.is_right for question in evaluation.questions.all())


def test_a_wrong_answer_is_kept_with_both_results(sample: Connection, alice: User, model: ServerHandle) -> None:
    model.set_script([{"text": "```sql\nSELECT 'no', -1\n```", "times": 99}])
    evaluation = running.start(sample, alice, EASY)
    work()

    question = evaluation.questions.first()
    assert question is not None
    assert (question.is_right, question.sql, bool(question.why)) == (False, "SELECT 'no', -1", True)
    assert question.rows is not None
    assert question.gold_rows is not None
    assert (question.rows["rows"], bool(question.gold_rows["rows"])) == ([["no", -1]], True)


def test_nobody_s_history_grows_and_no_bandit_learns(sample: Connection, alice: User, model: ServerHandle) -> None:
    model.set_script([{"text": "```sql\nSELECT nothing\n```", "times": 999}])
    running.start(sample, alice, EASY)
    work()
    assert (Episode.objects.exists(), BanditArm.objects.exists()) == (False, False)


def test_its_statements_are_audited_as_the_person_s(sample: Connection, alice: User, model: ServerHandle) -> None:
    knows_all(model, sample)
    running.start(sample, alice, EASY)
    work()
    ran = AuditEntry.objects.filter(action="query")
    assert set(ran.values_list("user_name", "source")) == {("alice", "benchmark")}


def test_one_at_a_time(sample: Connection, alice: User, model: ServerHandle) -> None:
    running.start(sample, alice, EASY)
    with pytest.raises(NotPossible, match="under way"):
        running.start(sample, alice, EASY)
    assert Evaluation.objects.count() == 1


def test_a_cancelled_one_is_asked_no_more_and_keeps_what_is_done(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number=1).update(state="done", is_right=True)
    running.cancel(evaluation, alice)
    work()

    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.message) == ("stopped", "Cancelled by alice.")
    assert set(evaluation.questions.filter(number__gt=1).values_list("state", flat=True)) <= {"waiting"}
    assert evaluation.questions.get(number=1).is_right


def test_cancelling_ends_the_question_under_way(sample: Connection, alice: User, model: ServerHandle) -> None:
    model.set_script([{"text": "```sql\nSELECT 1\n```", "tokens_per_second": 0.05, "times": 99}])
    evaluation = running.start(sample, alice, EASY)
    person = Thread(target=cancel_once_asking, args=(evaluation, alice))
    person.start()
    work()
    person.join()
    evaluation.refresh_from_db()
    assert (evaluation.state, states(evaluation)) == ("stopped", {"waiting"})


def cancel_once_asking(evaluation: Evaluation, user: User) -> None:
    try:
        while not evaluation.questions.filter(state="asking").exists():
            time.sleep(0.05)
        running.cancel(evaluation, user)
    finally:
        connections.close_all()


def test_a_stopped_one_goes_on_where_it_was(sample: Connection, alice: User, model: ServerHandle) -> None:
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number=1).update(state="done", why="as it was")
    running.cancel(evaluation, alice)
    running.go_on(evaluation)
    work()

    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.message) == ("done", "")
    assert evaluation.questions.get(number=1).why == "as it was"


def test_another_model_cannot_go_on_with_it(
    sample: Connection, alice: User, model: ServerHandle, settings: Settings
) -> None:
    evaluation = running.start(sample, alice, EASY)
    running.cancel(evaluation, alice)
    settings.LLM_ENDPOINT = Endpoint(model.base_url, "another", "key")
    with pytest.raises(NotPossible, match="begun with scripted"):
        running.go_on(evaluation)


def evolved(connection: Connection) -> Generation:
    """A proposal."""
    return changing.add(changing.seed_of(connection), Text("Answer as generation one."), "edited")


def told(model: ServerHandle, number: int) -> str:
    """What the model was told with one of the questions that it was asked."""
    return str(model.requests()[number].body["messages"][0]["content"])


def test_it_asks_with_the_generation_that_was_chosen(sample: Connection, alice: User, model: ServerHandle) -> None:
    evolved(sample)
    knows_all(model, sample)
    evaluation = running.start(sample, alice, replace(EASY, generation=1))
    work()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.generation) == ("done", 1)
    assert all("Answer as generation one." in told(model, number) for number in range(len(model.requests())))


def test_by_default_it_asks_with_the_one_in_use(sample: Connection, alice: User, model: ServerHandle) -> None:
    changing.promote(evolved(sample), alice)
    assert running.start(sample, alice, EASY).generation == 1


def test_a_generation_that_is_not_there_is_not_measured(sample: Connection, alice: User, model: ServerHandle) -> None:
    with pytest.raises(NotPossible, match="has no generation 7"):
        running.start(sample, alice, replace(EASY, generation=7))


def test_another_prompt_in_use_meanwhile_does_not_change_what_is_measured(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    generation = evolved(sample)
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    running.cancel(evaluation, alice)
    changing.promote(generation, alice)
    running.go_on(evaluation)
    work()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.generation) == ("done", 0)
    assert not any("Answer as generation one." in told(model, number) for number in range(len(model.requests())))


def test_a_step_of_an_earlier_run_does_nothing(sample: Connection, alice: User, model: ServerHandle) -> None:
    evaluation = running.start(sample, alice, EASY)
    before = evaluation.run
    running.cancel(evaluation, alice)
    running.go_on(evaluation)
    steps.step(evaluation.pk, before)
    assert model.requests() == []


def test_an_outage_stops_it_and_counts_nothing(sample: Connection, alice: User, model: ServerHandle) -> None:
    model.set_script([{"status": 401, "error": "no", "times": 99}])
    evaluation = running.start(sample, alice, EASY)
    work()
    evaluation.refresh_from_db()
    assert (evaluation.state, states(evaluation)) == ("stopped", {"waiting"})
    assert "key" in evaluation.message


def test_a_short_outage_is_waited_out_once_something_was_answered(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number=1).update(state="done")
    model.set_script([{"status": 401, "error": "no", "times": 99}])
    steps.step(evaluation.pk, evaluation.run)
    evaluation.refresh_from_db()
    later = DBTaskResult.objects.latest("enqueued_at")
    assert (evaluation.state, later.args_kwargs["args"][2]) == ("running", 1)
    assert later.run_after is not None
    assert later.run_after > timezone.now()


def test_an_outage_that_stays_stops_it(sample: Connection, alice: User, model: ServerHandle) -> None:
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number=1).update(state="done")
    model.set_script([{"status": 401, "error": "no", "times": 99}])
    steps.step(evaluation.pk, evaluation.run, outages=len(steps.PAUSES))
    evaluation.refresh_from_db()
    assert (evaluation.state, "key" in evaluation.message) == ("stopped", True)


def test_a_question_whose_gold_does_not_run_is_skipped(sample: Connection, alice: User, model: ServerHandle) -> None:
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number=1).update(gold=["SELECT nothing"])
    work()
    evaluation.refresh_from_db()
    skipped = evaluation.questions.get(number=1)
    assert (evaluation.state, skipped.state) == ("done", "skipped")
    assert "gold" in skipped.why


def test_one_whose_worker_is_gone_can_be_gone_on_with(sample: Connection, alice: User, model: ServerHandle) -> None:
    knows_all(model, sample)
    evaluation = running.start(sample, alice, EASY)
    evaluation.questions.filter(number__lt=3).update(state="asking")
    Evaluation.objects.update(beat_at=timezone.now() - 2 * SILENT)
    assert Evaluation.objects.mark_lost() == 1
    assert states(evaluation) == {"waiting"}
    running.go_on(evaluation)
    work()
    evaluation.refresh_from_db()
    assert evaluation.state == "done"


@pytest.fixture
def embedded(settings: Settings, model: ServerHandle, tmp_path: Path) -> dict[str, Any]:
    """The embedded model, as the site sees it."""
    settings.DATA_DIR = tmp_path
    settings.LLM_ENDPOINT = Endpoint(model.base_url, "small", "local", local=True)
    (tmp_path / "models").mkdir()
    return {"models": tmp_path / "models"}


def test_without_a_running_model_it_says_what_to_do(sample: Connection, alice: User, embedded: dict[str, Any]) -> None:
    with pytest.raises(NotPossible, match="make run"):
        running.start(sample, alice, EASY)
    assert not Evaluation.objects.exists()


def test_it_gives_way_to_people(sample: Connection, alice: User, model: ServerHandle, embedded: dict[str, Any]) -> None:
    sample.refresh_schema()
    write_status(embedded["models"], Status(State.READY, "small"))
    evaluation = running.start(sample, alice, EASY)
    Episode.objects.create(connection=sample, question="Which?", model="small")
    steps.step(evaluation.pk, evaluation.run)

    evaluation.refresh_from_db()
    assert (evaluation.state, states(evaluation)) == ("running", {"waiting"})
    assert EvaluatedQuestion.objects.filter(state="done").count() == 0
