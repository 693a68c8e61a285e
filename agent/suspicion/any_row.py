"""Columns that stand beside aggregates and are not grouped by: SQLite and MySQL take them from some row of the group.

That is as good as any where the whole group has the same value, which the database is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.probing import SAMPLE, Probes
from agent.suspicion.statement import Asked, Statement, aggregates, conditions, grouped_by


def any_row(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    """The first such column: the others are put right with it."""
    top = asked.statement.top
    if top is None or not _mixes(top):
        return
    for column in _beside(top, asked.statement):
        different = _most_in_a_group(column, top, asked.statement, probes)
        if different is None and (top.args.get("group") or next(_compared(top), None)):
            continue
        if different is None or different > 1:
            written = column.sql(asked.statement.dialect)
            place = "differs within a group" if top.args.get("group") else "stands beside an aggregate without GROUP BY"
            yield Doubt(DoubtKind.NO_GROUPING, f"{written} {place}, and so is of any row. Add GROUP BY {written}.")
            return


def _mixes(top: exp.Select) -> bool:
    """Whether it has groups. Beside MAX or MIN alone, SQLite takes the row in which that is."""
    found = list(aggregates(top))
    if found and all(isinstance(node, exp.Max | exp.Min) for node in found):
        return False
    return bool(found or top.args.get("group"))


def _beside(top: exp.Select, statement: Statement) -> Iterator[exp.Column]:
    """Selected columns of tables that are not grouped by, nor is the key of their table."""
    grouped = [held for node in grouped_by(top) if (held := statement.held(node))]
    names = {(one.source.alias, one.column.name) for one in grouped}
    for node in top.expressions:
        column = node.unalias()
        held = statement.held(column)
        if held is None or not isinstance(column, exp.Column):
            continue
        key = {(held.source.alias, name) for name in held.table.primary_key}
        if (held.source.alias, held.column.name) not in names and not (key and key <= names):
            yield column


def _compared(top: exp.Select) -> Iterator[exp.Expr]:
    """Conditions that may leave rows of one thing only."""
    return (term for term in conditions(top) if isinstance(term, exp.EQ | exp.Like | exp.In))


def _most_in_a_group(column: exp.Column, top: exp.Select, statement: Statement, probes: Probes) -> float | None:
    """How many different values it has in one group, at most."""
    keys = [node.copy() for node in grouped_by(top)]
    if any(key.find(exp.AggFunc, exp.Window, exp.Query) for key in keys):
        return None
    names = [f"k{number}" for number in range(len(keys))]
    inner = top.copy()
    for name in ("distinct", "group", "having", "order", "limit", "offset", "windows", "qualify", "with_"):
        inner.set(name, None)
    parts = [exp.alias_(part, name) for part, name in zip([column.copy(), *keys], ["c", *names], strict=True)]
    inner.set("expressions", parts)
    counted = exp.alias_(exp.Count(this=exp.Distinct(expressions=[exp.column("c")])), "n")
    groups = exp.select(counted).from_(inner.limit(SAMPLE).subquery("s"))
    groups = groups.group_by(*names) if names else groups
    most = exp.select(exp.Max(this=exp.column("n"))).from_(groups.subquery("t"))
    most.set("with_", top.args["with_"].copy() if top.args.get("with_") else None)
    numbers = probes.numbers(most)
    return numbers[0] if numbers else None
