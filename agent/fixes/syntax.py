"""A statement with more behind it: words of explanation, or another statement."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from agent.fixes.failure import Failure, tokens_of
from agent.fixes.functions import may_read, translated, types_in
from agent.reading import Fix
from datasources import bounded_parsing, guard
from datasources.errors import SQLError

# It does not begin with a word that goes on with a statement.
_LINE_OF_PROSE = re.compile(
    r"\n[\s*#>-]*(?!(?i:WHERE|AND|OR|GROUP|ORDER|HAVING|LIMIT|OFFSET|FETCH|UNION|EXCEPT|INTERSECT|JOIN|LEFT|RIGHT|INNER|"
    r"FULL|CROSS|NATURAL|ON|USING|SELECT|FROM|WINDOW|CASE|WHEN|THEN|ELSE|END|AS|IN|NOT|LIKE|BETWEEN|IS|WITH)\b)"
    r"[A-Z][a-z']+:?[ \n*]",
)
_MOST_ENDS = 12


def more_behind(failure: Failure) -> Fix | None:
    for text in _beginnings(failure):
        if _runs(text, failure.dialect):
            return failure.put_right(text, "What stood behind the statement was left out.")
    return None


def another_dialect(failure: Failure) -> Fix | None:
    """What another dialect's parser reads, as this dialect writes it."""
    for foreign in failure.foreign:
        if foreign == failure.dialect or not may_read(foreign, failure.sql):
            continue
        text = translated(failure.sql, foreign, failure.dialect, types_in(failure), like=failure.sql)
        if text and _runs(text, failure.dialect):
            return failure.put_right(text, "It was written in another dialect, and so it was translated.")
    return None


def _beginnings(failure: Failure) -> list[str]:
    """The text up to where a statement may end: at a semicolon, a fence, or before a line of prose."""
    tokens = tokens_of(failure.sql, failure.dialect)
    ends = [token.start for token in tokens if token.token_type is TokenType.SEMICOLON] or [failure.sql.find(";")]
    ends = [*ends[:1], failure.sql.find("```"), *(line.start() for line in _LINE_OF_PROSE.finditer(failure.sql))]
    return [failure.sql[:end].strip() for end in ends[:_MOST_ENDS] if end > 0]


def _runs(text: str, dialect: str) -> bool:
    """Whether it is a statement that may run, and one that selects."""
    try:
        guard.check(text, dialect)
    except SQLError:
        return False
    return isinstance(bounded_parsing.shared_tree(text, dialect), exp.Query)
