"""Setups, made up."""

from typing import Any

from learning.benchmark.command.records import Setup


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
