"""Outcomes and setups for tests."""

from typing import Any

from learning.benchmark.command.records import Setup
from learning.benchmark.outcome import AttemptMade, Outcome


def outcome(task: str, *, right: bool = True, errors: tuple[str, ...] = (), **fields: Any) -> Outcome:
    """With a failed attempt for each of `errors`, and one that ran."""
    failed = [AttemptMade(number, "generate", "SELECT x", error) for number, error in enumerate(errors, 1)]
    answered = AttemptMade(len(failed) + 1, "generate", "SELECT 1")
    made: dict[str, Any] = {
        "difficulty": "easy",
        "category": "filter",
        "sql": answered.sql,
        "attempts": (*failed, answered),
        "score": float(right),
        "is_right": right,
        "is_first_right": right and not errors,
        "why": "" if right else "One row too many.",
        "seconds": 2.0,
    }
    return Outcome(task=task, **made | fields)


def setup(**fields: Any) -> Setup:
    made: dict[str, Any] = {
        "dataset": "questions.jsonl",
        "sha256": "abc",
        "model": "small",
        "generation": 0,
        "prompts": "def",
        "policy": "learned",
        "learning": False,
        "attempts": 5,
        "seed": None,
    }
    return Setup(**made | fields)
