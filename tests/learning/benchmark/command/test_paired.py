"""Two kept evaluations side by side."""

from pathlib import Path

import pytest

from learning.benchmark.command.paired import Pair
from learning.benchmark.command.records import BadRecord, Setup, writing
from learning.benchmark.outcome import Outcome
from learning.benchmark.tasks import Task
from tests.learning.benchmark.command.setups import setup
from tests.learning.benchmark.outcomes import outcome


def kept(path: Path, made: Setup, *outcomes: Outcome) -> Path:
    with writing(path, made) as record:
        for found in outcomes:
            record.add(Task(found.task, "Which?", ("SELECT 1",)), found)
    return path


def pair(tmp_path: Path, after: Setup) -> Pair:
    names = [f"task-{number}" for number in range(8)]
    before = kept(tmp_path / "a", setup(), *(outcome(name, right=name == "task-7") for name in names))
    return Pair.of(before, kept(tmp_path / "b", after, *(outcome(name, right=name != "task-7") for name in names[:7])))


def test_only_questions_that_both_were_asked_count(tmp_path: Path) -> None:
    text = pair(tmp_path, setup(model="large")).to_text()
    assert text.startswith("Before    0.0 %  questions.jsonl: small")
    assert "\nAfter   100.0 %  questions.jsonl: large" in text
    assert "Better: 0 → 7 of 7 right, 7 won, 0 lost" in text
    assert "Won: task-0, task-1" in text
    assert "Lost" not in text


def test_without_a_common_question_there_are_no_figures(tmp_path: Path) -> None:
    before, after = (kept(tmp_path / name, setup(), outcome(name)) for name in "ab")
    assert Pair.of(before, after).to_text() == "The two runs have no question in common, so nothing can be said."


def test_as_data_it_holds_the_same(tmp_path: Path) -> None:
    data = pair(tmp_path, setup(model="large")).to_dict()
    assert (data["before"]["model"], data["after"]["model"]) == ("small", "large")
    found = data["comparison"]
    assert (found["questions"], len(found["won"]), found["difference"]) == (7, 7, 1.0)
    assert data["verdict"].startswith("Better")


def test_other_questions_are_said(tmp_path: Path) -> None:
    assert "not from the same file" not in pair(tmp_path, setup()).to_text()
    (tmp_path / "b").unlink()
    (tmp_path / "a").unlink()
    assert "not from the same file" in pair(tmp_path, setup(sha256="other")).to_text()


def test_a_file_that_holds_no_evaluation_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("notes\n")
    with pytest.raises(BadRecord, match="something else"):
        Pair.of(tmp_path / "notes", tmp_path / "notes")
