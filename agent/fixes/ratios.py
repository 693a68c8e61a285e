"""Ratios of whole numbers, which run and surely give wrong numbers where / cuts off what comes after the point."""

from __future__ import annotations

from sqlglot import exp

from agent.fixes.failure import Failure, written
from agent.fixes.grouping import is_aggregated
from agent.fixes.kinds import given
from agent.fixes.parts import bare
from agent.fixes.whole_numbers import is_scalar, is_whole
from agent.reading import Fix

_DIALECTS = frozenset({"sqlite", "postgres"})
"""Where / between whole numbers gives a whole number."""
_DEEPEST = 6


def whole_division(failure: Failure) -> Fix | None:
    """A ratio of whole numbers loses what comes after the point."""
    tree = failure.tree
    if tree is None or failure.dialect not in _DIALECTS or "/" not in failure.sql:
        return None
    copy = tree.copy()
    found = [node for node in copy.find_all(exp.Div) if _is_ratio(node, failure) and is_whole(node, failure)]
    for node in found:
        node.set("this", _made_exact(node.this, failure.dialect))
    if not found:
        return None
    why = "A ratio of whole numbers was divided exactly: as it was written, what comes after the point was cut off."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _is_ratio(node: exp.Div, failure: Failure) -> bool:
    """Not a number of whole groups, such as a decade."""
    outer = _around(node)
    if isinstance(outer, exp.Cast) and outer.to.is_type(*exp.DataType.INTEGER_TYPES):
        return False
    if isinstance(outer, exp.Floor | exp.Ceil | exp.Mod):
        return False
    if isinstance(node.expression, exp.Literal) or isinstance(bare(node.this), exp.Literal):
        return isinstance(outer, exp.Round) and outer.args.get("decimals") is not None
    is_percent = isinstance(outer, exp.Mul) and any(_is_hundred(each) for each in (outer.this, outer.expression))
    is_percent |= isinstance(node.this, exp.Mul) and any(
        _is_hundred(each) for each in (node.this.this, node.this.expression)
    )
    return (
        is_percent
        or isinstance(outer, exp.Round | exp.Avg)
        or all(_is_aggregate(side, failure) for side in (node.this, node.expression))
    )


def _around(node: exp.Expr) -> exp.Expr | None:
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Neg):
        parent = parent.parent
    return parent


def _is_hundred(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) == 100


def _is_aggregate(node: exp.Expr, failure: Failure, depth: int = 0) -> bool:
    """Also one in a scalar subquery, or one that a subquery gives as a column."""
    if depth > _DEEPEST:
        return False
    if is_aggregated(node) or any(isinstance(each, exp.Window) for each in node.walk()):
        return True
    if isinstance(node, exp.Subquery):
        return is_scalar(node) and _is_aggregate(node.this.expressions[0].unalias(), failure, depth + 1)
    columns = list(node.find_all(exp.Column))
    inner = [given(column, failure.schema, failure.dialect) for column in columns]
    return any(each is not None and _is_aggregate(each, failure, depth + 1) for each in inner)


def _made_exact(node: exp.Expr, dialect: str) -> exp.Expr:
    if dialect == "postgres":
        return exp.cast(node.unnest() if isinstance(node, exp.Paren) else node, "DECIMAL")
    return exp.Mul(this=exp.Literal.number("1.0"), expression=node)
