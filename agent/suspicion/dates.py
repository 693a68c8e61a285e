"""Dates that are kept as texts, compared with a date that is written otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.suspicion.probing import SAMPLE, Probes, named
from agent.suspicion.statement import Asked, Held
from datasources.column_kinds import Kind, kind_of

_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_FORMATS = {
    "YYYY-MM-DD": r"\d{4}-\d\d-\d\d",
    "YYYY-MM-DD with the time": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*",
    "YYYY-M-D": r"\d{4}-\d{1,2}-\d{1,2}",
    "YYYY/MM/DD": r"\d{4}/\d{1,2}/\d{1,2}",
    "numbers with slashes": r"\d{1,2}/\d{1,2}/\d{2,4}",
    "numbers with points": r"\d{1,2}\.\d{1,2}\.\d{2,4}",
    "numbers with hyphens, the year last": r"\d{1,2}-\d{1,2}-\d{2,4}",
    "YYYYMMDD": r"(19|20)\d{6}",
    "YYYY-MM": r"(19|20)\d\d-\d\d",
    "a month's name": rf"(\d{{1,2}}\.? )?{_MONTH}\.? \d{{1,4}}(, \d{{4}})?",
}
_COMPILED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _FORMATS.items()}
# A shorter text and a longer one that begin alike are in the right order; they only never are equal.
_BEGIN_ALIKE = {"YYYY-MM-DD", "YYYY-MM-DD with the time", "YYYY-MM"}
_LOOKED_AT = 20


def written_as(text: str) -> str:
    """The way in which this is a date; empty for what is none."""
    return next((name for name, pattern in _COMPILED.items() if pattern.fullmatch(text.strip())), "")


def dates(asked: Asked, probes: Probes) -> Iterator[str]:
    """One column is looked at, the one whose literal is written least like most dates are."""
    usual = "YYYY-MM-DD"
    for node, held, text in sorted(_compared(asked), key=lambda one: written_as(one[2]) == usual)[:1]:
        kept, own = _kept(held, probes), written_as(text)
        if not kept or kept == own or (not isinstance(node, exp.EQ | exp.In) and {kept, own} <= _BEGIN_ALIKE):
            continue
        yield (
            f"{held.table.full_name}.{held.column.name} keeps dates as {kept}, and '{text}' is written otherwise, so "
            "that the two are compared as texts. Write the date as the column does."
        )


def _compared(asked: Asked) -> Iterator[tuple[exp.Expr, Held, str]]:
    seen: set[tuple[str, str, str]] = set()
    for node in asked.statement.tree.find_all(*_COMPARED):
        held = asked.statement.held(node.this)
        if not held or kind_of(held.column.type) not in _kinds(asked) or getattr(held.column, "is_private", False):
            continue
        for text in _texts(node):
            own = written_as(text)
            key = (held.table.full_name, held.column.name, own)
            if own and key not in seen:
                seen.add(key)
                yield node, held, text


def _kinds(asked: Asked) -> set[Kind]:
    """SQLite keeps dates as texts whatever their column's type is called."""
    texts = {Kind.TEXT, Kind.UNKNOWN}
    return texts | {Kind.TIME} if asked.statement.dialect == "sqlite" else texts


def _texts(node: exp.Expr) -> Iterator[str]:
    values = [node.args.get("low"), node.args.get("high"), node.args.get("expression"), *node.expressions]
    yield from (value.name for value in values if isinstance(value, exp.Literal) and value.is_string)


def _kept(held: Held, probes: Probes) -> str:
    """How the column writes dates, where some of its values all do so alike."""
    column = exp.column(held.column.name, quoted=True)
    some = exp.select(column).from_(named(held.table)).limit(SAMPLE).subquery("s")
    texts = exp.select(column.copy()).from_(some).where(column.copy().is_(exp.null()).not_()).limit(_LOOKED_AT)
    rows = probes.rows(texts) or ()
    ways = {written_as(row[0]) if isinstance(row[0], str) else "" for row in rows}
    return ways.pop() if len(ways) == 1 else ""
