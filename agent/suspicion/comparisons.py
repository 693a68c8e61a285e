"""Comparisons that do not compare what they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.dates import dates
from agent.suspicion.logic import logic
from agent.suspicion.probing import SAMPLE, Probes, named
from agent.suspicion.statement import Asked, Held, Statement, plain
from datasources.column_kinds import Kind, kind_of

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
# In SQLite these give a text, which never equals a number and is greater than any.
_GIVE_TEXT = (exp.TimeToStr, exp.Substring, exp.Lower, exp.Upper, exp.Trim, exp.Date, exp.DPipe)
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.IGNORECASE)
_IS_A_DATE = re.compile(r"(^|_)(date|day|time|datetime|timestamp|on|at)$|(date|time)$|[a-z](Date|Time|On|At)$", re.I)


def comparisons(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    """One of a kind: what is put right in one place is put right in the others."""
    found = (_texts_and_numbers(asked.statement), _subtracted(asked.statement), _divided(asked.statement))
    for whys in (*found, _by_alphabet(asked.statement, probes)):
        why = next(whys, None)
        if why:
            yield Doubt(DoubtKind.TYPES, why)
    for why in (*logic(asked), *dates(asked, probes)):
        yield Doubt(DoubtKind.TYPES, why)


def _texts_and_numbers(statement: Statement) -> Iterator[str]:
    if statement.dialect != "sqlite":
        return
    for node in statement.tree.find_all(*_COMPARED):
        for value, literal in _sides(node):
            if isinstance(_bare(value), _GIVE_TEXT) and not literal.is_string:
                written, than = value.sql("sqlite"), literal.sql("sqlite")
                yield (
                    f"{written} is a text and {than} is a number: SQLite never finds them equal, and takes any text "
                    f"for greater. Write '{literal.name}' in quotes, or CAST({written} AS INTEGER)."
                )


def _sides(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Literal]]:
    """What is compared, with each literal that it is compared with."""
    if isinstance(node, exp.Between):
        pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
    elif isinstance(node, exp.In):
        pairs = [(node.this, one) for one in node.expressions]
    else:
        pairs = [(node.this, node.expression), (node.expression, node.this)]
    for value, other in pairs:
        literal = other.this if isinstance(other, exp.Neg) else other
        if isinstance(literal, exp.Literal) and not isinstance(value, exp.Literal):
            yield value, literal


def _by_alphabet(statement: Statement, probes: Probes) -> Iterator[str]:
    """Numbers that are kept as texts, and are not all of one length: of the first column that is compared so."""
    for node in statement.tree.find_all(*_ORDERED):
        for value, literal in _sides(node):
            held = statement.held(_bare(value))
            if held is None or kind_of(held.column.type) is not Kind.TEXT or not _NUMBER.fullmatch(literal.name):
                continue
            if _is_of_one_length(held, len(literal.name), probes):
                return
            written = value.sql(statement.dialect)
            yield (
                f"{held.table.full_name}.{held.column.name} is a text and is compared with {literal.name} by the "
                f"alphabet, in which 9 comes after 10. Compare CAST({written} AS NUMERIC) with it."
            )


def _is_of_one_length(held: Held, length: int, probes: Probes) -> bool:
    """Also where the database does not tell, and where the texts are no numbers."""
    if getattr(held.column, "is_private", False) or _IS_A_DATE.search(held.column.name):
        return True
    column = exp.column(held.column.name, quoted=True)
    known = column.copy().is_(exp.null()).not_()
    some = exp.select(column).from_(named(held.table)).where(known).limit(SAMPLE).subquery("s")
    size = exp.Length(this=column.copy())
    ends = exp.select(exp.Min(this=size), exp.Max(this=size.copy()), exp.Max(this=column.copy())).from_(some)
    rows = probes.rows(ends)
    if not rows or not isinstance(rows[0][2], str) or not _NUMBER.fullmatch(rows[0][2]):
        return True
    return rows[0][:2] == (length, length)


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _subtracted(statement: Statement) -> Iterator[str]:
    """SQLite takes of each date the number that it begins with: its year."""
    if statement.dialect != "sqlite":
        return
    for node in statement.tree.find_all(exp.Sub):
        held = [statement.held(plain(side)) for side in (node.this, node.expression)]
        if all(one and _is_a_date(one) for one in held):
            one, other = node.this.sql("sqlite"), node.expression.sql("sqlite")
            yield (
                f"{one} - {other} subtracts only the years of two dates. "
                f"For days write julianday({one}) - julianday({other})."
            )


def _is_a_date(held: Held) -> bool:
    return kind_of(held.column.type) is not Kind.NUMBER and bool(_IS_A_DATE.search(held.column.name))


def _divided(statement: Statement) -> Iterator[str]:
    """Counts divided by counts, where that gives whole numbers: nearly always nothing."""
    if statement.dialect not in ("sqlite", "postgres"):
        return
    for node in statement.tree.find_all(exp.Div):
        one, other = _bare(node.this), _bare(node.expression)
        if _is_count(one) and isinstance(other, exp.Count):
            written = node.sql(statement.dialect)
            yield f"{written} divides whole numbers and drops what is after the point. Multiply by 1.0 before dividing."


def _is_count(node: exp.Expr) -> bool:
    """COUNT(…), or the SUM of ones and noughts."""
    if not isinstance(node, exp.Sum):
        return isinstance(node, exp.Count)
    summed = _bare(node.this)
    values = [one.args.get("true") for one in summed.find_all(exp.If)] if isinstance(summed, exp.Case | exp.If) else []
    if values:
        return all(isinstance(one, exp.Literal) and one.name.isdecimal() for one in values)
    return isinstance(summed, exp.Predicate)
