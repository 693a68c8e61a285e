"""Columns whose values are never read: those that a curator made private, and those whose names speak of secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from datasources.introspect import Column, Schema, Table

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# As a part of a name, as a word of it, as words that say it together, and as the whole name.
_PART = re.compile(
    r"passw|passphrase|secret|token|credential|cookie|signature|cipher|finger.?print|e.?mail|iban|passport"
)
_WHOLE = re.compile(
    r"address|addresses|auth|birth|cvc|cvv|dob|fax|hash|hashes|ip|md5|nonce|otp|phone|phones|pin|pwd|salt|sha|ssn|tel"
    r"|telephone|telefon"
)
_TOGETHER = re.compile(
    r"(api|access|auth|private|public|licen[sc]e|ssh|encryption|session)_?key|(credit|card|mobile)_?(card|number|no)"
    r"|session_?id"
)
_ALONE = frozenset({"session", "mobile", "street"})

Place = tuple[str, str]
"""A table's full name, and a column's own."""


def looks_secret(column: str) -> bool:
    """Whether its name says that what it holds opens a door, or is how a person is reached."""
    words = [word.lower() for word in _WORD.findall(column)]
    name = "_".join(words)
    said = _PART.search(name) or _TOGETHER.search(name) or any(map(_WHOLE.fullmatch, words))
    return bool(said) or name in _ALONE


@dataclass(frozen=True, slots=True)
class Privacy:
    """`marks`: what curators have said of a column, True for private. Of the others the name decides."""

    marks: Mapping[Place, bool] = field(default_factory=dict)

    def is_private(self, table: str, column: str) -> bool:
        said = self.marks.get((table, column))
        return looks_secret(column) if said is None else said

    def marked(self, schema: Schema) -> Schema:
        """With `is_private` as it has to be, and without the values of such columns."""
        return Schema(tuple(self._marked(table) for table in schema.tables))

    def _marked(self, table: Table) -> Table:
        columns = tuple(self._column(table.full_name, column) for column in table.columns)
        return replace(table, columns=columns)

    def _column(self, table: str, column: Column) -> Column:
        if self.is_private(table, column.name):
            return replace(column, is_private=True, values=())
        return replace(column, is_private=False) if column.is_private else column


def readable(table: Table) -> Table:
    """Without the columns that are private: what is told to whoever reads values."""
    return replace(table, columns=tuple(column for column in table.columns if not column.is_private))
