"""Inner joins that lose rows of what the question wants all of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.asking import counted_things, means
from agent.suspicion.joins import Column, pairs, reached
from agent.suspicion.probing import SAMPLE, Probes, named
from agent.suspicion.statement import Asked, Source, aggregates
from datasources.introspect import Table

_NOTICEABLE = 0.05
_WHOSE = r"\s+(?:of\s+)?(?:the\s+|our\s+|its\s+|their\s+)?((?:[\w-]+\s*){1,3})"
_ALL = re.compile(rf"\b(?:all|every){_WHOSE}", re.IGNORECASE)
_EACH = re.compile(rf"\b(?:all|every|each){_WHOSE}", re.IGNORECASE)
# “Every customer who …”: not all of them.
_SOME = re.compile(r"\b(?:that|who|which|where|whose|having)\b", re.IGNORECASE)
_EVEN_NONE = re.compile(
    r"\b(?:even (?:if|when|those|the ones)|including (?:those|the ones|any|\w+) (?:with(?:out| no)|that|who|which)|"
    r"whether or not|with or without|if any|(?:or|as|show|with|be) (?:a )?(?:zero|0)|also (?:those|the ones) "
    r"(?:with(?:out| no)|that|who))\b",
    re.I,
)
_LEFT_OUT = re.compile(r"\b(?:leave out|exclud\w+|without those|only those|ignor\w+|at least one|not count\w*)\b", re.I)


def lost_rows(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    """Of the first join that may: one is enough to ask for."""
    yield from _counted_as_one(asked, probes)
    for kept, lost_with, own, other in _suspects(asked):
        share = _share(kept, lost_with, own, other, probes)
        if share >= _NOTICEABLE:
            yield Doubt(
                DoubtKind.LOST_ROWS,
                f"The join with {lost_with.full_name} leaves out {share:.0%} of the rows of {kept.full_name}, which "
                f"have no {lost_with.full_name}. Write LEFT JOIN, or leave that join out, if they belong to the "
                "answer.",
            )
        return


def _counted_as_one(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    """COUNT(*) after LEFT JOIN: of what has no partner there is a row, too."""
    top = asked.statement.top
    if top is None or not top.args.get("group") or len(asked.statement.sources(top)) != 2:
        return
    kept, joined = asked.statement.sources(top)
    counts = [node for node in aggregates(top) if isinstance(node, exp.Count) and isinstance(node.this, exp.Star)]
    is_left = joined.join is not None and joined.join.side.upper() == "LEFT" and not joined.join.method
    pair = _matched(kept, joined, pairs(top, asked.statement))
    if not (counts and is_left and pair and kept.table and joined.table):
        return
    if not any(means(thing, joined.table.name) for thing in counted_things(asked.question)):
        return
    if _share(kept.table, joined.table, *pair, probes) > 0:
        yield Doubt(
            DoubtKind.LOST_ROWS,
            f"COUNT(*) counts one for each row of {kept.table.full_name} that has no {joined.table.full_name}. Write "
            f"COUNT({joined.node.alias_or_name}.{pair[1]}).",
        )


def _matched(kept: Source, joined: Source, equal: list[tuple[Column, Column | None]]) -> tuple[str, str] | None:
    """The only two columns by which they are joined."""
    found = [(one[1], other[1]) for one, other in equal if other and one[0] == kept.alias and other[0] == joined.alias]
    return found[0] if len(found) == 1 else None


def _suspects(asked: Asked) -> Iterator[tuple[Table, Table, str, str]]:
    top = asked.statement.top
    if top is None or _LEFT_OUT.search(asked.question):
        return
    sources, equal = asked.statement.sources(top), pairs(top, asked.statement)
    for kept in sources:
        if kept.table is None or not _wants_all(kept, asked, top):
            continue
        held = reached([kept], sources, equal, asked.statement)
        for joined in sources:
            pair = _pair(kept, joined, equal)
            if joined.table and pair and _is_beside_the_point(joined, asked, top, is_one=joined.alias in held):
                yield kept.table, joined.table, *pair


def _wants_all(kept: Source, asked: Asked, top: exp.Select) -> bool:
    """Whether the rows of this table are counted or listed, all of them."""
    name = kept.table.name if kept.table else ""
    if next(aggregates(top), None) is not None and not top.args.get("group"):
        return any(means(thing, name) for thing in counted_things(asked.question))
    is_said = _EVEN_NONE.search(asked.question) is not None
    if not is_said and (top.args.get("where") or _SOME.search(asked.question)):
        return False
    wanted = _EACH if is_said else _ALL
    phrases = (match[1].split() for match in wanted.finditer(asked.question))
    is_named = any(means(" ".join(words[:end]), name) for words in phrases for end in range(1, len(words) + 1))
    grouped = top.args.get("group")
    return is_named and (not grouped or any(_is_of(key, kept, asked) for key in grouped.expressions))


def _is_of(node: exp.Expr, source: Source, asked: Asked) -> bool:
    held = asked.statement.held(node)
    return bool(held and held.source == source)


def _pair(kept: Source, joined: Source, equal: list[tuple[Column, Column | None]]) -> tuple[str, str] | None:
    """The two columns that an inner join, and nothing else, matches."""
    is_inner = joined.is_inner or (joined.join is None and kept.is_inner)
    return _matched(kept, joined, equal) if is_inner else None


def _is_beside_the_point(joined: Source, asked: Asked, top: exp.Select, *, is_one: bool) -> bool:
    """Whether nothing but the join itself asks that there is a partner: no condition is about it, nor about what is
    joined to it."""
    grouped = top.args.get("group") is not None
    counts = next(aggregates(top), None) is not None
    if counts and not grouped:
        return is_one and not _mentions(joined, asked, top)
    if any(_filters(joined, asked, clause) for name in ("where", "having") if (clause := top.args.get(name))):
        return False
    if len(asked.statement.sources(top)) > 2 or top.args.get("limit"):
        return False
    return is_one if not _EVEN_NONE.search(asked.question) else True


def _filters(joined: Source, asked: Asked, clause: exp.Expr) -> bool:
    return isinstance(clause, exp.Having) or any(_is_of(one, joined, asked) for one in clause.find_all(exp.Column))


def _mentions(joined: Source, asked: Asked, top: exp.Select) -> bool:
    """Anywhere but in its own join."""
    columns = (one for one in top.find_all(exp.Column) if asked.statement.held(one))
    own = joined.join
    return any(
        _is_of(one, joined, asked) and (own is None or one.find_ancestor(exp.Join) is not own) for one in columns
    )


def _share(kept: Table, joined: Table, own: str, other: str, probes: Probes) -> float:
    """Of some rows of a table, those without a partner in the other."""
    column, partner = exp.column(own, table="s", quoted=True), exp.column(other, quoted=True)
    own_column = kept.column(own)
    if own_column is None or (not own_column.nullable and any(own in key.columns for key in kept.foreign_keys)):
        return 0
    some = exp.select(exp.column(own_column.name, quoted=True)).from_(named(kept)).limit(SAMPLE).subquery("s")
    there = exp.select(partner).from_(named(joined)).where(partner.copy().is_(exp.null()).not_())
    column = exp.column(own_column.name, table="s", quoted=True)
    has_one = exp.Sum(
        this=exp.Case(
            ifs=[exp.If(this=column.isin(query=there), true=exp.Literal.number(1))], default=exp.Literal.number(0)
        )
    )
    numbers = probes.numbers(exp.select(exp.Count(this=exp.Star()), has_one).from_(some), joined)
    return 1 - numbers[1] / numbers[0] if numbers and numbers[0] else 0
