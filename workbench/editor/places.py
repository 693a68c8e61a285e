"""Where in a statement an error is: as the guard or the database says, else by the name that its message quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from agent import hints
from datasources.errors import SQLError
from workbench.editor.statements import split

_NEAR = re.compile(r"near [\"'](?P<near>.+?)[\"'](?:: syntax error| at line \d+|$)", re.DOTALL)
_REFUSED = re.compile(r"The (?:function|table) (\S+) (?:is not allowed|may not be read)|, and (\w+) is marked VOLATILE")
_QUOTED = re.compile(r"[\"'`]([^\"'`\n]{1,100})[\"'`]")
_ONE_ONLY = "Only one statement can run"
_READS_ONLY = "Only a statement that reads can run: "
_REFUSED_PART = re.compile(rf"{_READS_ONLY}(.+) is not allowed in it")
# Whole texts, names and comments; what opens one and is in none of them is not closed.
_WHOLE = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|/\*.*?\*/|--[^\n]*"
_WHOLE_MYSQL = r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)*`|/\*.*?\*/|--[^\n]*|#[^\n]*"
_OPENED = r"(?P<opened>'|\"|`|/\*)"
_UNCLOSED = "is not closed"


@dataclass(frozen=True, slots=True)
class Span:
    """From one character to before another, counted from the beginning."""

    start: int
    end: int

    def moved(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)


def place(error: SQLError, sql: str, dialect: str) -> Span | None:
    """None where nothing tells."""
    if error.position is not None:
        return _at(error.position, sql, dialect)
    if _UNCLOSED in error.message:
        return _opened(sql, dialect)
    if error.message.startswith(_ONE_ONLY):
        return Span(split(sql, dialect)[-1].start, len(sql.rstrip()))
    if error.message.startswith(_READS_ONLY):
        return _refused_word(error.message, sql, dialect)
    spans = (_of_name(name, sql, dialect) for name in _named(error.message))
    return _near(error.message, sql) or next(filter(None, spans), None)


def _at(position: int, sql: str, dialect: str) -> Span | None:
    """The whole word there, with what it qualifies."""
    if not sql.strip():
        return None
    position = min(position, len(sql.rstrip()) - 1)
    tokens = _tokens(sql, dialect)
    at = next((number for number, token in enumerate(tokens) if token.start <= position <= token.end), None)
    if at is None:
        return Span(position, position + 1)
    last = at
    while last + 2 < len(tokens) and tokens[last + 1].token_type is TokenType.DOT:
        last += 2
    return Span(tokens[at].start, tokens[last].end + 1)


def _opened(sql: str, dialect: str) -> Span | None:
    """From where a quote or a comment is opened to the end of its line."""
    whole = _WHOLE_MYSQL if dialect == "mysql" else _WHOLE
    for found in re.finditer(rf"(?:{whole})|{_OPENED}", sql, re.DOTALL):
        if found["opened"]:
            end = sql.find("\n", found.start())
            return Span(found.start(), end if end >= 0 else len(sql))
    return None


def _refused_word(message: str, sql: str, dialect: str) -> Span | None:
    """Of what is refused in a statement, the word that it begins with; else the statement's own first word."""
    part = _REFUSED_PART.match(message)
    found = _of_name(part[1].split(" ")[0], sql, dialect) if part else None
    return found or _at(len(sql) - len(sql.lstrip()), sql, dialect)


def _named(message: str) -> Iterator[str]:
    readers = (
        hints.column_named,
        hints.outside_named,
        hints.ambiguous_named,
        hints.table_named,
        hints.function_named,
    )
    yield from filter(None, (read(message) for read in readers))
    if found := _REFUSED.search(message):
        yield next(filter(None, found.groups()))
    yield from _QUOTED.findall(message.partition("\n")[0])


def _of_name(name: str, sql: str, dialect: str) -> Span | None:
    """The first place where it stands as it is, with what qualifies it, else its last part."""
    tokens = _tokens(sql, dialect)
    parts = re.split(r"[.\s]+", name)
    return _sequence(parts, tokens) or _sequence(parts[-1:], tokens)


def _sequence(parts: Sequence[str], tokens: Sequence[Token]) -> Span | None:
    wanted = [part.strip("\"'`").casefold() for part in parts]
    words = [token for token in tokens if token.token_type is not TokenType.DOT]
    texts = [token.text.casefold() for token in words]
    for at in range(len(words) - len(wanted) + 1):
        if texts[at : at + len(wanted)] == wanted:
            return Span(words[at].start, words[at + len(wanted) - 1].end + 1)
    return None


def _near(message: str, sql: str) -> Span | None:
    """What MySQL quotes is the rest of the statement, or the beginning of that."""
    found = _NEAR.search(message)
    at = sql.find(found["near"]) if found else -1
    if not found or at < 0:
        return None
    first = re.match(r"\w+|\S", found["near"])
    return Span(at, at + (len(first[0]) if first else 1))


def _tokens(sql: str, dialect: str) -> list[Token]:
    try:
        return Dialect.get_or_raise(dialect).tokenize(sql)
    except (SqlglotError, ValueError):
        return []
