"""What PostgreSQL has in place of other dialects' functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sqlglot import exp

from agent.fixes.parts import Types, Unsure, bare, call, days_apart, moved_by, text
from datasources.column_kinds import Kind, kind_of

FUNCTIONS = frozenset((Path(__file__).parent / "postgres_functions.txt").read_text().split())
_KNOWN_FORMAT = re.compile(r"(%[YmdHMSjbBy]|[^%A-Za-z])+")
_MODIFIER = re.compile(r"([+-]?)\s*(\d+)\s+(day|month|year|hour|minute|second)s?", re.IGNORECASE)
_START = re.compile(r"start of (day|month|year)", re.IGNORECASE)
_PER_DAY, _JULIAN_EPOCH = "86400.0", "2440587.5"


def rewritten(node: exp.Expr, types: Types, *, is_foreign: bool) -> exp.Expr | None:
    """What to write in place of a node; None where it can stay. Raises Unsure."""
    rule = _RULES.get(type(node))
    return rule(node, types) if rule else None


def _kind(node: exp.Expr, types: Types) -> Kind:
    if isinstance(node, exp.Column):
        return kind_of(types(node))
    if isinstance(node, exp.Cast):
        return kind_of(node.to.sql("postgres"))
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp):
        return Kind.TIME
    return Kind.TEXT if isinstance(node, exp.Literal) and node.is_string else Kind.UNKNOWN


def _moment(node: exp.Expr, types: Types) -> exp.Expr:
    """A time, where it may be a text."""
    value = bare(node)
    if isinstance(value, exp.Literal) and value.name.casefold() == "now":
        return exp.CurrentTimestamp()
    return value.copy() if _kind(value, types) is Kind.TIME else exp.cast(value, "TIMESTAMP")


def _day(node: exp.Expr, types: Types) -> exp.Expr:
    value = bare(node)
    if isinstance(value, exp.CurrentDate):
        return value.copy()
    if isinstance(value, exp.Literal) and value.name.casefold() == "now":
        return exp.CurrentDate()
    return exp.cast(value, "DATE")


def _part(node: exp.Expr, types: Types) -> exp.Expr:
    """YEAR(d)."""
    return exp.Extract(this=exp.var(type(node).__name__.upper()), expression=_moment(node.this, types))


def _part_of_text(node: exp.Expr, types: Types) -> exp.Expr | None:
    """EXTRACT(YEAR FROM x), where x is a text."""
    if _kind(bare(node.expression), types) is not Kind.TEXT:
        return None
    return exp.Extract(this=node.this.copy(), expression=_moment(node.expression, types))


def _start_of_text(node: exp.Expr, types: Types) -> exp.Expr | None:
    """DATE_TRUNC('month', x), where x is a text."""
    if _kind(bare(node.this), types) is not Kind.TEXT:
        return None
    return exp.TimestampTrunc(this=_moment(node.this, types), unit=node.args["unit"].copy())


def _formatted(node: exp.Expr, types: Types) -> exp.Expr:
    wanted = node.args.get("format")
    if isinstance(wanted, exp.Literal) and wanted.name == "%s":
        return exp.cast(exp.Extract(this=exp.var("EPOCH"), expression=_moment(node.this, types)), "BIGINT")
    if not isinstance(wanted, exp.Literal) or not _KNOWN_FORMAT.fullmatch(wanted.name):
        raise Unsure
    return exp.TimeToStr(this=_moment(node.this, types), format=wanted.copy())


def _rounded(node: exp.Expr, types: Types) -> exp.Expr | None:
    """PostgreSQL rounds to so many digits only what is numeric."""
    if node.args.get("decimals") is None or (isinstance(node.this, exp.Cast) and node.this.to.is_type("decimal")):
        return None
    return exp.Round(this=exp.cast(node.this, "DECIMAL"), decimals=node.args["decimals"].copy())


def _listed(node: exp.Expr, types: Types) -> exp.Expr:
    """GROUP_CONCAT(x), and STRING_AGG of what is no text."""
    copy = node.copy()
    value = copy.this
    while isinstance(value, exp.Distinct | exp.Order):
        value = value.expressions[0] if isinstance(value, exp.Distinct) else value.this
    if _kind(value, types) is not Kind.TEXT:
        value.replace(exp.cast(value.copy(), exp.DType.TEXT))
    return copy


def _cut(node: exp.Expr, types: Types) -> exp.Expr | None:
    """SUBSTR of a date or a number."""
    if _kind(bare(node.this), types) not in (Kind.TIME, Kind.NUMBER):
        return None
    copy = node.copy()
    copy.set("this", exp.cast(bare(node.this), exp.DType.TEXT))
    return copy


def _days(node: exp.Expr, types: Types) -> exp.Expr:
    later, earlier = (_day(side, types) for side in days_apart(node))
    return exp.paren(exp.Sub(this=later, expression=earlier))


def _moved(node: exp.Expr, types: Types) -> exp.Expr:
    base, count, unit = moved_by(node)
    return exp.paren(exp.Add(this=_moment(base, types), expression=_interval(f"{count} {unit}")))


def _interval(length: str) -> exp.Expr:
    return exp.Interval(this=text(length))


def _modified(node: exp.Expr, types: Types) -> exp.Expr | None:
    """SQLite's date(d, '+1 month', 'start of month')."""
    name = "DATE" if isinstance(node, exp.Date) else "DATETIME" if isinstance(node, exp.Datetime) else ""
    arguments = [each for each in (node.this, node.args.get("zone"), *node.expressions) if isinstance(each, exp.Expr)]
    return _folded(name, arguments, types)


