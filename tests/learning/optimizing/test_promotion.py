"""The rule by which a candidate is put to use."""

from __future__ import annotations

import pytest

from learning.optimizing.data import Example, Part
from learning.optimizing.promotion import Result, Verdict, judge

RIGHT, WRONG, UNKNOWN = Result(1.0, True), Result(0.0, False), Result(0.5, None)


def judged(before: str, after: str, held: int = 0, tried: int = 1) -> Verdict:
    """Each letter is a question: r right, w wrong, u unknown; the last `held` ones the search never saw."""
    known = {"r": RIGHT, "w": WRONG, "u": UNKNOWN}
    count = len(before)
    parts = [Part.HELD if place >= count - held else Part.SEARCH for place in range(count)]
    examples = [Example(f"task {place}", part, f"Question {place}") for place, part in enumerate(parts)]
    return judge(
        examples,
        {place: known[letter] for place, letter in enumerate(before)},
        {place: known[letter] for place, letter in enumerate(after)},
        tried,
    )


@pytest.mark.parametrize(
    ("before", "after", "is_better"),
    [
        ("wwrr", "rrrr", True),
        ("wwwwrr", "rrrrrr", True),
        ("wrrr", "rrrr", False),
        ("wwrr", "rrwr", False),
        ("wwwrr", "rrrwr", False),
        ("wwwwrr", "rrrrwr", True),
        ("rrrr", "rrrr", False),
        ("rrrr", "wwrr", False),
    ],
    ids=["two", "four", "one is too few", "one lost too", "too likely by chance", "four for one", "none", "worse"],
)
def test_what_is_better(before: str, after: str, is_better: bool) -> None:
    assert judged(before, after).is_better is is_better


def test_what_the_search_saw_does_not_outweigh_what_it_never_saw() -> None:
    assert judged("wwwwrr", "rrrrwr", held=1).is_better
    assert not judged("wwwwrr", "rrrrrw", held=1).is_better


def test_held_questions_that_are_won_make_up_for_those_that_are_lost() -> None:
    assert judged("wwwwr", "rrrrw", held=2).is_better


def test_the_best_of_many_has_to_be_better_by_more() -> None:
    assert judged("wwwwr", "rrrrr", tried=4).is_better
    picked = judged("wwwwr", "rrrrr", tried=5)
    assert (picked.is_better, picked.is_promising) == (False, True)
    assert picked.sentence.startswith(
        "Perhaps better, but too likely by chance, picked as the best of 5 candidates: 1 → 5"
    )


def test_enough_questions_that_the_search_never_saw_say_alone_what_is_chance() -> None:
    seen, unseen = "wwww", "rrrrrrrr"
    assert not judged(seen + unseen, "rrrr" + unseen, held=8).is_better
    assert judged(seen + "wwrrrrrr", "rrrr" + unseen, held=8, tried=20).is_better


def test_few_known_answers_are_weak_evidence() -> None:
    verdict = judged("wwwuu", "rrruu")
    assert verdict.is_weak
    assert "only 3 verified queries" in verdict.sentence


def test_of_weak_evidence_the_scores_tell() -> None:
    assert judged("wwu", "rwu").is_better
    assert not judged("rwu", "wwu").is_better


def test_which_questions_were_fixed_and_broken() -> None:
    verdict = judged("wwrr", "rwwr")
    assert (verdict.fixed, verdict.broke) == (("task 0",), ("task 2",))


def test_the_sentence_says_when_it_could_be_chance() -> None:
    assert judged("wwrr", "rrrr").sentence.startswith("Better, though with so few questions it could be chance: 2 → 4")
    assert judged("w" * 8, "r" * 8).sentence.startswith("Better: 0 → 8 of 8 questions right, 8 fixed, 0 broken")
    assert judged("wrrr", "rrrr").sentence.startswith("Not clearly better: 3 → 4 of 4")
