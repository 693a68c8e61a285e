"""Files of verified queries, line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from learning.verified import lines
from learning.verified.lines import MOST_BYTES, MOST_LINES, BadFile, Line


def read(*entries: Any) -> list[Line]:
    texts = [entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries]
    return lines.read("\n".join(texts).encode())


def test_a_line_is_a_question_with_its_sql() -> None:
    [line] = read(
        {"question": " And été? ", "follows": "Which?", "sql": "SELECT 1\n", "state": "retired", "reason": "x"}
    )
    assert (line.question, line.follows, line.sql, line.state, line.reason) == (
        "And été?",
        "Which?",
        "SELECT 1",
        "retired",
        "x",
    )
    assert (line.problem, line.note) == ("", "")


def test_empty_lines_are_none_and_numbers_are_the_file_s() -> None:
    assert [line.number for line in read("", {"question": "a", "sql": "b"}, " \r", {"question": "c", "sql": "d"})] == [
        2,
        4,
    ]


def test_a_byte_order_mark_is_no_text() -> None:
    assert lines.read(b'\xef\xbb\xbf{"question": "a", "sql": "b"}')[0].question == "a"


def test_files_of_questions_with_gold_are_read_the_first_gold_counts() -> None:
    [line] = read(
        {"id": "x-1", "database": "d", "question": "Which?", "gold": ["SELECT 1", "SELECT 2"], "instructions": ""}
    )
    assert (line.sql, line.note) == ("SELECT 1", "Of its 2 gold SQLs the first is taken.")


def test_instructions_become_part_of_the_question() -> None:
    [line] = read({"question": "Which?", "gold": "SELECT 1", "instructions": "By revenue."})
    assert (line.question, line.note) == ("Which?\n\nBy revenue.", "Its instructions are appended to the question.")


def test_fields_that_mean_nothing_are_named() -> None:
    [line] = read({"question": "a", "sql": "b", "score": 1, "about": 2})
    assert line.note == "Not kept: about, score."


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{", "It is no JSON"),
        ("[1]", "It is no JSON object."),
        ("[" * 100_000, "nested too deeply"),
        ('{"question": "a", "sql": "b", "question": "c"}', "It says “question” twice."),
        ({"question": 1}, "“question” is no text."),
        ({"question": "a", "gold": 1}, "“gold” is neither"),
        ({"question": "a", "gold": [1]}, "“gold” is neither"),
        ({"question": "a", "sql": "b", "state": "new"}, "“state” is none of active, broken, retired."),
        ({"question": "a", "sql": "b", "state": []}, "“state” is none of"),
        ({"question": "a\0", "sql": "b"}, "“question” has a character"),
        ('{"question": "a", "sql": "\\ud800"}', "“sql” has a character"),
    ],
)
def test_a_line_that_is_no_query_says_why(entry: Any, problem: str) -> None:
    [good, bad] = read({"question": "a", "sql": "b"}, entry)
    assert good.problem == ""
    assert (bad.number, problem in bad.problem) == (2, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b" \n", "empty"),
        (b"\xff\xfe{}", "not UTF-8: byte 0"),
        (b"{}\n" * (MOST_LINES + 1), "at most 2,000"),
        (b" " * (MOST_BYTES + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_file_of_lines_says_why(content: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        lines.read(content)
