"""What a tool gives back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from envapi.observation import Answer

LONGEST_CELL = 1_000
"""Characters; what is longer ends in an ellipsis."""
MOST_CHARACTERS = 50_000
"""Of the rows that are told, as JSON."""


@dataclass(frozen=True, slots=True)
class Result:
    """`data` is what the agent reads. `answer` is what the environment said of the step that was made, with the reward:
    for whoever trains the agent, never for the agent."""

    data: dict[str, Any]
    is_error: bool = False
    answer: Answer | None = None

    def as_json(self) -> dict[str, Any]:
        """With the names of MCP and those of openenv-core."""
        text = json.dumps(self.data, ensure_ascii=False)
        return {
            "content": [{"type": "text", "text": text}],
            "structuredContent": self.data,
            "structured_content": self.data,
            "data": self.data,
            "isError": self.is_error,
            "is_error": self.is_error,
        }


def fitting(preview: dict[str, Any]) -> dict[str, Any]:
    """The `envapi.observation.preview` of a result, with so many of its rows as an agent can be told at once."""
    rows, room = [], MOST_CHARACTERS
    for row in preview["rows"]:
        cut = [_cut(cell) for cell in row]
        room -= len(json.dumps(cut, ensure_ascii=False))
        if room < 0:
            break
        rows.append(cut)
    return {**preview, "rows": rows, "truncated": preview["truncated"] or len(rows) < preview["row_count"]}


def _cut(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {kind: _cut(value) for kind, value in cell.items()}
    return f"{cell[:LONGEST_CELL]}…" if isinstance(cell, str) and len(cell) > LONGEST_CELL else cell
