"""Which parts of a statement surely are whole numbers."""

from __future__ import annotations

from sqlglot import exp

from agent.fixes.failure import Failure
from agent.fixes.kinds import given, type_of

_WHOLE = frozenset(["tinyint", "smallint", "int", "integer", "mediumint", "int2", "int4", "serial", "smallserial"])
_WHOLE_AND_BIG = _WHOLE | {"bigint", "int8", "bigserial", "big int", "unsigned big int"}
_AS_ITS_PART = (exp.Paren, exp.Neg, exp.Window, exp.Filter, exp.Max, exp.Min, exp.Abs, exp.Nullif, exp.Sum)
_AS_BOTH_SIDES = (exp.Div, exp.Add, exp.Sub, exp.Mul)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE)
_DEEPEST = 24


def is_whole(node: exp.Expr, failure: Failure, *, is_small: bool = False, depth: int = 0) -> bool:
    """`is_small`: not of the type for large ones, either, which PostgreSQL adds up to exact numbers."""
    if depth > _DEEPEST:
        return False
    if isinstance(node, exp.Literal):
        return not node.is_string and node.name.isdecimal()
    if isinstance(node, exp.Column):
        inner = given(node, failure.schema, failure.dialect)
        if inner is None:
            return _base_type(node, failure) in (_WHOLE if is_small else _WHOLE_AND_BIG)
        return is_whole(inner, failure, is_small=is_small, depth=depth + 1)
    if isinstance(node, exp.Count):
        return not is_small
    if isinstance(node, _COMPARISONS):
        return failure.dialect == "sqlite"
    if isinstance(node, exp.Sum) and failure.dialect == "postgres":
        return not is_small and is_whole(node.this, failure, is_small=True, depth=depth + 1)
    parts = _parts(node)
    return bool(parts) and all(is_whole(part, failure, is_small=is_small, depth=depth + 1) for part in parts)


def is_scalar(node: exp.Subquery) -> bool:
    return isinstance(node.this, exp.Select) and len(node.this.expressions) == 1


def _parts(node: exp.Expr) -> list[exp.Expr]:
    """What it is a whole number by, if all of these are; none where it may be another."""
    parts: list[exp.Expr | None] = []
    if isinstance(node, _AS_ITS_PART):
        parts = [node.this]
    elif isinstance(node, _AS_BOTH_SIDES):
        parts = [node.this, node.expression]
    elif isinstance(node, exp.Distinct):
        parts = [*node.expressions]
    elif isinstance(node, exp.Coalesce):
        parts = [node.this, *node.expressions]
    elif isinstance(node, exp.Case):
        parts = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    elif isinstance(node, exp.If):
        parts = [node.args["true"], node.args.get("false")]
    elif isinstance(node, exp.Subquery) and is_scalar(node):
        parts = [node.this.expressions[0].unalias()]
    return [part for part in parts if part is not None and not isinstance(part, exp.Null)]


def _base_type(node: exp.Column, failure: Failure) -> str:
    return type_of(node, failure.schema, failure.dialect).casefold().partition("(")[0].strip()
