"""The built-in tasks: questions on the sample database, each with every SQL whose result is right.

They are kept in three parts, and a question is in one of them only: the Benchmark tab shows the first, GEPA chooses
by the second, and the third is for reporting alone, so that something is left that nobody has tuned anything to.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

QUESTIONS = Path(__file__).parent / "questions"


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Part(StrEnum):
    BENCHMARK = "benchmark"
    VALIDATION = "validation"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class Task:
    """A question with its `gold`: a result that equals that of any of them is right.

    `near_misses` are plausible statements whose result is wrong: what the grader has to tell from gold.
    `ordered`: the question asks for an order of rows. `extra_columns`: more columns than the gold's are no mistake.
    `instructions` go to the model with the question. `database` and `dialect` are for files of tasks on many databases.
    """

    id: str
    question: str
    gold: tuple[str, ...]
    category: str = ""
    difficulty: str = ""
    instructions: str = ""
    ordered: bool = False
    extra_columns: bool = False
    database: str = ""
    dialect: str = "sqlite"
    near_misses: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """What the model is asked."""
        return f"{self.question}\n\n{self.instructions}" if self.instructions else self.question


def built_in(part: Part | None = None, difficulties: Iterable[str] = tuple(Difficulty)) -> list[Task]:
    """Those of one part, or all of them, from easy to hard."""
    return [task for difficulty in difficulties for kept_in, task in _read(difficulty) if part in (None, kept_in)]


@cache
def _read(difficulty: str) -> tuple[tuple[Part, Task], ...]:
    entries = tomllib.loads((QUESTIONS / f"{difficulty}.toml").read_text())["task"]
    return tuple((Part(entry.pop("part")), _task(difficulty=difficulty, **entry)) for entry in entries)


def _task(*, question: str, gold: Iterable[str], near_misses: Iterable[str] = (), **fields: Any) -> Task:
    """In the files, texts of several lines begin and end with a line break."""
    return Task(
        question=question.strip(),
        gold=tuple(sql.strip() for sql in gold),
        near_misses=tuple(sql.strip() for sql in near_misses),
        database="sample",
        **fields,
    )
