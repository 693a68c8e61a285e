"""The built-in tasks as they are written: how many, in which part, on what, and that no part knows another's."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
import sqlglot

import agent
from datasources.sample import EXAMPLE_QUESTIONS
from learning.benchmark.tasks import Difficulty, Part, Task, built_in

TASKS = built_in()
PROMPTS = [path.read_text() for path in (Path(agent.__file__).parent / "prompts").rglob("*") if path.is_file()]
CATEGORIES = {
    "aggregate",
    "anti-join",
    "cte",
    "date",
    "filter",
    "group-by",
    "having",
    "join",
    "null",
    "ratio",
    "set-operation",
    "text",
    "top-n",
    "window",
}
# Of the words of two questions, how many are in both. The most that two of them share is 0.64.
NEARLY_THE_SAME = 0.7


@pytest.mark.parametrize("difficulty", Difficulty)
@pytest.mark.parametrize(("part", "tasks"), [(Part.BENCHMARK, 12), (Part.VALIDATION, 4), (Part.REPORTING, 4)])
def test_each_difficulty_has_twelve_tasks_for_the_tab_four_for_validation_and_four_for_reporting(
    difficulty: Difficulty, part: Part, tasks: int
) -> None:
    assert len(built_in(part, [difficulty])) == tasks


def test_there_are_no_others() -> None:
    assert len(TASKS) == 60


def test_an_id_is_the_difficulty_and_a_number() -> None:
    expected = [f"{difficulty}-{number:02}" for difficulty in Difficulty for number in range(1, 21)]
    assert [task.id for task in TASKS] == expected


def test_the_tab_asks_at_least_twice_about_every_subject_and_about_no_other() -> None:
    asked = Counter(task.category for task in built_in(Part.BENCHMARK))
    assert set(asked) == CATEGORIES
    assert min(asked.values()) >= 2


def test_validation_and_reporting_have_twelve_subjects_each_and_ten_in_common() -> None:
    validation, reporting = ({task.category for task in built_in(part)} for part in (Part.VALIDATION, Part.REPORTING))
    assert len(validation) == len(reporting) == 12
    assert len(validation & reporting) == 10
    assert validation | reporting <= CATEGORIES


def test_the_easy_subjects_are_not_the_hard_ones() -> None:
    easy = {task.category for task in built_in(difficulties=[Difficulty.EASY])}
    assert not easy & {"having", "window", "cte", "set-operation", "anti-join", "ratio"}


def test_no_question_nearly_says_what_another_says() -> None:
    questions = [task.question for task in TASKS]
    assert [pair for pair in combinations(questions, 2) if _likeness(*pair) >= NEARLY_THE_SAME] == []


def test_no_statement_is_gold_twice() -> None:
    golds = Counter(_normalized(sql) for task in TASKS for sql in task.gold)
    assert [sql for sql, times in golds.items() if times > 1] == []


def test_no_near_miss_is_gold_elsewhere() -> None:
    golds = {_normalized(sql) for task in TASKS for sql in task.gold}
    assert not golds & {_normalized(sql) for task in TASKS for sql in task.near_misses}


def test_no_question_is_like_the_examples_that_a_person_is_shown() -> None:
    pairs = [(task.question, example) for task in TASKS for example in EXAMPLE_QUESTIONS]
    assert [pair for pair in pairs if _likeness(*pair) >= 0.5] == []


def test_no_prompt_gives_a_question_or_its_answer_away() -> None:
    prompts = " ".join(_squeezed(prompt) for prompt in PROMPTS)
    assert prompts
    assert [task.id for task in TASKS if any(_squeezed(text) in prompts for text in _texts(task))] == []


def test_questions_are_sentences_without_stray_space() -> None:
    questions = [task.question for task in TASKS]
    assert [question for question in questions if not re.fullmatch(r"\S+( \S+)*[.?]", question)] == []


def test_at_least_two_in_three_tasks_name_what_nearly_answers_them() -> None:
    assert sum(bool(task.near_misses) for task in TASKS) >= 40


def _likeness(one: str, other: str) -> float:
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) / len(ours | theirs)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _squeezed(text: str) -> str:
    return " ".join(text.lower().split())


def _texts(task: Task) -> Iterable[str]:
    return task.question, *task.gold


def _normalized(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="sqlite").sql("sqlite", normalize=True, comments=False).lower()
