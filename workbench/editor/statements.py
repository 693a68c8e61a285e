"""Which statement of a text is meant: the one that is selected, or the one that the cursor is in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and where in it that begins."""

    sql: str
    start: int = 0


def chosen(text: str, start: int | None, end: int | None, dialect: str) -> Piece:
    """What is selected from `start` to `end`; where nothing is, the statement at the cursor, or the only one."""
    if start is None or end is None:
        return Piece(text)
    start, end = sorted((max(0, start), min(len(text), end)))
    if text[start:end].strip():
        return Piece(text[start:end], start)
    statements = split(text, dialect)
    if len(statements) < 2:
        return Piece(text)
    before = [piece for piece in statements if piece.start <= start]
    return before[-1] if before else statements[0]


def split(text: str, dialect: str) -> list[Piece]:
    """The statements, with the comments before them and without the semicolons after them; the whole text where a quote
    in it is not closed."""
    found, start = [], 0
    for tokens, end in _groups(text, dialect):
        if tokens:
            part = text[start:end]
            found.append(Piece(part.strip(), start + len(part) - len(part.lstrip())))
        start = end + 1
    return found or [Piece(text)]


def _groups(text: str, dialect: str) -> list[tuple[list[Token], int]]:
    """The tokens of each statement, and where it ends."""
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(text)
    except (SqlglotError, ValueError):
        return []
    groups: list[tuple[list[Token], int]] = []
    current: list[Token] = []
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            groups.append((current, token.start))
            current = []
        else:
            current.append(token)
    return [*groups, (current, len(text))]
