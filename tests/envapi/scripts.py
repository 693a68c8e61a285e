"""A scripted model that fails at first, and whose failures only one repair cures: what an agent can learn from."""

from __future__ import annotations

from re import escape
from typing import Any

from agent.prompt import prompt_file
from agent.repairs import Strategy, instruction
from learning.benchmark.tasks import Part, Task, built_in
from tests.envapi.asked import BAD_COLUMN, BAD_TABLE, reply

CURES = (
    (BAD_COLUMN, Strategy.REWRITE_CTE),
    (BAD_TABLE, Strategy.FIX_TABLE),
    ("SELECT nonsense(1)", Strategy.RELAX_FILTER),
)
"""A failure, and what cures it. Two of them are not what their names say, so that it has to be learned."""


def curable() -> list[dict[str, Any]]:
    """The script for all easy questions. `fails` fails each with the same SQL until its cure is tried."""
    tasks = [task for part in (Part.BENCHMARK, Part.VALIDATION) for task in built_in(part, ["easy"])]
    replies = [answer for number, task in enumerate(tasks) for answer in _answers(task, *CURES[number % len(CURES)])]
    return [{"when": "say what is wrong", "text": "It does not run."}, *replies]


def _answers(task: Task, failure: str, cure: Strategy) -> list[dict[str, Any]]:
    asked_last = rf"{escape(task.question)}[\s\S]*{escape(instruction(cure))}\s*{escape(prompt_file('reply'))}\s*\Z"
    return [
        {"when_re": asked_last, "where": "turns", "text": reply(task.gold[0])},
        {"when": task.question, "where": "turns", "text": reply(failure)},
    ]
