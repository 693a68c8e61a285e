"""`manage.py fitconfidence`: the model of confidence, from evaluations that were kept."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from learning.benchmark.command.records import writing
from learning.benchmark.tasks import Task
from learning.confidence.prior import read
from learning.confidence.signals import Signals
from tests.learning.benchmark.command.setups import setup
from tests.learning.benchmark.outcomes import outcome


def measured(path: Path, answers: int) -> Path:
    with writing(path, setup()) as record:
        for number in range(answers):
            agreeing = 1 + number % 5
            signals = Signals(agreeing=agreeing, readings=5).to_json()
            told = outcome(str(number), right=agreeing > 2 or not number, signals=signals)
            record.add(Task(str(number), "Which?", ("SELECT 1",)), told)
    return path


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("fitconfidence", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_model_is_written_with_what_it_was_fitted_on(tmp_path: Path) -> None:
    one, two = measured(tmp_path / "one.jsonl", 40), measured(tmp_path / "two.jsonl", 30)
    printed = run(one, two, "--out", tmp_path / "prior.json")
    found = read(tmp_path / "prior.json")
    assert found.fitted.questions == 70
    assert found.fitted.on == "40 answers of questions.jsonl by small; 30 answers of questions.jsonl by small"
    assert found.features["agreement"].weight > 0
    assert "70 answers" in printed
    assert "Calibration error" in printed


def test_too_few_answers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="At least 20 are needed"):
        run(measured(tmp_path / "one.jsonl", 5), "--out", tmp_path / "prior.json")
    assert not (tmp_path / "prior.json").exists()


def test_evaluations_of_an_earlier_release_have_no_signals(tmp_path: Path) -> None:
    file = measured(tmp_path / "one.jsonl", 40)
    opening, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        del line["signals"], line["confidence"]
    file.write_text("".join(json.dumps(line) + "\n" for line in (opening, *lines)))
    with pytest.raises(CommandError, match="There are 0 answers with signals"):
        run(file, "--out", tmp_path / "prior.json")
