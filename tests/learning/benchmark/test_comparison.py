"""Whether a second run was better than a first one."""

import pytest

from learning.benchmark.comparison import compare
from learning.benchmark.significance import mcnemar, paired_difference
from tests.learning.benchmark.outcomes import outcome, run


def test_only_questions_of_both_runs_count() -> None:
    before = [outcome("a"), outcome("b", right=False), outcome("only before")]
    after = [outcome("only after", right=False), outcome("b"), outcome("a")]
    compared = compare(before, after)
    assert (compared.questions, compared.before.questions, compared.after.questions) == (2, 2, 2)
    assert (compared.before.right, compared.after.right) == (1, 2)


def test_it_tells_what_was_won_and_what_was_lost() -> None:
    compared = compare(run("++--+-"), run("+-++++"))
    assert (compared.won, compared.lost) == (("2", "3", "5"), ("1",))


def test_its_figures_are_those_of_the_pairs_that_changed() -> None:
    compared = compare(run("++--+-"), run("+-++++"))
    assert compared.difference == pytest.approx(2 / 6)
    assert compared.p_value == mcnemar(3, 1)
    assert compared.interval == paired_difference(3, 1, 6)


def test_a_question_asked_twice_counts_by_its_last_answer() -> None:
    assert compare([outcome("a", right=False), outcome("a")], [outcome("a")]).won == ()


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("------++", "++++++++", "Better: 2 → 8 of 8 right, 6 won, 0 lost, p = 0.031."),
        ("++++++++", "------++", "Worse: 8 → 2 of 8 right, 0 won, 6 lost, p = 0.031."),
        ("-" * 20, "+" * 20, "Better: 0 → 20 of 20 right, 20 won, 0 lost, p < 0.001."),
        ("-----+", "++++++", "Better, but it could be chance: 1 → 6 of 6 right, 5 won, 0 lost, p = 0.062."),
        ("++", "+-", "Worse, but it could be chance: 2 → 1 of 2 right, 0 won, 1 lost, p = 1.000."),
        (
            "+-+",
            "-++",
            "No better and no worse, and what changed could be chance: 2 → 2 of 3 right, 1 won, 1 lost, p = 1.000.",
        ),
        ("++-", "++-", "No difference: the same 2 of 3 questions are right in both."),
        ("", "", "The two runs have no question in common, so nothing can be said."),
    ],
)
def test_the_verdict_claims_no_more_than_the_figures(before: str, after: str, verdict: str) -> None:
    assert compare(run(before), run(after)).verdict == verdict


def test_fewer_than_six_changes_are_never_significant() -> None:
    assert not compare(run("-" * 5 + "+" * 500), run("+" * 505)).is_significant
    assert compare(run("-" * 6 + "+" * 500), run("+" * 506)).is_significant


def test_of_no_questions_it_claims_nothing() -> None:
    compared = compare(run("+"), [])
    assert (compared.p_value, compared.difference, compared.interval) == (1.0, 0.0, (-1.0, 1.0))
    assert not compared.is_significant
