"""`manage.py evaluate --out FILE`: stopped, gone on with, and compared."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.scripted_server import ServerHandle
from learning.benchmark.command.records import read
from tests.learning.evaluations import GOLD, Questions, evaluate, replies, reply
from tests.processes import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

DOWN = {"when_re": ".", "status": 401, "error": "no"}


@pytest.fixture
def questions(shop_path: Path, tmp_path: Path) -> Questions:
    return Questions.about(shop_path, tmp_path)


def kept(questions: Questions) -> list[str]:
    return [outcome.task for outcome in read(questions.out)[1]]


def test_run_again_it_asks_nothing_twice(questions: Questions, model: ServerHandle) -> None:
    model.set_script(replies())
    assert questions.keep("--limit", "2").code == 0
    assert kept(questions) == ["names", "orders"]

    model.set_script([reply("paid")])
    ran = questions.keep("--json")
    assert "2 of 3 questions are done already." in ran.progress
    assert len(model.requests()) == 1
    assert ran.data["summary"]["right"] == 3
    assert kept(questions) == list(GOLD)


def test_after_a_kill_the_cut_line_is_asked_again(questions: Questions, model: ServerHandle) -> None:
    model.set_script(replies())
    questions.keep()
    questions.out.write_bytes(questions.out.read_bytes()[:-20])
    before = len(model.requests())

    assert questions.keep("--json").data["summary"]["right"] == 3
    assert len(model.requests()) - before == 1
    assert kept(questions) == list(GOLD)


def test_going_on_says_that_what_was_learned_is_forgotten(questions: Questions, model: ServerHandle) -> None:
    model.set_script(replies())
    assert "forgotten" not in questions.keep("--learning", "--limit", "1").progress
    assert "What the policy learned from them is forgotten" in questions.keep("--learning").progress
    assert "forgotten" not in questions.keep("--learning").progress


def test_another_setup_is_refused(questions: Questions, model: ServerHandle) -> None:
    model.set_script(replies())
    questions.keep("--limit", "1")
    refused = questions.keep("--policy", "fixed", "--attempts", "3")
    assert "policy learned there and fixed now; attempts 5 there and 3 now" in refused.error
    assert kept(questions) == ["names"]


def test_questions_that_changed_are_refused(questions: Questions, model: ServerHandle) -> None:
    model.set_script(replies())
    questions.keep()
    questions.lines[0]["gold"] = ["SELECT 1"]
    questions.write()
    assert "the questions of questions.jsonl there and other ones now" in questions.keep().error


def test_an_outage_ends_with_2_and_says_why_and_how_to_go_on(questions: Questions, model: ServerHandle) -> None:
    model.set_script([DOWN])
    ran = questions.keep()
    assert ran.code == 2
    assert "refused the key (401)" in ran.error
    assert f"0 of 3 questions are done and kept in {questions.out}: run the same command again" in ran.error
    assert ran.out == ""
    assert kept(questions) == []


def test_two_kept_ones_are_compared(questions: Questions, model: ServerHandle) -> None:
    model.set_script([reply("names"), reply("orders", "SELECT 5"), reply("paid")])
    before, after = questions.directory / "before", questions.directory / "after"
    questions.evaluate("--out", str(before), "--policy", "none")
    model.set_script(replies())
    questions.evaluate("--out", str(after), "--policy", "fixed")

    text = evaluate("--compare", str(before), str(after)).out
    assert "2 → 3 of 3 right, 1 won, 0 lost" in text
    assert "Won: orders" in text
    assert evaluate("--compare", str(before), str(after), "--json").data["comparison"]["won"] == ["orders"]
    assert "cannot be read" in evaluate("--compare", str(before), "nowhere").error


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    questions: Questions, model: ServerHandle, tmp_path: Path
) -> None:
    """In a process of its own, without an application database: the fixed policy needs none."""
    model.set_script([reply("names"), reply("orders", hang=True)])
    command = [sys.executable, "manage.py", "evaluate", *questions.arguments, "--policy", "fixed"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings",
        "DATA_DIR": str(tmp_path / "data"),
        "API_BASE_URL": model.base_url,
        "MODEL_NAME": "scripted",
    }
    process = subprocess.Popen(
        [*command, "--out", str(questions.out)], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while "names" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]

    assert process.returncode == 130
    assert f"1 of 3 questions are done and kept in {questions.out}: run the same command again to go on." in said
    assert "Traceback" not in said
    assert [json.loads(line).get("task") for line in questions.out.read_text().splitlines()] == [None, "names"]
