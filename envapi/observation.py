"""What an agent sees of its episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.attempt import Attempt
from agent.episode import Episode
from agent.policy import Decision
from datasources.engine import ResultSet
from envapi.actions import available
from learning.results import head, to_json

ROWS = 20
"""Of a result that are shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """As the standard tells it. `reward` is None where nothing is known of the step's worth."""

    observation: dict[str, Any]
    reward: float | None
    done: bool

    def as_json(self) -> dict[str, Any]:
        return {"observation": self.observation, "reward": self.reward, "done": self.done}


def observation(
    episode: Episode,
    *,
    dialect: str,
    schema: str,
    rows: ResultSet | None,
    advice: Decision | None,
    metadata: dict[str, Any],
) -> dict[str, Any]:
    """`advice` is what the connection's bandit would do now, where there is something to repair."""
    last = episode.attempts[-1] if episode.attempts else None
    return {
        "question": episode.question,
        "dialect": dialect,
        "schema": schema,
        "attempt": len(episode.attempts),
        "max_attempts": episode.limits.attempts,
        "last_sql": last.sql if last else "",
        "error_class": last.error_class if last and last.error_class else "",
        "error_message": last.message if last else "",
        "hint": last.hint if last else "",
        "result": preview(rows) if rows is not None else None,
        "history": history(episode.attempts),
        "available_actions": available(len(episode.attempts), done=episode.done),
        "context": advice.vector if advice else [],
        "scores": dict(advice.scores) if advice else {},
        "metadata": metadata,
    }


def history(attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """Every attempt so far, the first one first. A reward may have grown since, by hindsight."""
    return [
        {
            "attempt": attempt.number,
            "action": action_of(attempt),
            "sql": attempt.sql,
            "error_class": attempt.error_class or "",
            "error_message": attempt.message,
            "hint": attempt.hint,
            "reward": attempt.reward.total,
        }
        for attempt in attempts
    ]


def action_of(attempt: Attempt) -> str:
    return "sql" if attempt.is_given else str(attempt.strategy)


def preview(rows: ResultSet, most: int = ROWS) -> dict[str, Any]:
    """The first rows; `row_count` is of those that were fetched, of which a cut result had more."""
    shown = to_json(head(rows, most))
    return {
        "columns": shown["columns"],
        "rows": shown["rows"],
        "row_count": len(rows.rows),
        "truncated": rows.truncated,
    }
