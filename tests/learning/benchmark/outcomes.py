"""Outcomes of questions, made up."""

from __future__ import annotations

from learning.benchmark.outcome import AttemptMade, Outcome


def outcome(task: str = "one", *errors: str, right: bool = True, **fields: object) -> Outcome:
    """After attempts with these errors, and one more that ran, unless it is said that there is no SQL."""
    sql = str(fields.pop("sql", "SELECT 1"))
    made = [*errors, ""] if sql else list(errors)
    attempts = tuple(AttemptMade(number, "generate", "SELECT 1", error) for number, error in enumerate(made, start=1))
    filled: dict[str, object] = {
        "difficulty": "easy",
        "category": "filter",
        "attempts": attempts,
        "score": float(right),
        "is_right": right,
        "is_first_right": right and not errors,
        "why": "" if right else "One column too many.",
        "seconds": 1.0,
    }
    return Outcome(task=task, sql=sql, **(filled | fields))  # type: ignore[arg-type]


def run(right: str) -> list[Outcome]:
    """Questions 0, 1, 2, …: "+" is right, "-" is wrong."""
    return [outcome(str(number), right=mark == "+") for number, mark in enumerate(right)]
