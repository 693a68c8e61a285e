"""`manage.py evaluate`: what it asks, of whom, and what it says."""

from pathlib import Path

import pytest
from pytest_django import Settings

from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry, Connection
from embedded.status import State, Status, write_status
from learning.benchmark.tasks import Part, built_in
from learning.models import BanditArm, Episode
from tests.learning.evaluations import GOLD, Questions, evaluate, line, replies, reply
from tests.postgres import PostgresServer

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN = "SELECT title FROM products"


@pytest.fixture
def questions(shop_path: Path, tmp_path: Path) -> Questions:
    return Questions.about(shop_path, tmp_path)


@pytest.fixture
def knowing(model: ServerHandle) -> ServerHandle:
    model.set_script(replies())
    return model


def asked(model: ServerHandle) -> list[str]:
    return [request.body["messages"][1]["content"] for request in model.requests()]


def test_a_file_is_asked_and_reported(questions: Questions, knowing: ServerHandle) -> None:
    knowing.set_script([reply("names"), reply("orders", "SELECT 5"), reply("paid", BROKEN, times=1), reply("paid")])
    ran = questions.evaluate("--policy", "fixed", "--attempts", "2")

    assert (ran.error, ran.code) == ("", 0)
    assert "questions.jsonl, 3 questions\nscripted, generation 0, policy fixed, at most 2 attempts" in ran.out
    assert "33.3 %  1 of 3, 95 % interval" in ran.out
    assert "no_such_column" in ran.out


def test_progress_is_a_line_a_question(questions: Questions, knowing: ServerHandle) -> None:
    knowing.set_script([reply("names"), reply("orders", "SELECT 5"), reply("paid")])
    first, second, third = questions.evaluate().progress.splitlines()

    assert first.startswith("1/3  right  1 attempt ")
    assert first.endswith("s  names  Ask names?")
    assert second.startswith("2/3  wrong  1 attempt ")
    assert third.startswith("3/3  right")


