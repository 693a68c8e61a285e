"""What an evaluation came to, for a terminal and for programs."""

import json

from learning.benchmark.command.report import Report
from learning.benchmark.outcome import Outcome
from learning.benchmark.tasks import Task
from tests.learning.benchmark.command.setups import setup
from tests.learning.benchmark.outcomes import outcome

OUTCOMES = (
    outcome("one", seconds=2.0, prompt_tokens=1200, cached_tokens=1000, completion_tokens=30),
    outcome("two", "no_such_column", category="join", seconds=4.0),
    outcome("three", right=False, score=0.5, seconds=2.0, difficulty="hard", category="join"),
    outcome("four", "no_such_column", "syntax_error", sql="", right=False, seconds=2.0, difficulty="hard"),
)


def tasks(*databases: str) -> list[Task]:
    names = ("one", "two", "three", "four")
    return [Task(name, "Which?", ("SELECT 1",), database=base) for name, base in zip(names, databases, strict=True)]


def report(outcomes: tuple[Outcome, ...] = OUTCOMES, databases: tuple[str, ...] = ("shop",) * 4) -> Report:
    return Report(setup(), tasks(*databases), outcomes)


def line(text: str, start: str) -> str:
    """With one space between words."""
    return " ".join(next(line for line in text.splitlines() if line.startswith(start)).split())


def test_the_heading_says_what_was_asked_and_who() -> None:
    assert report().to_text().splitlines()[:2] == [
        "questions.jsonl, 4 questions",
        "small, generation 0, policy learned, at most 5 attempts",
    ]


def test_everything_that_was_set_is_in_the_heading() -> None:
    text = Report(setup(learning=True, seed=7), tasks("a", "a", "a", "a"), OUTCOMES).to_text()
    assert "policy learned, at most 5 attempts, learning on the way, seed 7" in text
    text = Report(setup(policy="none", attempts=1), tasks("a", "a", "a", "a"), OUTCOMES).to_text()
    assert "no repair, 1 attempt" in text


def test_accuracy_comes_with_its_interval() -> None:
    assert line(report().to_text(), "Execution") == "Execution accuracy 50.0 % 2 of 4, 95 % interval 15.0 to 85.0 %"


def test_the_other_figures() -> None:
    text = report().to_text()
    assert line(text, "At the") == "At the first attempt 25.0 % 1 of 4"
    assert line(text, "Partial") == "Partial credit 0.625 mean, from 0 to 1"
    assert line(text, "Valid SQL at") == "Valid SQL at first 50.0 % 2 of 4 ran"
    assert line(text, "Valid SQL in") == "Valid SQL in the end 75.0 % 3 of 4 ran"
    assert line(text, "Attempts") == "Attempts 1.50 mean"
    assert line(text, "Seconds") == "Seconds 2.0 p50; p95 3.7, 10 in all"
    assert line(text, "Prompt") == "Prompt tokens 1,200 1,000 of them cached"
    assert line(text, "Completion") == "Completion tokens 30"


def test_kinds_of_questions_are_told_apart() -> None:
    text = report().to_text()
    assert line(text, "easy").startswith("easy 2 100.0 %")
    assert line(text, "join").startswith("join 2 50.0 %")


def test_a_table_of_one_line_is_left_out() -> None:
    assert "By database" not in report().to_text()
    assert "By database" in report(databases=("shop", "shop", "town", "town")).to_text()


def test_parts_are_told_apart() -> None:
    parts = {"one": "benchmark", "two": "benchmark", "three": "reporting", "four": "validation"}
    text = Report(setup(), tasks("a", "a", "a", "a"), OUTCOMES, parts=parts).to_text()
    assert line(text, "benchmark").startswith("benchmark 2")


def test_errors_of_the_first_attempt_and_what_became_of_them() -> None:
    assert line(report().to_text(), "no_such_column") == "no_such_column 2 1 1"


def test_what_is_missing_is_said() -> None:
    text = Report(setup(), tasks("a", "a", "a", "a"), OUTCOMES[:3], {"four": "Its gold SQL does not run."}).to_text()
    assert text.startswith("questions.jsonl, 3 of 4 questions")
    assert "Could not be graded, and count nowhere: 1\n  four  Its gold SQL does not run." in text


def test_it_fits_a_terminal_of_100_columns() -> None:
    long = tuple(outcome(name, category=f"a category with a long name, {name}") for name in ("one", "two"))
    assert max(map(len, report((*long, *OUTCOMES[2:])).to_text().splitlines())) <= 100


def test_nothing_answered_is_no_error() -> None:
    assert "0 of 0, 95 % interval 0.0 to 100.0 %" in report(()).to_text()


def test_as_data_it_holds_the_same() -> None:
    data = json.loads(json.dumps(report().to_dict()))
    assert (data["setup"]["model"], data["tasks"], data["summary"]["right"]) == ("small", 4, 2)
    assert data["by_difficulty"]["easy"]["right"] == 2
    assert data["by_first_error"] == [{"error_class": "no_such_column", "met": 2, "ran": 1, "right": 1}]
    assert data["not_graded"] == {}
    assert "by_database" not in data


SURE = tuple(outcome(str(number), right=number > 1, confidence=0.1 + 0.08 * number) for number in range(8))


def test_whether_confidence_can_be_believed_is_told_where_there_is_any() -> None:
    text = report(SURE, ("shop",) * 4).to_text()
    said = "0.370 expected (ECE), in 1 bin of equally many; 0 is best, and about 0.137 chance alone"
    assert line(text, "Calibration") == f"Calibration error {said}"
    assert line(text, "The surest 25 %").startswith("The surest 25 % 100.0 % right, of 2 answers")
    assert "Calibration" not in report().to_text()


def test_programs_get_every_point_of_it() -> None:
    found = json.loads(json.dumps(report(SURE, ("shop",) * 4).to_dict()))["confidence"]
    assert [point["coverage"] for point in found["curve"]] == [1.0, 0.75, 0.5, 0.25]
    assert len(found["bins"]) == 1
    assert report().to_dict()["confidence"] is None
