"""What SQLite has in place of other dialects' functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sqlglot import exp

from agent.fixes.parts import Types, Unsure, bare, call, days_apart, has_time, moved_by, text, unit_of
from agent.fixes.scopes import words

FUNCTIONS = frozenset((Path(__file__).parent / "sqlite_functions.txt").read_text().split())
_FORMATS = {
    "YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M", "SECOND": "%S", "DOY": "%j", "DOW": "%w",
    "EPOCH": "%s",
}  # fmt: skip
_BETWEEN: dict[str, tuple[str, tuple[str, ...]]] = {"EPOCH": ("STRFTIME", ("%s",)), "DAY": ("JULIANDAY", ())}
_STARTS = {"MONTH": "%Y-%m-01", "YEAR": "%Y-01-01"}
_DAYS = [[start] for start in _STARTS.values()]
_KNOWN_FORMAT = re.compile(r"(%[YmdHMSj]|[^%A-Za-z])+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NOW = frozenset({"NOW", "GETDATE", "SYSDATE"})
_TODAY = frozenset({"CURDATE", "TODAY"})
_MOMENTS = frozenset({"DATE", "DATETIME", "STRFTIME"})


def rewritten(node: exp.Expr, types: Types, *, is_foreign: bool) -> exp.Expr | None:
    """What to write in place of a node; None where it can stay. Raises Unsure."""
    rule = _RULES.get(type(node))
    if isinstance(node, exp.TimeToStr) and not is_foreign:
        return None
    return rule(node, types) if rule else None


def _part(node: exp.Expr, types: Types) -> exp.Expr:
    """EXTRACT(YEAR FROM d) or YEAR(d)."""
    is_extract = isinstance(node, exp.Extract)
    unit = unit_of(node.this) if is_extract else type(node).__name__.upper()
    value = bare(node.expression if is_extract else node.this)
    if is_extract and isinstance(value, exp.Sub) and unit in _BETWEEN:
        return _between(value, unit)
    is_moment = not isinstance(value, exp.Anonymous) or value.name.upper() in _MOMENTS | _NOW | _TODAY
    if isinstance(value, exp.Sub | exp.Interval | exp.DateDiff) or not is_moment:
        raise Unsure
    if unit == "QUARTER":
        month = exp.cast(call("STRFTIME", text("%m"), _moment(value)), "INTEGER")
        return exp.paren(
            exp.Div(
                this=exp.paren(exp.Add(this=month, expression=exp.Literal.number(2))),
                expression=exp.Literal.number(3),
                typed=True,
                safe=True,
            )
        )
    if unit not in _FORMATS:
        raise Unsure
    return exp.cast(call("STRFTIME", text(_FORMATS[unit]), _moment(value)), "INTEGER")


def _between(node: exp.Sub, unit: str) -> exp.Expr:
    """EXTRACT(EPOCH FROM a - b)."""
    name, first = _BETWEEN[unit]
    sides = [bare(side) for side in (node.this, node.expression)]
    if not all(isinstance(side, exp.Column | exp.CurrentTimestamp | exp.Anonymous) for side in sides):
        raise Unsure
    calls = [call(name, *(text(each) for each in first), _moment(side)) for side in sides]
    difference = exp.paren(exp.Sub(this=calls[0], expression=calls[1]))
    return exp.cast(difference, "INTEGER") if unit == "DAY" else difference


def _moment(value: exp.Expr) -> exp.Expr:
    """As SQLite's functions take it: a text, or 'now'."""
    value = bare(value)
    if isinstance(value, exp.CurrentDate | exp.CurrentTimestamp) or (
        isinstance(value, exp.Anonymous) and value.name.upper() in _NOW | _TODAY
    ):
        return text("now")
    if isinstance(value, exp.Cast) and value.to.this in exp.DataType.TEMPORAL_TYPES:
        return _moment(value.this)
    return value.copy()


def _start(node: exp.Expr, types: Types) -> exp.Expr:
    """DATE_TRUNC('month', d)."""
    unit, moment = unit_of(node.args.get("unit")), _moment(node.this)
    if unit in _STARTS:
        return call("STRFTIME", text(_STARTS[unit]), moment)
    if unit == "DAY":
        return call("DATE", moment)
    if unit == "WEEK":
        return call("DATE", moment, text("-6 days"), text("weekday 1"))
    raise Unsure


def _formatted(node: exp.Expr, types: Types) -> exp.Expr:
    wanted = node.args.get("format")
    if not isinstance(wanted, exp.Literal) or not _KNOWN_FORMAT.fullmatch(wanted.name):
        raise Unsure
    return call("STRFTIME", text(wanted.name), _moment(node.this))


def _day_of_text(node: exp.Expr, types: Types) -> exp.Expr:
    """TO_DATE(x, 'YYYY-MM-DD'): no other format is a date to SQLite."""
    wanted = node.args.get("format")
    if wanted is None or wanted.name not in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        raise Unsure
    return call("DATE" if wanted.name == "%Y-%m-%d" else "DATETIME", node.this.copy())


