"""Counts that take the same thing twice where different ones are asked for, and shares that nothing divides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.stems import stems
from agent.suspicion.asking import counted_things, is_traded, means
from agent.suspicion.probing import Probes
from agent.suspicion.statement import Asked, Source, Statement, grouped_by

_DIFFERENT = re.compile(
    r"\b(?:how many|number of|count of|count the|count)\s+(?:the\s+)?(?:different|distinct|unique)\s+"
    r"((?:[\w'-]+\s*){1,3})",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?<![\d.] )(?<!\d)\b(?:what|the|a|as|give|calculate|find|in)\s+(?:is\s+)?(?:the\s+|a\s+)?"
    r"(percentage|percent|proportion|ratio|fraction)\b",
    re.IGNORECASE,
)
_SHARE_NAMES = frozenset(stems("percentage percent pct proportion ratio fraction share rate per"))
_RARELY_LONG = 0.5
"""Seconds: what took longer is not run once more with DISTINCT."""
_MOST_GROUPS = 1_000
_COUNTED_ONCE = (exp.Distinct, exp.Window)


def uncounted(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    yield from _repeated(asked, probes)
    match = _SHARE.search(asked.question)
    if match and not asked.statement.tree.find(exp.Div, exp.IntDiv, exp.Avg) and not _is_stored(asked.statement):
        why = f"The question asks for a {match[1].casefold()}, but the statement divides nothing."
        yield Doubt(DoubtKind.MISSING_COLUMN, why)


def _is_stored(statement: Statement) -> bool:
    names = [column.name for table in statement.tables for column in table.columns]
    return any("%" in name or _SHARE_NAMES & set(stems(name)) for name in names)


def _repeated(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    top = asked.statement.top
    if top is None or top.args.get("distinct") or asked.result.elapsed > _RARELY_LONG:
        return
    counted = None if any(node.find(*_COUNTED_ONCE) for node in top.expressions) else _thing(top, asked)
    if counted is None:
        return
    column = counted[1]
    rows = probes.rows(_both(column, top).limit(_MOST_GROUPS))
    if rows and any(isinstance(one, int) and isinstance(other, int) and one < other for one, other in rows):
        written = ".".join(filter(None, (column.table, column.name)))
        yield Doubt(
            DoubtKind.FAN_OUT,
            f"The question asks how many there are, but {counted[0].sql(asked.statement.dialect)} counts the same "
            f"{written} more than once. Write COUNT(DISTINCT {written}).",
        )


def _both(column: exp.Column, top: exp.Select) -> exp.Select:
    """The same rows, counted in both ways."""
    both = top.copy()
    for name in ("having", "order", "limit", "offset"):
        both.set(name, None)
    both.set("expressions", [exp.Count(this=exp.Distinct(expressions=[column.copy()])), exp.Count(this=column.copy())])
    group = both.args.get("group")
    return both if group is None else _without_names(both, top)


def _without_names(both: exp.Select, top: exp.Select) -> exp.Select:
    """Grouped by what was selected under a name or at a place, which no longer is."""
    both.args["group"].set("expressions", [node.copy() for node in grouped_by(top)])
    return both


def _thing(top: exp.Select, asked: Asked) -> tuple[exp.Count, exp.Column] | None:
    """A count, and what it should count once each: a column, or the key of the table that the question names."""
    counts = [node for one in top.expressions for node in one.find_all(exp.Count) if node.parent_select is top]
    match = _DIFFERENT.search(asked.question)
    if match:
        return _different(counts, match[1], asked.statement)
    if len(counts) != 1 or top.args.get("group") or is_traded(asked.question):
        return None
    things = list(counted_things(asked.question))[:1]
    sources = [source for source in asked.statement.sources(top) if source.table]
    if any(source.table and means(thing, source.table.name) for source in sources for thing in things):
        return None
    column = _pointing(things, sources, counts[0], asked.statement)
    return (counts[0], column) if column else None


def _different(counts: Sequence[exp.Count], words: str, statement: Statement) -> tuple[exp.Count, exp.Column] | None:
    wanted = set(stems(words))
    for count in counts:
        if isinstance(count.this, exp.Column) and (len(counts) == 1 or wanted & set(stems(count.this.name))):
            return count, count.this.copy()
    top = statement.top
    for source in statement.sources(top) if top and len(counts) == 1 else ():
        key = source.table.primary_key if source.table else ()
        if source.table and len(key) == 1 and any(means(thing, source.table.name) for thing in _phrases(words)):
            return counts[0], exp.column(key[0], table=source.node.alias_or_name, quoted=True)
    return None


def _phrases(words: str) -> list[str]:
    """The first word, the first two words, …"""
    parts = words.split()
    return [" ".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _pointing(
    things: Sequence[str], sources: Sequence[Source], count: exp.Count, statement: Statement
) -> exp.Column | None:
    """The column that refers to the table that the question counts, where that table is not read at all."""
    tables = [one for one in statement.schema.tables if any(means(thing, one.name) for thing in things)]
    if len(tables) != 1 or not sources or sources[0].table is None:
        return None
    named = {key.columns for key in sources[0].table.foreign_keys if key.table == tables[0].full_name}
    if len(named) != 1 or len(only := next(iter(named))) != 1:
        return None
    if isinstance(count.this, exp.Column) and count.this.name.casefold() != only[0].casefold():
        return None
    return exp.column(only[0], table=sources[0].node.alias_or_name, quoted=True)
