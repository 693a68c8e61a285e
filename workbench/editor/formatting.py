"""SQL written out evenly, by sqlglot: what it cannot read, or would write as another statement, stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from datasources import bounded_parsing, guard
from datasources.bounded_parsing import MAX_BYTES
from datasources.errors import NotReadOnly, SQLError
from datasources.wording import counted
from workbench.editor import places
from workbench.editor.places import Span

_KEPT = "Nothing was changed."
_VALUES = frozenset({TokenType.STRING, TokenType.NUMBER, TokenType.NATIONAL_STRING, TokenType.HEX_STRING})


class NotFormatted(Exception):
    """The message is a sentence for a person; `span` is where the trouble is, if that is known."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


@dataclass(frozen=True, slots=True)
class Formatted:
    """`note` says what is not as it was, besides its looks."""

    sql: str
    note: str = ""


def formatted(sql: str, dialect: str) -> Formatted:
    """Every statement of it. Raises NotFormatted."""
    if len(sql.encode(errors="replace")) > MAX_BYTES:
        raise NotFormatted(f"It is longer than {MAX_BYTES:,} bytes, the most that is formatted. {_KEPT}")
    if not sql.strip():
        raise NotFormatted(f"There is nothing to format. {_KEPT}")
    statements = _statements(sql, dialect)
    written = [_written(statement, dialect) for statement in statements]
    text = ";\n\n".join(written) + (";" if sql.rstrip().endswith(";") or len(written) > 1 else "")
    if not _is_same(sql, text, statements, dialect):
        raise NotFormatted(f"Written out evenly, it would not be the same statement any more. {_KEPT}")
    return Formatted(text, " ".join(_notes(sql, text, dialect)))


def _notes(sql: str, text: str, dialect: str) -> Iterator[str]:
    """What is not as it was, besides its looks."""
    lost = _comments(sql, dialect) - _comments(text, dialect)
    if lost > 0:
        yield f"{counted(lost, 'comment')} could not be kept: undo brings back what was there."
    respelled = sorted(_called(sql, dialect) - _called(text, dialect))
    if respelled:
        yield f"Spelled otherwise, which means the same: {', '.join(respelled)}."


def _statements(sql: str, dialect: str) -> list[exp.Expr]:
    """Raises NotFormatted."""
    try:
        found = _parsed(sql, dialect)
    except (SqlglotError, NotReadOnly, RecursionError, ValueError):
        raise _unread(sql, dialect) from None
    return [statement for statement in found if statement and not isinstance(statement, exp.Semicolon)]


def _parsed(sql: str, dialect: str) -> list[exp.Expr | None]:
    grammar = Dialect.get_or_raise(dialect)
    tokens = grammar.tokenize(sql)
    bounded_parsing.check_depth(tokens)
    return bounded_parsing.parse(tokens, sql, grammar)


def _unread(sql: str, dialect: str) -> NotFormatted:
    """In the guard's words, with its place."""
    try:
        guard.inspect(sql, dialect)
    except SQLError as error:
        return NotFormatted(f"It cannot be read: {error.message} {_KEPT}", places.place(error, sql, dialect))
    return NotFormatted(f"It cannot be read. {_KEPT}")


def _written(statement: exp.Expr, dialect: str) -> str:
    """A command that sqlglot only passes on, such as EXPLAIN, comes out as it went in."""
    try:
        return statement.sql(dialect, pretty=True, comments=True)
    except (SqlglotError, RecursionError, ValueError):
        raise NotFormatted(f"It is too complicated to be written out evenly. {_KEPT}") from None


def _is_same(sql: str, text: str, statements: list[exp.Expr], dialect: str) -> bool:
    """The same tree again, and the same texts and numbers: also what the parser skips without a word would be missed.
    The names of units, such as a month's, are written in capitals."""
    try:
        again = [one for one in _parsed(text, dialect) if one and not isinstance(one, exp.Semicolon)]
    except (SqlglotError, NotReadOnly, RecursionError, ValueError):
        return False
    return again == statements and _values(sql, dialect) == _values(text, dialect)


def _values(sql: str, dialect: str) -> Counter[str]:
    return Counter(token.text.casefold() for token in _tokens(sql, dialect) if token.token_type in _VALUES)


def _comments(sql: str, dialect: str) -> int:
    return sum(len(token.comments) for token in _tokens(sql, dialect))


def _called(sql: str, dialect: str) -> set[str]:
    pairs = pairwise(_tokens(sql, dialect))
    return {token.text.lower() for token, following in pairs if _is_call(token, following)}


def _is_call(token: Token, following: Token) -> bool:
    return following.token_type is TokenType.L_PAREN and token.text.isidentifier() and token.end + 1 == following.start


def _tokens(sql: str, dialect: str) -> list[Token]:
    return Dialect.get_or_raise(dialect).tokenize(sql)
