"""Joins that repeat rows whose columns are then added up or counted.

Keys say which joins may; whether one does, the database says: how often each row stands in what is added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.stems import stems
from agent.suspicion.asking import counted_things, is_traded, means
from agent.suspicion.joins import pairs, reached
from agent.suspicion.probing import SAMPLE, Probes
from agent.suspicion.statement import Asked, Held, Source, Statement, aggregates, grouped_by, plain
from datasources.column_kinds import Kind, kind_of

_NOTICEABLE = 1.005
_OFTEN = 1.15
_YES_OR_NO = re.compile(r"(is|has|was|had|can)(_|[A-Z])")
# What is true of one unit: added up over what was sold of it, it is the sum that is meant.
_PER_UNIT = frozenset(stems("price cost fee rate fare credit duration length weight point calorie unit"))


@dataclass(frozen=True, slots=True)
class _Suspect:
    """An aggregate over rows of `base`, which the join with `by` may repeat."""

    select: exp.Select
    aggregate: exp.AggFunc
    base: tuple[Source, ...]
    by: Source
    is_sure: bool
    """Keys alone say that it does, where any row has several partners."""


def fan_out(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    for suspect in _suspects(asked):
        times = _times(suspect, asked.statement, probes)
        if times >= _NOTICEABLE if times else suspect.is_sure:
            yield Doubt(DoubtKind.FAN_OUT, _sentence(suspect, times, asked.statement))
            return


def _sentence(suspect: _Suspect, times: float | None, statement: Statement) -> str:
    rows = " and ".join(source.table.full_name for source in suspect.base if source.table)
    written = _written(suspect, statement)
    by = suspect.by.table.full_name if suspect.by.table else suspect.by.alias
    if times is None:
        how_often = f"rows of {rows}"
    elif times < _OFTEN:
        how_often = f"some rows of {rows} ({times - 1:.0%} more rows than there are)"
    else:
        how_often = f"each row of {rows} {times:.1f} times on average"
    way = "Add up first and join then, or leave that join out."
    if isinstance(suspect.aggregate, exp.Count):
        way = "Count each row once: COUNT(DISTINCT …)."
    return f"The join with {by} repeats {how_often}, so that {written} counts them more than once. {way}"


def _written(suspect: _Suspect, statement: Statement) -> str:
    tables = {source.alias: source.alias for source in statement.sources(suspect.select)}
    tables |= {one.alias: one.table.name for one in statement.sources(suspect.select) if one.table}

    def spelled_out(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table.casefold() in tables:
            node.set("table", exp.to_identifier(tables[node.table.casefold()]))
        return node

    text = suspect.aggregate.copy().transform(spelled_out).sql(statement.dialect)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _suspects(asked: Asked) -> Iterator[_Suspect]:
    statement = asked.statement
    for select in statement.selects:
        sources = statement.sources(select)
        if len(sources) < 2 or not all(source.table for source in sources) or _is_unclear(select):
            continue
        equal = pairs(select, statement)
        for aggregate in aggregates(select):
            base = _base(aggregate, select, asked)
            held = reached(base, sources, equal, statement) if base else set()
            by = next((source for source in sources if source.alias not in held), None)
            if base and by and all(source.table and source.table.primary_key for source in base):
                nearest = _nearest(by, sources, held, equal)
                yield _Suspect(select, aggregate, base, nearest, _is_sure(nearest, base, held, select, statement))


def _is_sure(by: Source, base: Sequence[Source], held: set[str], select: exp.Select, statement: Statement) -> bool:
    """Its foreign key refers to the base, and nothing else is asked of it: neither a condition nor groups."""
    tables = {source.table.full_name for source in base if source.table}
    refers = by.table is not None and any(key.table in tables for key in by.table.foreign_keys)
    where = select.args.get("where")
    asked = [one for clause in [where, *grouped_by(select)] if clause for one in clause.find_all(exp.Column)]
    owners = [statement.held(column) for column in asked]
    return refers and all(owner is not None and owner.source.alias in held for owner in owners)


def _is_unclear(select: exp.Select) -> bool:
    """Whether its rows are joined in ways that are not looked into here."""
    joins = select.args.get("joins") or []
    return bool(select.args.get("laterals")) or any(
        join.method or (join.kind or "").upper() not in ("", "INNER", "OUTER") for join in joins
    )


def _nearest(by: Source, sources: Sequence[Source], held: set[str], equal: Sequence[tuple[object, object]]) -> Source:
    """Of what is not held together by keys, what is joined to it."""
    for source in sources:
        if source.alias in held:
            continue
        for one, other in equal:
            if isinstance(one, tuple) and isinstance(other, tuple) and one[0] == source.alias and other[0] in held:
                return source
    return by


def _base(aggregate: exp.AggFunc, select: exp.Select, asked: Asked) -> tuple[Source, ...]:
    """Whose rows it means to take once each; empty where that cannot be told."""
    if isinstance(aggregate.this, exp.Distinct):
        return ()
    if isinstance(aggregate, exp.Count):
        return _counted(aggregate, select, asked)
    if not isinstance(aggregate, exp.Sum | exp.Avg):
        return ()
    columns = list(_added_up(aggregate.this))
    held = [asked.statement.held(column) for column in columns]
    owned = [one for one in held if one]
    if len(owned) < len(held) or all(map(_is_of_a_unit, owned)):
        return ()
    sources = asked.statement.sources(select)
    base = {one.source.alias: one.source for one in owned if one.source in sources}
    return tuple(base.values()) if len(base) == len({one.source.alias for one in owned}) else ()


def _is_of_a_unit(held: Held) -> bool:
    """A price, or a yes or no: the sum over rows of another table may be what is meant."""
    name, kind = held.column.name, kind_of(held.column.type)
    words = set(stems(name))
    return bool(_PER_UNIT & words and "total" not in words) or kind is Kind.TRUTH or bool(_YES_OR_NO.match(name))


def _added_up(node: exp.Expr) -> Iterator[exp.Column]:
    """The columns whose values go into a sum; not those that only decide what does."""
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Case):
        for branch in node.args.get("ifs") or []:
            yield from _added_up(branch.args["true"])
        if node.args.get("default"):
            yield from _added_up(node.args["default"])
    elif isinstance(node, exp.If):
        yield from (column for name in ("true", "false") if (part := node.args.get(name)) for column in _added_up(part))
    elif not isinstance(node, exp.Predicate | exp.Connector | exp.Not | exp.Query | exp.Subquery):
        for child in node.iter_expressions():
            yield from _added_up(child)


def _counted(aggregate: exp.Count, select: exp.Select, asked: Asked) -> tuple[Source, ...]:
    """The table that the question counts, where this counts its rows."""
    sources = [source for source in asked.statement.sources(select) if source.table]
    if is_traded(asked.question):
        return ()
    for thing in counted_things(asked.question):
        found = [source for source in sources if source.table and means(thing, source.table.name)]
        if len(found) == 1:
            return (found[0],) if _counts(aggregate, found[0], select, asked.statement) else ()
    return ()


def _counts(aggregate: exp.Count, source: Source, select: exp.Select, statement: Statement) -> bool:
    if isinstance(aggregate.this, exp.Column):
        held = statement.held(aggregate.this)
        if not held or held.source != source:
            return False
    elif not isinstance(aggregate.this, exp.Star | exp.Literal):
        return False
    return not any(_is_key(key, source, statement) for key in grouped_by(select))


def _is_key(node: exp.Expr, source: Source, statement: Statement) -> bool:
    held = statement.held(node)
    return bool(held and held.source == source and held.column.name in held.table.primary_key)


def _times(suspect: _Suspect, statement: Statement, probes: Probes) -> float | None:
    """How often a row of the base stands in its group, on average."""
    grouped = [plain(node) for node in grouped_by(suspect.select)]
    if any(node.find(exp.AggFunc, exp.Window, exp.Query) for node in grouped) or _reaches_out(suspect, statement):
        return None
    own = [
        exp.column(name, table=source.node.alias_or_name, quoted=True)
        for source in suspect.base
        if source.table
        for name in source.table.primary_key
    ]
    parts = [*own, *(node.copy() for node in grouped)]
    names = [f"k{number}" for number in range(len(parts))]
    inner = suspect.select.copy()
    for name in ("with_", "distinct", "group", "having", "order", "limit", "offset", "windows", "qualify"):
        inner.set(name, None)
    inner.set("expressions", [exp.alias_(part, name) for part, name in zip(parts, names, strict=True)])
    known = exp.and_(*(exp.column(name).is_(exp.null()).not_() for name in names[: len(own)]))
    rows = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(inner.limit(SAMPLE).subquery("s"))
    rows = rows.where(known).group_by(*names)
    answer = exp.select(exp.Count(this=exp.Star()), exp.Sum(this=exp.column("n"))).from_(rows.subquery("t"))
    numbers = probes.numbers(answer)
    return numbers[1] / numbers[0] if numbers and numbers[0] else None


def _reaches_out(suspect: _Suspect, statement: Statement) -> bool:
    """Whether it cannot be run by itself: it names columns of a query around it, or what WITH defines."""
    own = {source.alias for source in statement.sources(suspect.select)}
    names = {column.table.casefold() for column in suspect.select.find_all(exp.Column) if column.table}
    inside = {source.alias for select in suspect.select.find_all(exp.Select) for source in statement.sources(select)}
    reads = {table.name.casefold() for table in suspect.select.find_all(exp.Table)}
    return not names <= own | inside or bool(reads & statement.ctes.keys())
