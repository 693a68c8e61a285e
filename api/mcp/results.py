"""What a tool gives back, in a size that an assistant can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from api.problems import Problem
from api.shapes import Answer, Rows, Schema

ROWS = 100
"""Of a result, that are told at once."""
LONGEST_CELL = 1_000
"""Characters; what is longer ends in an ellipsis."""
MOST_CHARACTERS = 50_000
"""Of rows, or of a schema, as JSON."""


@dataclass(frozen=True, slots=True)
class Result:
    data: dict[str, Any]
    is_error: bool = False

    def as_json(self) -> dict[str, Any]:
        text = json.dumps(self.data, ensure_ascii=False)
        return {
            "content": [{"type": "text", "text": text}],
            "structuredContent": self.data,
            "isError": self.is_error,
        }


def failed(problem: Problem) -> Result:
    """The assistant reads why, and may do better: it is no error of the protocol."""
    return Result({"code": str(problem.code), "message": problem.detail, **problem.more}, is_error=True)


def table(found: Rows) -> dict[str, Any]:
    """So many of the rows as can be told at once. `offset` is where the next ones would begin."""
    rows: list[list[Any]] = []
    room = MOST_CHARACTERS
    for row in found.rows[:ROWS]:
        cut = [_cut(cell) for cell in row]
        room -= len(json.dumps(cut, ensure_ascii=False))
        if room < 0:
            break
        rows.append(cut)
    return {
        "columns": [column.name for column in found.columns],
        "rows": rows,
        "offset": found.offset,
        "rows_kept": found.total,
        "has_more_kept": found.offset + len(rows) < found.total,
        "has_more_in_database": found.truncated,
    }


def schema(found: Schema) -> Result:
    """Of one that is too large, the names."""
    data = found.model_dump(mode="json", exclude_none=True)
    if len(json.dumps(data, ensure_ascii=False)) > MOST_CHARACTERS:
        data["tables"] = [one.name for one in found.tables]
        data["message"] = "That is too much to tell at once: these are the names. Ask again for the tables that matter."
    return Result(data)


def answer(found: Answer, rows: Rows | None) -> Result:
    data: dict[str, Any] = {
        "answer_id": str(found.id),
        "conversation_id": str(found.conversation_id),
        "status": found.status,
        "question": found.question,
        "sql": found.sql,
        "explanation": found.explanation,
        "confidence": found.confidence.text if found.confidence else "",
        "is_verified": found.is_verified,
        "failed_attempts": [
            {"sql": one.sql, "error_class": one.error_class, "message": one.message}
            for one in found.attempts
            if one.error_class
        ],
        "page": found.url,
    }
    if found.other_reading:
        data["other_reading"] = found.other_reading.model_dump()
    if found.status == "running":
        data["message"] = f"Still being answered ({found.doing}). Call get_answer with this answer_id to wait for it."
    if found.error:
        data["message"] = found.error
    if rows:
        data["result"] = table(rows)
    return Result(data, is_error=found.status not in {"running", "succeeded"})


def _cut(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {kind: _cut(value) for kind, value in cell.items()}
    return f"{cell[:LONGEST_CELL]}…" if isinstance(cell, str) and len(cell) > LONGEST_CELL else cell
