"""DuckDB's physical plan in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from workbench.editor.plans.tree import Step

_ROWS = "Estimated Cardinality"
_TABLE = "Table"
_LONGEST = 300


def read(plan: Any) -> tuple[Step, ...]:
    """Raises KeyError, TypeError or AttributeError for what is no plan."""
    return tuple(_step(each) for each in (plan if isinstance(plan, list) else [plan]))


def _step(node: Mapping[str, Any]) -> Step:
    extra: Mapping[str, Any] = node.get("extra_info") or {}
    rows = None
    with suppress(KeyError, ValueError):
        rows = float(extra[_ROWS])
    words = node["name"].strip().replace("_", " ").capitalize()
    steps = tuple(_step(each) for each in node.get("children", []))
    return Step(words, str(extra.get(_TABLE) or ""), tuple(_facts(extra)), None, rows, steps)


def _facts(extra: Mapping[str, Any]) -> Iterator[str]:
    for name, value in extra.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if name not in {_ROWS, _TABLE} and text:
            yield f"{name}: {text}"[:_LONGEST]
