"""Statements that a program can put right for sure, without asking a model.

`fixed` takes one that failed, `improved` one that runs. Neither changes what an answer means where there are two ways,
and neither raises on any text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot.errors import SqlglotError

from agent.errors import ErrorClass
from agent.fixes.columns import ambiguous_column, missing_column, named_output, outside_from, quoted_text
from agent.fixes.comparing import comparing
from agent.fixes.failure import FOREIGN, Failure
from agent.fixes.functions import foreign_words, interval_for_column, missing_function
from agent.fixes.grouping import grouping
from agent.fixes.keys import join_path, joins
from agent.fixes.ratios import whole_division
from agent.fixes.sqlite_texts import text_as_number
from agent.fixes.syntax import another_dialect, more_behind
from agent.fixes.tables import missing_table
from agent.reading import Fix
from datasources.bounded_parsing import MAX_BYTES
from datasources.introspect import Schema

__all__ = ["Fix", "fixed", "improved", "join_path", "joins"]

Rule = Callable[[Failure], Fix | None]
_RULES: dict[ErrorClass, Sequence[Rule]] = {
    ErrorClass.NO_SUCH_COLUMN: (interval_for_column, quoted_text, named_output, missing_column),
    ErrorClass.NO_SUCH_TABLE: (outside_from, missing_table),
    ErrorClass.AMBIGUOUS_COLUMN: (ambiguous_column,),
    ErrorClass.NO_SUCH_FUNCTION: (missing_function,),
    ErrorClass.DATATYPE_MISMATCH: (missing_function, comparing),
    ErrorClass.AGGREGATION_ERROR: (grouping,),
    ErrorClass.SYNTAX_ERROR: (more_behind, foreign_words, another_dialect),
    ErrorClass.NOT_READ_ONLY: (more_behind,),
    ErrorClass.OTHER: (grouping, foreign_words),
}
_IMPROVEMENTS: Sequence[Rule] = (text_as_number, whole_division)


def fixed(
    sql: str,
    error_class: ErrorClass,
    message: str,
    schema: Schema,
    dialect: str,
    *,
    foreign: Sequence[str] = FOREIGN,
) -> Fix | None:
    """The statement put right, where a program can be sure how. `foreign`: what else it may be written in."""
    rules = _RULES.get(error_class, ())
    return _first(rules, Failure(_plain(sql), error_class, message, schema, dialect, foreign))


def improved(sql: str, schema: Schema, dialect: str) -> Fix | None:
    """Of a statement that runs: one that gives the numbers that were certainly meant."""
    return _first(_IMPROVEMENTS, Failure(_plain(sql), ErrorClass.OTHER, "", schema, dialect))


def _plain(sql: str) -> str:
    """As the guard reads it, so that what it has parsed is parsed once."""
    return sql.replace("\r\n", "\n").replace("\r", "\n").strip()


def _first(rules: Sequence[Rule], failure: Failure) -> Fix | None:
    if len(failure.sql) > MAX_BYTES:
        return None
    for rule in rules:
        try:
            if found := rule(failure):
                return found
        except (SqlglotError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
            continue  # an odd tree: what the rule takes for granted is not so there
    return None
