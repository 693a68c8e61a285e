"""Conditions that always hold, never hold, or hold for other rows than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from agent.suspicion.statement import Asked, Statement, aggregates, conditions, terms


def logic(asked: Asked) -> Iterator[str]:
    for finder in (_mixed, _always, _compared_with_null, _counts_null, _never, _excludes_nothing):
        why = next(finder(asked.statement), None)
        if why:
            yield why


def _mixed(statement: Statement) -> Iterator[str]:
    """`a = 1 OR a = 2 AND b = 3`: AND binds more strongly, so that b is asked of the second alone."""
    for node in statement.tree.find_all(exp.Or):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            if not isinstance(other, exp.And) or isinstance(one, exp.And | exp.Paren):
                continue
            first = _same(one, list(other.flatten()), statement)
            if first is not None:
                rest = " AND ".join(_sql(term, statement) for term in other.flatten() if term is not first)
                yield (
                    f"AND binds more strongly than OR: {rest} holds only together with {_sql(first, statement)}, and "
                    f"not with {_sql(one, statement)}. Put the OR into parentheses if it should hold with both."
                )


def _same(one: exp.Expr, others: list[exp.Expr], statement: Statement) -> exp.Expr | None:
    """The condition on the same column, with another value."""
    last = list(one.flatten())[-1] if isinstance(one, exp.Or) else one
    for other in others:
        if type(other) is type(last) and isinstance(other, exp.EQ | exp.Like) and other.this == last.this:
            return other if isinstance(other.this, exp.Column) and other != last else None
    return None


def _always(statement: Statement) -> Iterator[str]:
    """`x <> 'a' OR x <> 'b'`."""
    for node in statement.tree.find_all(exp.Or):
        one, other = node.this, node.expression
        are_both = isinstance(one, exp.NEQ) and isinstance(other, exp.NEQ) and one.this == other.this
        if are_both and _are_different(one.expression, other.expression):
            yield f"{_sql(node, statement)} holds for every value. Write AND in place of OR."


def _compared_with_null(statement: Statement) -> Iterator[str]:
    for node in statement.tree.find_all(exp.EQ, exp.NEQ):
        if isinstance(node.expression, exp.Null):
            words = "IS NULL" if isinstance(node, exp.EQ) else "IS NOT NULL"
            yield f"{_sql(node, statement)} holds for no row. Write {_sql(node.this, statement)} {words}."


def _counts_null(statement: Statement) -> Iterator[str]:
    """`COUNT(x) … WHERE x IS NULL`."""
    for select in statement.selects:
        missing = [term.this for term in conditions(select) if isinstance(term, exp.Is) and _is_null(term.expression)]
        for count in aggregates(select):
            if isinstance(count, exp.Count) and count.this in missing:
                yield f"{_sql(count, statement)} counts only what is known, and here nothing is: write COUNT(*)."


def _is_null(node: exp.Expr) -> bool:
    return isinstance(node, exp.Null)


def _never(statement: Statement) -> Iterator[str]:
    """`x = 'a' AND x = 'b'`."""
    for equal in _equalities(statement):
        for number, one in enumerate(equal):
            for other in equal[number + 1 :]:
                if one.this == other.this and _are_different(one.expression, other.expression):
                    both = f"{_sql(one, statement)} AND {_sql(other, statement)}"
                    yield (
                        f"No single row has {both}. Write OR, or look for the two in rows of their own (INTERSECT, or "
                        "two EXISTS)."
                    )


def _equalities(statement: Statement) -> Iterator[list[exp.EQ]]:
    for select in statement.selects:
        yield [term for term in conditions(select) if isinstance(term, exp.EQ) and isinstance(term.this, exp.Column)]


def _excludes_nothing(statement: Statement) -> Iterator[str]:
    """`x = 'a' AND x <> 'b'`, or two ranges that do not touch: meant is what has rows of one and none of the other."""
    for select in statement.selects:
        where = select.args.get("where")
        held = list(terms(where.this if where else None))
        for one in held:
            for other in held:
                if _is_needless(other, beside=one):
                    yield (
                        f"Beside {_sql(one, statement)}, the condition {_sql(other, statement)} excludes nothing. To "
                        "leave out what also has such rows, write NOT EXISTS or EXCEPT."
                    )


def _is_needless(node: exp.Expr, beside: exp.Expr) -> bool:
    if isinstance(beside, exp.EQ) and isinstance(node, exp.NEQ) and isinstance(node.this, exp.Column):
        return node.this == beside.this and _are_different(node.expression, beside.expression)
    if not isinstance(node, exp.Not) or not isinstance(beside, exp.Between):
        return False
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    return isinstance(inner, exp.Between) and inner.this == beside.this and _do_not_touch(inner, beside)


def _do_not_touch(one: exp.Between, other: exp.Between) -> bool:
    bounds = [node.args[name] for node in (one, other) for name in ("low", "high")]
    if not all(isinstance(bound, exp.Literal) and bound.is_string for bound in bounds):
        return False
    low, high, other_low, other_high = (bound.name for bound in bounds)
    return bool(high < other_low or other_high < low)


def _are_different(one: exp.Expr, other: exp.Expr) -> bool:
    literals = isinstance(one, exp.Literal) and isinstance(other, exp.Literal)
    return literals and one.is_string == other.is_string and one.name.casefold() != other.name.casefold()


def _sql(node: exp.Expr, statement: Statement) -> str:
    text = node.sql(statement.dialect)
    return text if len(text) <= 120 else f"{text[:119]}…"
