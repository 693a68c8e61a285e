"""Parameters of a statement: `{{name}}` becomes a placeholder of the dialect, beside which its value is sent.

A value is never a part of the text: what the guard reads and the database parses has placeholders in its place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from datasources.errors import QueryFailed
from datasources.storable import is_storable

Bound = None | bool | int | float | Decimal | str | date
"""What can be sent beside a statement."""
Given = Bound | Sequence[Bound]
"""Of one name; several values become as many placeholders, as in `IN ({{countries}})`."""

MOST_VALUES = 500
MOST_CHARACTERS = 10_000
"""Of one text."""

_MARK = re.compile(r"\{\{([^{}\n]*)\}\}")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}(?:\.[a-z]{1,10})?")
_IS_NULL = re.compile(r"\s+IS\s+(NOT\s+)?NULL\b", re.IGNORECASE)
_STANDS_IN = "q"
_HOW = "Write it alone, as in WHERE month = {{month}}; its quotes it gets by itself."


@dataclass(frozen=True, slots=True)
class Mark:
    """A parameter in a text, from `start` up to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BoundStatement:
    """`bound` are the values of the placeholders in `sql`, in their order."""

    sql: str
    bound: tuple[Bound, ...]


def marks(sql: str, dialect: str) -> list[Mark]:
    """Raises QueryFailed("PARAMETER") for one that is badly named, or stands where no value can be sent."""
    found = [Mark(match[1].strip(), match.start(), match.end()) for match in _MARK.finditer(sql)]
    for mark in found:
        if not _NAME.fullmatch(mark.name):
            raise _bad(f"{{{{{mark.name}}}}} is no name: write small letters, digits and _, such as {{{{month}}}}.")
    if found:
        _require_places(sql, found, dialect)
    return found


def names(sql: str, dialect: str) -> list[str]:
    """Of the parameters, each once, as they come. Raises QueryFailed as `marks` does."""
    return list(dict.fromkeys(mark.name for mark in marks(sql, dialect)))


def bind(sql: str, dialect: str, given: Mapping[str, Given]) -> BoundStatement:
    """Raises QueryFailed("PARAMETER") for what cannot be bound, and for a name without a value."""
    places = _Places(dialect)
    pieces, at = [], 0
    for mark in marks(sql, dialect):
        if mark.name not in given:
            raise _bad(f"There is no value for {{{{{mark.name}}}}}.")
        pieces += [sql[at : mark.start], places.of(given[mark.name], sql[mark.end :])]
        at = mark.end
    return BoundStatement("".join([*pieces, sql[at:]]), tuple(places.bound))


def require_sendable(bound: Sequence[Bound]) -> None:
    """Raises QueryFailed("PARAMETER") for what no database takes, or is too much."""
    if len(bound) > MOST_VALUES:
        raise _bad(f"At most {MOST_VALUES} values can be sent with a statement. These are {len(bound):,}.")
    for value in bound:
        if isinstance(value, str) and not is_storable(value):
            raise _bad("A value has a character in it that no database takes. Type it again.")
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise _bad(f"A value may have {MOST_CHARACTERS:,} characters. This has {len(value):,}.")


def explained(error: QueryFailed) -> QueryFailed:
    """The same; with the way out where a value's type is what is missing."""
    if "could not determine data type of parameter" not in error.message:
        return error
    return QueryFailed(f"{error.message}. Write its type behind the parameter, such as {{{{name}}}}::text.", error.code)


def told(bound: Sequence[Bound]) -> str:
    """The values as the audit list names them."""
    return f"With {', '.join(repr(value) if isinstance(value, str) else str(value) for value in bound)}."


class _Places:
    """The placeholders that a statement gets, one for each use: PostgreSQL finds a type for each. A space after each:
    `$1,$2` would open a text in dollars."""

    def __init__(self, dialect: str) -> None:
        self._template = {"postgres": "${}", "sqlite": ":p{}"}.get(dialect, "?")
        # Of what is only asked whether it is NULL, the type cannot be told, and does not matter.
        self._of_no_type = "::text" if dialect == "postgres" else ""
        self.bound: list[Bound] = []

    def of(self, given: Given, after: str) -> str:
        """`after` is what follows in the statement."""
        is_one = given is None or isinstance(given, bool | int | float | Decimal | str | date)
        values: Sequence[Bound] = [given] if is_one else (list(given) or [None])  # type: ignore[list-item, arg-type]
        cast = self._of_no_type if _IS_NULL.match(after) else ""
        return ", ".join(f"{self._one(value)}{cast} " for value in values)

    def _one(self, value: Bound) -> str:
        self.bound.append(value)
        return self._template.format(len(self.bound))


def _require_places(sql: str, found: Sequence[Mark], dialect: str) -> None:
    """With a word in its place, each has to be a token of its own."""
    text = sql
    for mark in found:
        text = text[: mark.start] + _STANDS_IN * (mark.end - mark.start) + text[mark.end :]
    try:
        tokens, start = _tokens(text, dialect)
    except (SqlglotError, ValueError):
        raise _bad("A quote or a comment is not closed.") from None
    at = {start + token.start: token for token in tokens}
    for mark in found:
        token = at.get(mark.start)
        length = mark.end - mark.start
        if token is None or token.end - token.start != length - 1 or token.token_type is not TokenType.VAR:
            raise _bad(_why(mark, tokens, start))


def _tokens(text: str, dialect: str) -> tuple[list[Token], int]:
    """Those of what is explained, and where it starts: some dialects take all that follows EXPLAIN for one text."""
    grammar = Dialect.get_or_raise(dialect)
    tokens = grammar.tokenize(text)
    start = tokens[0].end + 1 if tokens and tokens[0].text.upper() == "EXPLAIN" else 0
    return grammar.tokenize(text[start:]) if start else tokens, start


def _why(mark: Mark, tokens: Sequence[Token], start: int) -> str:
    at = mark.start - start
    around = next((token for token in tokens if token.start <= at <= token.end), None)
    name = f"{{{{{mark.name}}}}}"
    if around is None:
        return f"{name} stands in a comment. Take it out of there."
    if around.token_type is TokenType.IDENTIFIER:
        return f"{name} stands in a name: a parameter is a value, and can name no table and no column."
    if around.start < at and around.token_type is not TokenType.VAR:
        return f"{name} stands in a text in quotes, where it would be no value. {_HOW}"
    return f"{name} is joined to what is beside it. {_HOW}"


def _bad(message: str) -> QueryFailed:
    return QueryFailed(message, "PARAMETER")