def _moved(node: exp.Expr, types: Types) -> exp.Expr | None:
    """d + INTERVAL '1 month', DATE_ADD(d, INTERVAL 1 MONTH)."""
    if isinstance(node, exp.Add) and isinstance(node.this, exp.Interval):
        node = exp.Add(this=node.expression.copy(), expression=node.this.copy())
    if isinstance(node, exp.Add | exp.Sub) and not isinstance(node.expression, exp.Interval):
        return None
    base, count, unit = moved_by(node)
    if unit == "WEEK":
        count, unit = 7 * count, "DAY"
    name = _kept(base, types) if not has_time(unit) else "DATETIME"
    step = f"{count:+} {unit.lower()}{'s' if abs(count) != 1 else ''}"
    return call(name, _moment(base), text(step))


def _kept(base: exp.Expr, types: Types) -> str:
    """Whether a day or a moment is moved. Raises Unsure where it may be either."""
    if isinstance(base, exp.CurrentDate | exp.Date):
        return "DATE"
    if isinstance(base, exp.CurrentTimestamp):
        return "DATETIME"
    if isinstance(base, exp.Anonymous) and base.name.upper() in ("DATE", "DATETIME"):
        return base.name.upper()
    if isinstance(base, exp.Anonymous) and [each.name for each in base.expressions[:1]] in _DAYS:
        return "DATE"
    if isinstance(base, exp.Literal):
        return "DATE" if _DAY.fullmatch(base.name) else "DATETIME"
    declared = types(base).casefold() if isinstance(base, exp.Column) else ""
    last = words(base.name)[-1:] if declared in ("text", "") or declared.startswith("varchar") else []
    if declared == "date" or last in (["date"], ["day"]):
        return "DATE"
    if declared.startswith(("datetime", "timestamp")) or last in (["at"], ["time"], ["timestamp"], ["datetime"]):
        return "DATETIME"
    raise Unsure


def _days(node: exp.Expr, types: Types) -> exp.Expr:
    later, earlier = days_apart(node)
    sides = [call("JULIANDAY", call("DATE", _moment(side))) for side in (later, earlier)]
    return exp.cast(exp.Sub(this=sides[0], expression=sides[1]), "INTEGER")


def _joined(node: exp.Expr, types: Types) -> exp.Expr:
    first, *others = [exp.paren(each) if isinstance(each, exp.Binary) else each.copy() for each in node.expressions]
    for other in others:
        first = exp.DPipe(this=first, expression=other, safe=True)
    return exp.paren(first) if others else first


def _grouped(node: exp.Expr, types: Types) -> exp.Expr | None:
    """SQLite 3.40 takes neither an order nor, beside DISTINCT, a separator."""
    separator = node.args.get("separator")
    if node.find(exp.Order):
        raise Unsure
    if isinstance(node.this, exp.Distinct) and separator is not None:
        if separator.name != ",":
            raise Unsure
        return exp.GroupConcat(this=node.this.copy())
    return None


def _cast(node: exp.Expr, types: Types) -> exp.Expr | None:
    to = node.args["to"].this
    if to not in exp.DataType.TEMPORAL_TYPES:
        return None
    return call("DATE" if to in (exp.DType.DATE, exp.DType.DATE32) else "DATETIME", _moment(node.this))


def _other(node: exp.Expr, types: Types) -> exp.Expr | None:
    name, arguments = str(node.this).upper(), node.expressions
    if name in _NOW:
        return exp.CurrentTimestamp()
    if name in _TODAY:
        return exp.CurrentDate()
    if name == "ISNULL" and len(arguments) == 2:
        return exp.Coalesce(this=arguments[0].copy(), expressions=[arguments[1].copy()])
    return None


_RULES: dict[type[exp.Expr], Callable[[exp.Expr, Types], exp.Expr | None]] = {
    **dict.fromkeys((exp.Extract, exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Hour, exp.Minute, exp.Second), _part),
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), _start),
    **dict.fromkeys((exp.TimeToStr,), _formatted),
    **dict.fromkeys((exp.StrToDate, exp.StrToTime), _day_of_text),
    **dict.fromkeys((exp.Add, exp.Sub, exp.DateAdd, exp.DateSub), _moved),
    exp.DateDiff: _days,
    exp.Concat: _joined,
    exp.GroupConcat: _grouped,
    exp.Cast: _cast,
    exp.Anonymous: _other,
    exp.ILike: lambda node, types: exp.Like(this=node.this.copy(), expression=node.expression.copy()),
    exp.Left: lambda node, types: call("SUBSTR", node.this.copy(), exp.Literal.number(1), node.expression.copy()),
    exp.Right: lambda node, types: call("SUBSTR", node.this.copy(), exp.Neg(this=node.expression.copy())),
    exp.Greatest: lambda node, types: call("MAX", node.this.copy(), *(each.copy() for each in node.expressions)),
    exp.Least: lambda node, types: call("MIN", node.this.copy(), *(each.copy() for each in node.expressions)),
}
