"""A file of tasks: what a line may say, and what is said of one that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from learning.benchmark.command.dataset import BadDataset, digest, read
from learning.benchmark.tasks import Task

LINE = {"database": "shop", "dialect": "sqlite", "question": "Which products?", "gold": "SELECT name FROM products"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def only(path: Path, **fields: Any) -> Task:
    path.write_text(json.dumps(LINE | fields))
    [task] = read(path)
    return task


def test_a_line_is_a_task(path: Path) -> None:
    fields = {"id": "one", "category": "filter", "difficulty": "easy", "instructions": "Use names.", "ordered": True}
    task = only(path, **fields, extra_columns=True, gold=["SELECT 1", " SELECT 2 "])

    assert task == Task(
        id="one",
        question="Which products?",
        gold=("SELECT 1", "SELECT 2"),
        category="filter",
        difficulty="easy",
        instructions="Use names.",
        ordered=True,
        extra_columns=True,
        database="shop",
        dialect="sqlite",
    )


def test_a_task_without_an_id_is_called_by_its_line(path: Path) -> None:
    path.write_text(f"{json.dumps(LINE)}\n\n{json.dumps(LINE)}\n")
    assert [task.id for task in read(path)] == ["line-1", "line-3"]


def test_an_id_may_be_a_number(path: Path) -> None:
    assert only(path, id=7).id == "7"


@pytest.mark.parametrize(
    ("question", "instructions", "gold", "ordered"),
    [
        ("Names, sorted by price?", "", "SELECT name FROM products ORDER BY price", True),
        ("Names?", "Sort them by price.", "SELECT name FROM products ORDER BY price", True),
        ("Names, sorted by price?", "", "WITH p AS (SELECT 1 AS a) SELECT a FROM p UNION SELECT 2 ORDER BY a", True),
        ("Names?", "", "SELECT name FROM products ORDER BY price", False),
        ("Names, sorted by price?", "", "SELECT name FROM (SELECT * FROM products ORDER BY price)", False),
        ("Names, sorted by price?", "", "SELECT name, RANK() OVER (ORDER BY price) FROM products", False),
    ],
)
def test_order_counts_where_it_is_asked_for_and_the_gold_has_one(
    path: Path, question: str, instructions: str, gold: str, ordered: bool
) -> None:
    assert only(path, question=question, instructions=instructions, gold=gold).ordered is ordered


def test_what_a_line_says_of_order_goes_before_what_its_words_do(path: Path) -> None:
    sorting = {"question": "Names, sorted by price?", "gold": "SELECT name FROM products ORDER BY price"}
    assert only(path, **sorting, ordered=False).ordered is False
    assert only(path, ordered=True).ordered is True


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "it is no JSON"),
        ("[1]", "it is to be one JSON object"),
        (json.dumps(LINE | {"question": " "}), "question is missing"),
        (json.dumps({**LINE, "database": None}), "database is missing"),
        (json.dumps(LINE | {"question": 5}), "question is to be text"),
        (json.dumps(LINE | {"dialect": "oracle"}), "dialect is to be one of sqlite, duckdb, postgres, mysql"),
        (json.dumps(LINE | {"database": "../shop"}), "database is to be a plain name"),
        (json.dumps(LINE | {"database": "a" * 201}), "database is to be a plain name"),
        (json.dumps(LINE | {"question": "Which \ud83d?"}), "question has a character in it that is no text"),
        (json.dumps(LINE | {"gold": ["SELECT '\ud83d'"]}), "gold has a character in it that is no text"),
        (json.dumps(LINE | {"question": "Which\0?"}), "question has a character in it that is no text"),
        ("[" * 100_000, "its brackets are nested too deeply"),
        (json.dumps(LINE | {"gold": []}), "gold is to be SQL, or a list"),
        (json.dumps(LINE | {"gold": ["SELECT 1", ""]}), "gold is to be SQL, or a list"),
        (json.dumps({**LINE, "gold": None}), "gold is to be SQL, or a list"),
        (json.dumps(LINE | {"ordered": "yes"}), "ordered is to be true or false"),
        (json.dumps(LINE | {"order": True}), "order: no such field. There are database, dialect, question, gold"),
        (json.dumps(LINE | {"id": "line-1"}), "the id line-1 is taken by an earlier line"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(path: Path, line: str, problem: str) -> None:
    path.write_text(f"{json.dumps(LINE)}\n{line}\n")
    with pytest.raises(BadDataset) as refused:
        read(path)
    assert f"questions.jsonl, line 2: {problem}" in str(refused.value)


def test_a_file_that_is_not_there_is_a_sentence(path: Path) -> None:
    with pytest.raises(BadDataset, match=r"could not be read: No such file"):
        read(path)


def test_a_file_without_tasks_is_a_sentence(path: Path) -> None:
    path.write_text("\n\n")
    with pytest.raises(BadDataset, match=r"questions\.jsonl holds no tasks"):
        read(path)


def test_a_file_that_is_no_text_is_a_sentence(path: Path) -> None:
    path.write_bytes(b'{"id": "\xff"}')
    with pytest.raises(BadDataset, match="is not UTF-8"):
        read(path)


def test_the_digest_is_the_content_s(path: Path, tmp_path: Path) -> None:
    path.write_text("the same")
    (tmp_path / "other.jsonl").write_text("the same")
    assert digest(path) == digest(tmp_path / "other.jsonl")
