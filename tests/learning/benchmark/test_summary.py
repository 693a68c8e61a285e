"""What came of many questions, in figures."""

from learning.benchmark.significance import wilson
from learning.benchmark.summary import ErrorLine, by_first_error, summaries_by, summarize
from tests.learning.benchmark.outcomes import outcome

RIGHT = outcome("one", seconds=1.0, prompt_tokens=100, cached_tokens=90, completion_tokens=10)
REPAIRED = outcome("two", "no_such_column", seconds=2.0, prompt_tokens=200, cached_tokens=50, completion_tokens=20)
WRONG = outcome("three", right=False, score=0.45, seconds=3.0, difficulty="hard")
FAILED = outcome("four", "no_such_table", "syntax_error", sql="", right=False, seconds=10.0, difficulty="hard")
ALL = [RIGHT, REPAIRED, WRONG, FAILED]


def test_how_many_are_right() -> None:
    summary = summarize(ALL)
    assert (summary.questions, summary.right, summary.accuracy) == (4, 2, 0.5)
    assert summary.interval == wilson(2, 4)


def test_partial_credit_is_a_mean() -> None:
    assert summarize(ALL).score == (1 + 1 + 0.45) / 4


def test_what_the_first_attempt_was() -> None:
    summary = summarize(ALL)
    assert (summary.first_right, summary.first_accuracy) == (1, 0.25)
    assert (summary.first_ran, summary.first_valid_rate) == (2, 0.5)


def test_how_many_ran_in_the_end() -> None:
    summary = summarize(ALL)
    assert (summary.ran, summary.valid_rate) == (3, 0.75)


def test_no_rows_at_first_are_of_valid_sql() -> None:
    assert summarize([outcome("one", "empty_result")]).first_ran == 1


def test_what_it_took() -> None:
    summary = summarize(ALL)
    assert summary.attempts == (1 + 2 + 1 + 2) / 4
    assert (summary.p50_seconds, summary.seconds) == (2.5, 16.0)
    assert 3.0 < summary.p95_seconds < 10.0
    assert (summary.prompt_tokens, summary.cached_tokens, summary.completion_tokens) == (300, 140, 30)


def test_of_no_questions_nothing_is_known() -> None:
    summary = summarize([])
    assert (summary.questions, summary.accuracy, summary.score, summary.p95_seconds) == (0, 0.0, 0.0, 0.0)
    assert summary.interval == (0.0, 1.0)


def test_parts_come_in_the_order_in_which_they_appear() -> None:
    parts = summaries_by([WRONG, *ALL], lambda outcome: outcome.difficulty)
    assert [(name, part.questions, part.right) for name, part in parts.items()] == [("hard", 3, 0), ("easy", 2, 2)]


def test_no_parts_of_no_questions() -> None:
    assert summaries_by([], lambda outcome: outcome.category) == {}


def test_first_errors_come_with_what_came_of_them() -> None:
    wrong = outcome("five", "no_such_table", right=False)
    assert by_first_error([*ALL, wrong]) == [
        ErrorLine("no_such_table", met=2, ran=1, right=0),
        ErrorLine("no_such_column", met=1, ran=1, right=1),
    ]


def test_without_errors_there_are_no_lines() -> None:
    assert by_first_error([RIGHT, WRONG]) == []


def test_no_attempt_at_all_is_an_error_too() -> None:
    nothing = outcome("one", sql="", right=False)
    assert by_first_error([nothing]) == [ErrorLine("other", met=1, ran=0, right=0)]
