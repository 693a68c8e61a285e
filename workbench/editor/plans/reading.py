"""Asking a database for a plan, and reading what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from datasources.engine import ResultSet
from datasources.tables import Table
from workbench.editor.plans import duckdb, mysql, postgres, sqlite
from workbench.editor.plans.tree import DEEPEST, Plan, Step

_EXPLAIN = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*EXPLAIN\b", re.IGNORECASE | re.DOTALL)
Reader = Callable[[Any], tuple[Step, ...]]


class Unreadable(Exception):
    """The answer is no plan as it was expected."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """`asks` comes before the statement; `asks_again` where that answer was cut, as long ones are."""

    asks: str
    asks_again: str
    read: Reader
    is_json: bool = True


_DIALECTS = {
    "sqlite": _Dialect("EXPLAIN QUERY PLAN ", "", sqlite.read, is_json=False),
    "postgres": _Dialect("EXPLAIN (FORMAT JSON) ", "EXPLAIN ", postgres.read),
    "duckdb": _Dialect("EXPLAIN (FORMAT json) ", "EXPLAIN ", duckdb.read),
    "mysql": _Dialect("EXPLAIN FORMAT=JSON ", "EXPLAIN ", mysql.read),
}


def asking(sql: str, dialect: str) -> str:
    """The statement that asks for the plan of `sql`; one that asks already is left as it is."""
    return sql if _EXPLAIN.match(sql) else _DIALECTS[dialect].asks + sql.lstrip()


def asking_again(sql: str, dialect: str) -> str:
    """For a plan that is shown as the database prints it."""
    return sql if _EXPLAIN.match(sql) else _DIALECTS[dialect].asks_again + sql.lstrip()


def is_cut(result: ResultSet, dialect: str) -> bool:
    """Whether its JSON is not all there: cells are cut at a length."""
    text = _last_cell(result)
    return _DIALECTS[dialect].is_json and text.startswith(("{", "[")) and text.endswith("…")


def plan_of(result: ResultSet, dialect: str) -> Plan:
    try:
        steps = _steps(result, dialect)
    except (Unreadable, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        steps = ()
    return Plan(_with_dearest(tuple(_bounded(step) for step in steps))) if steps else _as_printed(result)


def _steps(result: ResultSet, dialect: str) -> tuple[Step, ...]:
    known = _DIALECTS[dialect]
    return known.read(json.loads(_last_cell(result)) if known.is_json else result)


def _last_cell(result: ResultSet) -> str:
    """Where a plan in JSON is, alone or after its name."""
    if len(result.rows) != 1 or not isinstance(result.rows[0][-1], str):
        return ""
    return result.rows[0][-1].strip()


def _as_printed(result: ResultSet) -> Plan:
    """Lines of text as a text, else the table that it is."""
    texts = [row[-1] for row in result.rows]
    if texts and len(result.columns) <= 2 and all(isinstance(text, str) for text in texts):
        return Plan(text="\n".join(map(str, texts)))
    return Plan(table=Table(result))


def _bounded(step: Step, level: int = 1) -> Step:
    below = tuple(_bounded(each, level + 1) for each in step.steps) if level < DEEPEST else ()
    return replace(step, steps=below)


def _with_dearest(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The one step that costs most by itself is marked, where there are several to choose from."""
    everything = [each for step in steps for each in step.all()]
    most = max((each.own_cost for each in everything), default=0.0)
    if len(everything) < 2 or not most:
        return steps
    dearest = next(each for each in everything if each.own_cost == most)
    return tuple(_marked(step, dearest) for step in steps)


def _marked(step: Step, dearest: Step) -> Step:
    return replace(step, is_dearest=step is dearest, steps=tuple(_marked(each, dearest) for each in step.steps))
