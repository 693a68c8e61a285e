"""The plans of MySQL and MariaDB in JSON: what is a step there is told by the name that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from workbench.editor.plans.tree import Step

_ACCESS = {
    "ALL": "Read all of",
    "index": "Read the whole index of",
    "range": "Look up a range in",
    "ref": "Look up in",
    "eq_ref": "Look up one row in",
    "const": "Look up one row, once, in",
    "system": "Read the only row of",
}
_NOT_STEPS = frozenset({"cost_info", "used_columns", "possible_keys", "key", "used_key_parts", "ref", "message"})


def read(plan: Any) -> tuple[Step, ...]:
    """Raises KeyError, TypeError or AttributeError for what is no plan."""
    block = plan["query_block"]
    return (_step("query_block", block),)


def _step(name: str, node: Mapping[str, Any]) -> Step:
    if "table_name" in node:
        return _table(node)
    words = name.replace("_", " ").capitalize()
    return Step(words, "", tuple(_facts(node)), _cost(node), None, tuple(_below(node)))


def _table(node: Mapping[str, Any]) -> Step:
    access = str(node.get("access_type", ""))
    name = str(node["table_name"])
    about = f"{name} by {node['key']}" if node.get("key") else name
    facts = list(_facts(node))
    if node.get("filtered") not in {None, 100, "100.00"}:
        facts.append(f"{node['filtered']} % of them are kept")
    rows = node.get("rows_examined_per_scan", node.get("rows"))
    return Step(_ACCESS.get(access) or access.capitalize(), about, tuple(facts), _cost(node), rows, tuple(_below(node)))


def _below(node: Mapping[str, Any]) -> Iterator[Step]:
    for name, value in node.items():
        if name in _NOT_STEPS:
            continue
        if isinstance(value, Mapping):
            yield _step(name, value)
        elif isinstance(value, list):
            yield from _listed(name, value)


def _listed(name: str, values: list[Any]) -> Iterator[Step]:
    """A nested loop lists what is joined, each wrapped in what it is."""
    steps = [step for value in values if isinstance(value, Mapping) for step in _unwrapped(value)]
    if steps:
        yield Step(name.replace("_", " ").capitalize(), steps=tuple(steps))


def _unwrapped(value: Mapping[str, Any]) -> Iterator[Step]:
    inner = [(name, each) for name, each in value.items() if isinstance(each, Mapping) and name not in _NOT_STEPS]
    if "table_name" in value or not inner:
        yield _step("step", value)
        return
    for name, each in inner:
        yield _step(name, each)


def _facts(node: Mapping[str, Any]) -> Iterator[str]:
    for name in ("attached_condition", "sort_key", "having_condition", "message"):
        if isinstance(node.get(name), str):
            yield f"{name.replace('_', ' ').capitalize()}: {node[name]}"


def _cost(node: Mapping[str, Any]) -> float | None:
    """MariaDB says it plainly, MySQL among others and as a text. That of a table which MySQL calls prefix_cost is the
    cost of what came before it, too."""
    costs = node.get("cost_info") or {}
    said = node.get("cost", costs.get("query_cost"))
    if said is None and "read_cost" in costs:
        with suppress(TypeError, ValueError):
            return float(costs["read_cost"]) + float(costs.get("eval_cost", 0))
    with suppress(TypeError, ValueError):
        return None if said is None else float(said)
    return None
