"""Values of different types that are compared, where only the literal has to be written otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from agent.fixes.failure import Failure, written
from agent.fixes.kinds import kind
from agent.reading import Fix
from datasources.column_kinds import Kind

_EQUAL = (exp.EQ, exp.NEQ)
_ORDERED = (exp.GT, exp.LT, exp.GTE, exp.LTE)
_TRUTHS = {"0": False, "1": True}
_LIKES = (exp.Like, exp.ILike)
_NO_TEXTS = (Kind.TIME, Kind.NUMBER, Kind.UUID)


def comparing(failure: Failure) -> Fix | None:
    """Only where the dialect is strict: elsewhere such comparisons run."""
    tree = failure.tree
    if tree is None or failure.dialect not in ("postgres", "duckdb"):
        return None
    copy = tree.copy()
    changed = [node for node in list(copy.walk()) if _is_changed(node, failure)]
    if not changed:
        return None
    texts = ", ".join(node.sql(failure.dialect) for node in changed[:3])
    why = f"Values of different types were compared, and so this was written instead: {texts}."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _is_changed(node: exp.Expr, failure: Failure) -> bool:
    """Whether a comparison was of different types, and is not any more."""
    if isinstance(node, _LIKES) and kind(node.this, failure.schema, failure.dialect) in _NO_TEXTS:
        node.set("this", exp.cast(node.this, exp.DType.TEXT))
        return True
    is_equality = not isinstance(node, (*_ORDERED, exp.Between))
    pairs = [(one, other, _instead(one, other, failure, is_equality=is_equality)) for one, other in _compared(node)]
    for _, other, instead in pairs:
        if instead is not None:
            other.replace(instead)
    return any(instead is not None for _, _, instead in pairs)


def _compared(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """What is compared with which literal."""
    if isinstance(node, (*_EQUAL, *_ORDERED)):
        pairs = [(node.this, node.expression), (node.expression, node.this)]
    elif isinstance(node, exp.In):
        pairs = [(node.this, each) for each in node.expressions]
    elif isinstance(node, exp.Between):
        pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
    else:
        return
    yield from ((one, other) for one, other in pairs if isinstance(other, exp.Literal) and not other.is_string)


def _instead(one: exp.Expr, literal: exp.Expr, failure: Failure, *, is_equality: bool) -> exp.Expr | None:
    found = kind(one, failure.schema, failure.dialect)
    if found is Kind.TRUTH and literal.name in _TRUTHS:
        return exp.Boolean(this=_TRUTHS[literal.name])
    if found is Kind.TEXT and (is_equality or _is_year(one, literal)):
        return exp.Literal.string(literal.name)
    return None


def _is_year(node: exp.Expr, literal: exp.Expr) -> bool:
    """Years of four digits have the same order as texts and as numbers."""
    formats = [each.name for each in node.find_all(exp.Literal) if each.is_string]
    return isinstance(node, exp.ToChar | exp.TimeToStr) and formats in (["YYYY"], ["%Y"]) and len(literal.name) == 4
