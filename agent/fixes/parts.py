"""What the rules about functions build statements from, whatever the dialect is."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

Types = Callable[[exp.Column], str]
"""A column's declared type; empty where it is not known."""
_TIMED_UNITS = frozenset({"HOUR", "MINUTE", "SECOND"})
_UNITS = frozenset({"YEAR", "MONTH", "DAY", "WEEK"}) | _TIMED_UNITS
_NUMBER = re.compile(r"([+-]?\d+)(?:\s+([a-z]+))?", re.IGNORECASE)
_PASSED_ON = (exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.Paren)


class Unsure(Exception):
    """It could be written in more than one way, or in none."""


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def bare(node: exp.Expr) -> exp.Expr:
    """Without what a parser put around a date, and the parentheses."""
    while isinstance(node, _PASSED_ON):
        node = node.this
    return node


def unit_of(node: exp.Expr | None) -> str:
    name = (node.name if node else "").upper()
    return name[:-1] if name.endswith("S") and name[:-1] in _UNITS else name


def length(node: exp.Expr) -> tuple[int, str]:
    """The number and the unit of an interval. Raises Unsure where these are not written out."""
    value = node.this if isinstance(node, exp.Interval) else None
    match = _NUMBER.fullmatch(value.name.strip()) if isinstance(value, exp.Literal) else None
    unit = unit_of(node.args.get("unit") or (exp.var(match[2]) if match and match[2] else None))
    if match is None or unit not in _UNITS:
        raise Unsure
    return int(match[1]), unit


def moved_by(node: exp.Expr) -> tuple[exp.Expr, int, str]:
    """What DATE_ADD and the like move, by how many of which unit."""
    by = node.expression
    sign = -1 if isinstance(node, exp.DateSub | exp.Sub) else 1
    if isinstance(by, exp.Interval):
        count, unit = length(by)
    else:
        count, unit = length(exp.Interval(this=text(bare(by).sql()), unit=node.args.get("unit")))
    return bare(node.this), sign * count, unit


def has_time(unit: str) -> bool:
    return unit in _TIMED_UNITS


def days_apart(node: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """The later and the earlier of the two dates. Raises Unsure for other units, which dialects count otherwise."""
    later, earlier = bare(node.this), bare(node.expression)
    unit = node.args.get("unit")
    if (unit is not None and unit_of(unit) != "DAY") or any(_is_unit(each) for each in (later, earlier)):
        raise Unsure
    return later, earlier


def _is_unit(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal | exp.Column | exp.Var) and unit_of(node) in _UNITS