def _folded(name: str, arguments: list[exp.Expr], types: Types) -> exp.Expr | None:
    if not arguments or (name == "DATE" and len(arguments) == 1):
        return None
    value = _moment(arguments[0], types)
    for modifier in arguments[1:]:
        value = _step(value, modifier)
    return exp.cast(value, "DATE" if name == "DATE" else "TIMESTAMP")


def _step(value: exp.Expr, modifier: exp.Expr) -> exp.Expr:
    written = modifier.name.strip() if isinstance(modifier, exp.Literal) else ""
    if start := _START.fullmatch(written):
        return exp.TimestampTrunc(this=value, unit=exp.var(start[1].upper()))
    if not (step := _MODIFIER.fullmatch(written)):
        raise Unsure
    kind = exp.Sub if step[1] == "-" else exp.Add
    return kind(this=value, expression=_interval(f"{step[2]} {step[3].lower()}"))


def _other(node: exp.Expr, types: Types) -> exp.Expr | None:
    name, arguments = str(node.this).upper(), node.expressions
    if name in ("DATE", "DATETIME"):
        return _folded(name, arguments, types)
    if name == "ISNULL" and len(arguments) == 2:
        return exp.Coalesce(this=arguments[0].copy(), expressions=[arguments[1].copy()])
    if name in ("GETDATE", "SYSDATE") and not arguments:
        return exp.CurrentTimestamp()
    if name == "TOTAL" and len(arguments) == 1:
        return call("COALESCE", exp.Sum(this=arguments[0].copy()), exp.Literal.number(0))
    if name in ("JULIANDAY", "UNIX_TIMESTAMP") and len(arguments) == 1:
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=_moment(arguments[0], types))
        return _julian(seconds) if name == "JULIANDAY" else seconds
    return None


def _julian(seconds: exp.Expr) -> exp.Expr:
    days = exp.Div(this=seconds, expression=exp.Literal.number(_PER_DAY), typed=True)
    return exp.paren(exp.Add(this=days, expression=exp.Literal.number(_JULIAN_EPOCH)))


_RULES: dict[type[exp.Expr], Callable[[exp.Expr, Types], exp.Expr | None]] = {
    **dict.fromkeys((exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Hour, exp.Minute, exp.Second), _part),
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), _start_of_text),
    **dict.fromkeys((exp.DateAdd, exp.DateSub), _moved),
    **dict.fromkeys((exp.Date, exp.Datetime), _modified),
    exp.Extract: _part_of_text,
    exp.TimeToStr: _formatted,
    exp.Round: _rounded,
    exp.GroupConcat: _listed,
    exp.Substring: _cut,
    exp.DateDiff: _days,
    exp.Anonymous: _other,
}
