"""Results that say nothing: no rows, a count of none, a column of NULLs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.probing import Probes
from agent.suspicion.statement import Asked, Statement, aggregates
from datasources.engine import ResultSet

_MOST_CONDITIONS = 3
_MANY = 10


def results(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    if _is_empty(asked):
        found = "finds no rows" if not asked.result.rows else "finds nothing to count or to add up"
        yield Doubt(DoubtKind.EMPTY, f"The statement {found}. {_why(asked.statement)}")
        return
    for column in _all_null(asked):
        yield Doubt(
            DoubtKind.ALL_NULL,
            f"The column {column} is NULL in every row. Select another one, or look at how its table is joined.",
        )


def _is_empty(asked: Asked) -> bool:
    rows, top = asked.result.rows, asked.statement.top
    if not rows:
        return True
    if len(rows) > 1 or top is None or top.args.get("group") or next(aggregates(top), None) is None:
        return False
    return _is_narrowed(asked.statement) and all(not cell for cell in rows[0]) and _can_be_nothing(top, asked.result)


def _is_narrowed(statement: Statement) -> bool:
    return statement.tree.find(exp.Where, exp.Having, exp.Join) is not None


def _can_be_nothing(top: exp.Select, result: ResultSet) -> bool:
    """A zero that was counted, or NULL: not a sum that happens to be zero."""
    cells = result.rows[0]
    if len(top.expressions) != len(cells):
        return False
    return all(
        cell is None or (not isinstance(cell, str) and isinstance(one.unalias(), exp.Count))
        for cell, one in zip(cells, top.expressions, strict=True)
    )


def _why(statement: Statement) -> str:
    if _is_not_in_with_null(statement):
        return "NOT IN (SELECT …) finds nothing where the inner SELECT gives a NULL: write NOT EXISTS."
    where = statement.top.args.get("where") if statement.top else None
    if where is None:
        return "Look at what its conditions and its joins ask for."
    terms = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    shown = " and ".join(term.sql(statement.dialect) for term in terms[:_MOST_CONDITIONS])
    shown = shown if len(shown) <= 160 else f"{shown[:159]}…"
    return f"Perhaps no row meets {shown}: look at how the values are written, and at the joins."


def _is_not_in_with_null(statement: Statement) -> bool:
    for node in statement.tree.find_all(exp.In):
        query = node.args.get("query")
        inner = query.unnest() if isinstance(query, exp.Subquery) else query
        if isinstance(node.parent, exp.Not) and isinstance(inner, exp.Select) and len(inner.expressions) == 1:
            held = statement.held(inner.expressions[0].unalias())
            if held and held.column.nullable and not inner.args.get("where"):
                return True
    return False


def _all_null(asked: Asked) -> Iterator[str]:
    """Not where rows without a value are what is asked for."""
    top, result = asked.statement.top, asked.result
    if top is None or top.is_star or result.truncated or _asks_for_null(asked.statement):
        return
    for number, (name, node) in enumerate(zip(result.columns, top.expressions, strict=False)):
        if all(row[number] is None for row in result.rows) and not _may_be(node.unalias(), asked):
            yield name


def _may_be(node: exp.Expr, asked: Asked) -> bool:
    """NULL itself, or what few rows have no partner for."""
    held = asked.statement.held(node)
    is_optional = held is not None and held.source.join is not None and bool(held.source.join.side)
    return isinstance(node, exp.Null) or (is_optional and len(asked.result.rows) < _MANY)


def _asks_for_null(statement: Statement) -> bool:
    """`x IS NULL`, also where it finds what has no partner."""
    tests = statement.tree.find_all(exp.Is)
    return any(isinstance(test.expression, exp.Null) and not isinstance(test.parent, exp.Not) for test in tests)
