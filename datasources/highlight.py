"""SQL in colour, as spans with one-letter classes: fast enough for every line of a stream."""

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from pygments.lexers.sql import SqlLexer
from pygments.token import Comment, Number, Operator, Punctuation, String

_LEXER = SqlLexer(stripnl=False, ensurenl=False)

# The skeleton of a query. Pygments knows hundreds of keywords more, which are names of columns to most people:
# year, name, c.
# fmt: off
_KEYWORDS = frozenset({
    "ALL", "ALTER", "AND", "ANY", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CREATE", "CROSS", "CURRENT",
    "DELETE", "DESC", "DISTINCT", "DROP", "ELSE", "END", "EXCEPT", "EXISTS", "EXPLAIN", "FALSE", "FETCH", "FILTER",
    "FOLLOWING", "FROM", "FULL", "GLOB", "GROUP", "HAVING", "ILIKE", "IN", "INNER", "INSERT", "INTERSECT", "INTERVAL",
    "INTO", "IS", "JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT", "NATURAL", "NOT", "NULL", "NULLS", "OFFSET", "ON", "OR",
    "ORDER", "OUTER", "OVER", "PARTITION", "PRECEDING", "RECURSIVE", "RIGHT", "SELECT", "SET", "TABLE", "THEN", "TRUE",
    "UNBOUNDED", "UNION", "UPDATE", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH",
})
# fmt: on

_CLASSES = (
    (String, "s"),
    (Number, "n"),
    (Comment, "c"),
    (Operator, "o"),
    (Punctuation, "o"),
)


def sql_html(sql: str) -> SafeString:
    """A statement or a line of one, escaped and coloured; without a wrapping element."""
    return mark_safe("".join(_spans(sql)))  # noqa: S308 - every text in it is escaped below


statement_html = lru_cache(maxsize=1_000)(sql_html)
"""Of whole statements, which pages show again and again."""


def _spans(sql: str) -> Iterator[str]:
    for kind, text in _LEXER.get_tokens(sql):
        css_class = _class(kind) or ("k" if text.upper() in _KEYWORDS else "")
        yield f'<span class="{css_class}">{escape(text)}</span>' if css_class else escape(text)


def _class(kind: Any) -> str:
    return next((name for token, name in _CLASSES if kind in token), "")
