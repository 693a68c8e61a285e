"""Which joins give at most one partner to each row, as far as keys tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from agent.suspicion.statement import Source, Statement, plain, terms

Column = tuple[str, str]
"""The alias of its table, and its name, both in lower case."""


def pairs(select: exp.Select, statement: Statement) -> list[tuple[Column, Column | None]]:
    """Columns that conditions equate, in both directions; a column that equals a constant has no other."""
    found: list[tuple[Column, Column | None]] = []
    for term in _all_terms(select):
        if isinstance(term, exp.EQ):
            found += _equated(plain(term.this), plain(term.expression), statement, select)
    for join in select.args.get("joins") or []:
        for name in join.args.get("using") or []:
            found += _used(join, name.name.casefold(), statement.sources(select))
    return found


def _all_terms(select: exp.Select) -> Iterator[exp.Expr]:
    where = select.args.get("where")
    yield from terms(where.this if where else None)
    for join in select.args.get("joins") or []:
        yield from terms(join.args.get("on"))


def _equated(
    one: exp.Expr, other: exp.Expr, statement: Statement, select: exp.Select
) -> Iterator[tuple[Column, Column | None]]:
    left, right = (_named(side, statement, select) for side in (one, other))
    if left and right:
        yield left, right
        yield right, left
    elif left and (isinstance(other, exp.Literal) or statement.is_text(other)):
        yield left, None
    elif right and (isinstance(one, exp.Literal) or statement.is_text(one)):
        yield right, None


def _named(node: exp.Expr, statement: Statement, select: exp.Select) -> Column | None:
    if not isinstance(node, exp.Column):
        return None
    held = statement.held(node)
    if held and held.source in statement.sources(select):
        return held.source.alias, held.column.name.casefold()
    return (node.table.casefold(), node.name.casefold()) if node.table else None


def _used(join: exp.Join, name: str, sources: Iterable[Source]) -> Iterator[tuple[Column, Column | None]]:
    new = join.this.alias_or_name.casefold()
    for source in sources:
        if source.alias != new and source.table and source.table.column(name):
            yield (new, name), (source.alias, name)
            yield (source.alias, name), (new, name)


def reached(
    start: Iterable[Source], sources: Iterable[Source], equal: list[tuple[Column, Column | None]], statement: Statement
) -> set[str]:
    """The aliases of what can be joined to `start` without repeating any of its rows."""
    found = {source.alias for source in start}
    waiting = [source for source in sources if source.alias not in found]
    while True:
        new = [source for source in waiting if _has_one_partner(source, found, equal, statement)]
        if not new:
            return found
        found |= {source.alias for source in new}
        waiting = [source for source in waiting if source not in new]


def _has_one_partner(
    source: Source, found: set[str], equal: list[tuple[Column, Column | None]], statement: Statement
) -> bool:
    if source.table is None:
        return False
    matched = {one[1] for one, other in equal if one[0] == source.alias and (other is None or other[0] in found)}
    return any(key <= matched for key in statement.keys(source.table))
