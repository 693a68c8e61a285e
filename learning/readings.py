"""The readings that an answer was chosen from, as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.reading import Reading
from agent.readings import groups
from learning.results import head, to_json

SHOWN_ROWS = 20
"""Of the two readings that people may be asked to choose between."""


def stored(readings: Sequence[Reading], chosen: Reading | None) -> list[dict[str, Any]]:
    """Those of the strongest group first; `group` numbers those that gave the same rows, -1 for what did not run.
    `result` is there for the best of the two strongest groups. A single reading is the attempt itself: none."""
    if len(readings) < 2:
        return []
    found = groups(readings)
    ran = [
        _stored(reading, number, chosen, with_rows=number < 2 and reading is group.best)
        for number, group in enumerate(found)
        for reading in sorted(group.readings, key=lambda reading: reading is not group.best)
    ]
    return ran + [_stored(reading, -1, chosen) for reading in readings if reading.result is None]


def _stored(reading: Reading, group: int, chosen: Reading | None, *, with_rows: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sql": reading.sql,
        "likelihood": reading.likelihood,
        "error_class": reading.error_class or "",
        "message": reading.message,
        "group": group,
        "chosen": reading is chosen,
        "fixes": whys(reading.fixes),
        "doubts": [{"kind": doubt.kind, "why": doubt.why} for doubt in reading.doubts],
        "rows": len(reading.result.rows) if reading.result else 0,
    }
    if with_rows and reading.result:
        found["result"] = to_json(head(reading.result, SHOWN_ROWS))
    return found


def whys(found: Sequence[Any]) -> list[str]:
    """The sentences of fixes or doubts."""
    return [each.why for each in found]