def test_a_line_fits_the_terminal(questions: Questions, knowing: ServerHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert {len(line) for line in questions.evaluate().progress.splitlines()} <= {*range(41)}


def test_json_is_one_object(questions: Questions, knowing: ServerHandle) -> None:
    data = questions.evaluate("--json", "--seed", "4").data
    assert data["summary"]["right"] == 3
    assert (data["setup"]["dataset"], data["setup"]["seed"]) == ("questions.jsonl", 4)
    assert list(data["by_category"]) == ["about names", "about orders", "about paid"]


def test_questions_bring_their_instructions_and_the_seed(questions: Questions, knowing: ServerHandle) -> None:
    questions.lines = [line("names", GOLD["names"], instructions="Only names.")]
    questions.write()
    questions.evaluate("--seed", "4")
    [request] = knowing.requests()
    assert request.body["messages"][1]["content"] == "Ask names?\n\nOnly names."
    assert request.body["seed"] == 4


def test_another_model_is_asked_at_the_same_endpoint(questions: Questions, knowing: ServerHandle) -> None:
    data = questions.evaluate("--model", "larger", "--json").data
    assert {request.body["model"] for request in knowing.requests()} == {"larger"}
    assert data["setup"]["model"] == "larger"


def test_without_repair_there_is_one_attempt(questions: Questions, model: ServerHandle) -> None:
    model.set_script([reply("", BROKEN, when="Ask", times=99)])
    data = questions.evaluate("--policy", "none", "--json").data
    assert (data["setup"]["attempts"], data["summary"]["attempts"]) == (1, 1.0)


def test_limit_takes_the_first(questions: Questions, knowing: ServerHandle) -> None:
    questions.evaluate("--limit", "2")
    assert asked(knowing) == ["Ask names?", "Ask orders?"]


def test_a_sample_is_the_same_for_the_same_seed(questions: Questions, knowing: ServerHandle) -> None:
    questions.lines = [line(f"names-{number}", GOLD["names"]) for number in range(50)]
    questions.write()
    knowing.set_script([reply("", GOLD["names"], when="Ask", times=99)])
    samples = []
    for seed in ("1", "1", "2"):
        before = len(knowing.requests())
        questions.evaluate("--sample", "5", "--seed", seed)
        samples.append(asked(knowing)[before:])
    assert samples[0] == samples[1] != samples[2]
    assert [len(sample) for sample in samples] == [5, 5, 5]


def test_difficulties_can_be_chosen(questions: Questions, knowing: ServerHandle) -> None:
    questions.lines = [line("names", GOLD["names"], difficulty="easy"), line("paid", GOLD["paid"], difficulty="hard")]
    questions.write()
    questions.evaluate("--difficulty", "hard", "medium")
    assert asked(knowing) == ["Ask paid?"]
    assert "No question is left to ask" in questions.evaluate("--difficulty", "medium").error


def test_several_at_once_come_to_the_same(questions: Questions, knowing: ServerHandle) -> None:
    assert questions.evaluate("--parallel", "3", "--json").data["summary"]["right"] == 3


def test_a_gold_that_does_not_run_is_reported_and_counts_nowhere(questions: Questions, knowing: ServerHandle) -> None:
    questions.lines[1]["gold"] = [BROKEN]
    questions.write()
    ran = questions.evaluate()
    assert "questions.jsonl, 2 of 3 questions" in ran.out
    assert "Could not be graded, and count nowhere: 1\n  orders  Its gold SQL does not run: no such column" in ran.out
    assert (ran.code, ran.error) == (1, "Some questions could not be graded: their gold SQL does not run.")


def test_databases_that_are_missing_are_named_before_anything_is_asked(
    questions: Questions, knowing: ServerHandle
) -> None:
    questions.lines.append(line("town", "SELECT 1", database="town"))
    questions.write()
    ran = questions.evaluate()
    assert "town (sqlite): no town.db or town.sqlite or town.sqlite3 in" in ran.error
    assert ran.code == 1
    assert not knowing.requests()


def test_a_database_on_a_server(postgres: PostgresServer, tmp_path: Path, model: ServerHandle) -> None:
    questions = Questions(tmp_path, [line("books", "SELECT COUNT(*) FROM books", database="library")])
    questions.lines[0]["dialect"] = "postgres"
    questions.write()
    model.set_script([reply("books", "SELECT COUNT(title) FROM books")])
    dsn = postgres.address("reader", "other").to_dsn()
    assert evaluate(str(tmp_path / "questions.jsonl"), "--server", dsn, "--json").data["summary"]["right"] == 1


def test_measuring_teaches_nobody_and_leaves_no_history(questions: Questions, model: ServerHandle) -> None:
    model.set_script([reply("", BROKEN, when="Ask", times=99), reply("", BROKEN, when_re="failed", when=())])
    ran = questions.evaluate("--learning", "--json")
    assert ran.data["setup"]["learning"] is True
    assert not BanditArm.objects.exists()
    assert not Episode.objects.exists()
    assert not AuditEntry.objects.exists()


def test_without_a_file_the_built_in_questions_are_asked_on_the_sample(
    sample: Connection, connection: Connection, model: ServerHandle
) -> None:
    tasks = built_in(Part.REPORTING, ["easy"])
    model.set_script([{"when": task.question, "text": f"```sql\n{task.gold[0]}\n```"} for task in built_in()])
    data = evaluate("--part", "reporting", "--difficulty", "easy", "--json").data

    assert (data["setup"]["dataset"], data["tasks"]) == ("Built-in questions", len(tasks))
    assert data["summary"]["right"] == len(tasks)
    assert set(AuditEntry.objects.filter(action="query").values_list("source", flat=True)) == {"evaluation"}


def test_all_parts_are_asked_and_told_apart(sample: Connection, model: ServerHandle) -> None:
    model.set_script([{"when": task.question, "text": f"```sql\n{task.gold[0]}\n```"} for task in built_in()])
    data = evaluate("--json").data
    assert {part: line["questions"] for part, line in data["by_part"].items()} == {
        part.value: len(built_in(part)) for part in Part
    }


def test_the_built_in_questions_need_the_sample(connection: Connection, model: ServerHandle) -> None:
    assert "no sample database" in evaluate().error


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--part", "reporting"], "--part goes without a file"),
        (["--connection", "shop"], "--connection goes without a file"),
        (["--policy", "fixed", "--learning"], "--learning is for the learned policy"),
        (["--generation", "3"], "There is no generation 3: a file of questions is asked with 0, the seed"),
        (["--attempts", "6"], "invalid choice: 6"),
        (["--part", "all the"], "invalid choice: 'all the' (choose from 'benchmark',"),
        (["--difficulty", "harder"], "invalid choice: 'harder' (choose from 'easy',"),
        (["--limit", "0"], "0 is no whole number from 1 on"),
        (["--server", "db.example.org"], "A DSN starts with"),
    ],
)
def test_options_that_cannot_be_are_refused(
    questions: Questions, model: ServerHandle, options: list[str], problem: str
) -> None:
    assert problem in questions.evaluate(*options).error
    assert not model.requests()


def test_databases_go_with_a_file(sample: Connection, model: ServerHandle) -> None:
    assert "--databases goes with a file of questions" in evaluate("--databases", "somewhere").error


def test_the_embedded_model_is_the_one_that_runs(
    questions: Questions, knowing: ServerHandle, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    settings.LLM_ENDPOINT = Endpoint(knowing.base_url, "qwen2.5-coder-0.5b", local=True)
    assert "No model is running" in questions.evaluate().error

    write_status(tmp_path / "models", Status(State.LOADING, "Loading it."))
    assert "not ready yet: Loading it." in questions.evaluate().error

    write_status(tmp_path / "models", Status(State.READY, "It is ready."))
    refused = questions.evaluate("--model", "1.5b").error
    assert "runs is qwen2.5-coder-0.5b. To measure qwen2.5-coder-1.5b, start the site with LOCAL_MODEL=1.5b" in refused
    assert questions.evaluate("--model", "0.5b", "--json").data["summary"]["right"] == 3
