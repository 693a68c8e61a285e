"""What speaks against SQL that ran: signs in its syntax tree and in the data that its answer is not the question's.

A doubt costs an attempt and may unseat a right answer, so whatever is not nearly certain raises none. The database is
asked a few short things only; what it does not answer raises no doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.errors import SqlglotError

from agent.reading import Doubt, DoubtKind
from agent.suspicion.any_row import any_row
from agent.suspicion.comparisons import comparisons
from agent.suspicion.fan_out import fan_out
from agent.suspicion.grouping import grouping
from agent.suspicion.lost_rows import lost_rows
from agent.suspicion.probing import Probes
from agent.suspicion.repeated_rows import repeated_rows
from agent.suspicion.results import results
from agent.suspicion.selected import selected
from agent.suspicion.statement import Asked, Statement
from agent.suspicion.uncounted import uncounted
from agent.suspicion.unknown_values import unknown_values
from datasources import bounded_parsing
from datasources.engine import Database, ResultSet
from datasources.introspect import Schema

Check = Callable[[Asked, Probes], Iterator[Doubt]]
# In the order in which they may ask the database.
_CHECKS: tuple[Check, ...] = (
    unknown_values,
    fan_out,
    any_row,
    comparisons,
    uncounted,
    repeated_rows,
    lost_rows,
    grouping,
    selected,
    results,
)
_LONGEST = 1_500
"""Characters of a question: the patterns take quadratic time."""
_WORST_FIRST = (
    DoubtKind.UNKNOWN_VALUE,
    DoubtKind.TYPES,
    DoubtKind.FAN_OUT,
    DoubtKind.NO_GROUPING,
    DoubtKind.LOST_ROWS,
    DoubtKind.MISSING_COLUMN,
    DoubtKind.EMPTY,
    DoubtKind.ALL_NULL,
)


def doubts(question: str, sql: str, result: ResultSet, database: Database, schema: Schema) -> tuple[Doubt, ...]:
    """About a statement that gave this result, worst first; none about what cannot be parsed."""
    tree = bounded_parsing.shared_tree(sql, database.dialect)
    if not isinstance(tree, exp.Query):
        return ()
    asked = Asked(" ".join(question.split())[:_LONGEST], Statement(tree, schema, database.dialect), result)
    probes = Probes.after(result, database)
    found = [doubt for check in _CHECKS for doubt in _found(check, asked, probes)]
    return tuple(sorted(dict.fromkeys(found), key=lambda doubt: _WORST_FIRST.index(doubt.kind)))


def _found(check: Check, asked: Asked, probes: Probes) -> list[Doubt]:
    """A statement that sqlglot reads and cannot write again raises no doubt."""
    try:
        return list(check(asked, probes))
    except (SqlglotError, RecursionError):
        return []
