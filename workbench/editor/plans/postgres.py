"""PostgreSQL's plan in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.editor.plans.tree import Step

_CONDITIONS = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "One-Time Filter")
_KEYS = ("Sort Key", "Presorted Key", "Group Key")


def read(plan: Any) -> tuple[Step, ...]:
    """Raises KeyError, TypeError or AttributeError for what is no plan."""
    return tuple(_step(one["Plan"]) for one in plan)


def _step(node: Mapping[str, Any]) -> Step:
    return Step(
        _what(node),
        _about(node),
        tuple(_facts(node)),
        node.get("Total Cost"),
        node.get("Plan Rows"),
        tuple(_step(each) for each in node.get("Plans", [])),
    )


def _what(node: Mapping[str, Any]) -> str:
    words = [node["Node Type"]]
    if node.get("Strategy") == "Hashed":
        words.insert(0, "Hash")
    join = node.get("Join Type")
    if join and join != "Inner":
        words.append(f"({join.lower()})")
    return " ".join(words)


def _about(node: Mapping[str, Any]) -> str:
    name = node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name") or ""
    alias = node.get("Alias") or ""
    index = node.get("Index Name")
    parts = [name or alias]
    if name and alias and alias != name:
        parts.append(f"as {alias}")
    if index:
        parts.append(f"by index {index}")
    return " ".join(filter(None, parts))


def _facts(node: Mapping[str, Any]) -> Iterator[str]:
    if node.get("Subplan Name"):
        yield node["Subplan Name"]
    for name in _CONDITIONS:
        if name in node:
            yield f"{name}: {node[name]}"
    for name in _KEYS:
        if name in node:
            yield f"{name}: {', '.join(map(str, node[name]))}"
