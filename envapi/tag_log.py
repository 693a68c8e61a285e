"""Lines on stdout for each episode: a tag, and one JSON object."""

from __future__ import annotations

import json
from typing import Any

from envapi.recording import recorder
from envapi.tags import END, START, STEP


def start(task_id: str, question: str, max_attempts: int) -> None:
    _say(START, {"task_id": task_id, "question": question, "max_attempts": max_attempts})


def step(attempt: int, action: str, reward: float | None, *, success: bool, done: bool) -> None:
    _say(STEP, {"attempt": attempt, "action": action, "reward": reward, "success": success, "done": done})


def end(attempts: int, total_reward: float, *, success: bool) -> None:
    _say(END, {"success": success, "attempts": attempts, "total_reward": total_reward})


def _say(tag: str, said: dict[str, Any]) -> None:
    # JSON has no line breaks of its own, and what a terminal would obey is escaped.
    recorder.put(f"{tag}{json.dumps(said)}\n")
